// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "broker/broker.h"
#include "pubsub/hub.h"
#include "pubsub/receiver.h"

namespace wskit::test {

/// A receiver that writes down what it is told: "started", "started incomplete", "a=payload",
/// "live", "gap", "+ann@a", "-ann@a", "failed".
class ReceiverLog final : public pubsub::Receiver {
 public:
  std::vector<std::string> log;
  std::string last_id;  // of the last message
  pubsub::Started start;
  pubsub::Gap last_gap;
  broker::Cursor live_cursor;
  std::size_t room = SIZE_MAX;  // deliveries until it is backlogged
  std::function<void(const std::string& entry)> on_entry;

  /// What was logged since the last call.
  [[nodiscard]] std::vector<std::string> take() { return std::exchange(log, {}); }

  void on_started(pubsub::Subscription& /*subscription*/, const pubsub::Started& started) override {
    start = started;
    add(started.complete ? "started" : "started incomplete");
  }
  void on_delivery(pubsub::Subscription& /*subscription*/, pubsub::Delivery& delivery) override {
    last_id = delivery.message().id;
    room -= room > 0 ? 1 : 0;
    add(delivery.message().topic + "=" + delivery.message().payload);
  }
  void on_live(pubsub::Subscription& /*subscription*/, const broker::Cursor& cursor) override {
    live_cursor = cursor;
    add("live");
  }
  void on_gap(pubsub::Subscription& /*subscription*/, const pubsub::Gap& gap) override {
    last_gap = gap;
    add("gap");
  }
  void on_presence(pubsub::Subscription& /*subscription*/,
                   const broker::PresenceEvent& event) override {
    add((event.joined ? "+" : "-") + event.member.connection + "@" + event.topic);
  }
  void on_failed(pubsub::Subscription& /*subscription*/, const Error& error) override {
    add("failed: " + error.message);
  }
  [[nodiscard]] bool backlogged() const override { return room == 0; }

 private:
  void add(const std::string& entry) {
    log.push_back(entry);
    if (on_entry) {
      // A copy: it may replace itself, or destroy this.
      const auto call = on_entry;
      call(entry);
    }
  }
};

}  // namespace wskit::test
