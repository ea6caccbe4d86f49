// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>

#include "core/clock.h"
#include "core/error.h"
#include "load/fanout_topic.h"
#include "load/participant.h"
#include "ws/connection.h"
#include "ws/handler.h"

namespace wskit::load {

class Worker;

/// A connection that subscribes to one topic and tells the publisher of whatever arrives.
class Subscriber final : public Participant, ws::Handler {
 public:
  /// `place` is its place among the topic's subscribers.
  Subscriber(Worker& worker, FanoutTopic& topic, std::uint32_t place);

  void connect() override;
  /// It is open: who waited for somebody to receive publishes now.
  void fill_window(Instant now) override;
  [[nodiscard]] std::uint64_t quota_left() const override { return 0; }
  [[nodiscard]] std::size_t unresolved() const override { return 0; }
  [[nodiscard]] std::size_t in_flight() const override { return 0; }
  void close() override;
  void give_up_waiting(ErrorCode /*cause*/) override {}
  void abandon(ErrorCode /*cause*/) override {}

  /// What a subscriber is counted for once, however often it happens in the measure phase.
  enum class Oddity : std::uint8_t { gap, duplicate, reorder };
  void note(Oddity oddity, bool measured);

 private:
  void on_open(const ws::Opened& opened) override;
  void on_message(ws::MessageType type, std::span<const std::byte> payload,
                  ws::Received received) override;
  void on_small_messages(ws::SmallMessages& messages, Instant received) override;
  void on_close(const ws::Closed& closed) override;
  void on_error(const ws::Failure& failure) override;

  void read(ws::MessageType type, std::span<const std::byte> payload, Instant received);
  void set_open(bool open);
  void down(const Error& cause);

  Worker& worker_;
  FanoutTopic& topic_;
  std::unique_ptr<ws::Connection> connection_;
  std::uint32_t place_;
  bool opened_ = false;
  std::uint8_t noted_ = 0;
};

}  // namespace wskit::load
