// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "core/clock.h"
#include "core/error.h"
#include "load/fanout_matcher.h"
#include "load/fanout_topic.h"
#include "load/participant.h"
#include "ws/handler.h"

namespace wskit::load {

class Worker;

/// Subscribes to one topic and tells the publisher of whatever arrives, over whatever transport.
class Subscriber : public Participant {
 public:
  /// Over the transport of the plan. `place` is its place among the topic's subscribers.
  [[nodiscard]] static std::unique_ptr<Subscriber> make(Worker& worker, FanoutTopic& topic,
                                                        std::uint32_t place);

  /// It is open: who waited for somebody to receive publishes now.
  void fill_window(Instant now) override;
  [[nodiscard]] std::uint64_t quota_left() const override { return 0; }
  [[nodiscard]] std::size_t unresolved() const override { return 0; }
  [[nodiscard]] std::size_t in_flight() const override { return 0; }
  void give_up_waiting(ErrorCode /*cause*/) override {}
  void abandon(ErrorCode /*cause*/) override {}

  /// What a subscriber is counted for once, however often it happens in the measure phase.
  enum class Oddity : std::uint8_t { gap, duplicate, reorder };
  void note(Oddity oddity, bool measured);

 protected:
  Subscriber(Worker& worker, FanoutTopic& topic, std::uint32_t place);

  /// It receives from now on.
  void up(const ws::Opened& opened);
  void read(ws::MessageType type, std::span<const std::byte> payload, Instant received);
  /// It was up, and is not any more.
  void down(const Error& cause);

  [[nodiscard]] Worker& worker() const { return worker_; }
  [[nodiscard]] const FanoutTopic& topic() const { return topic_; }

 private:
  void set_open(bool open);
  void take(const FanoutMatcher::Delivery& delivery, Instant received);

  Worker& worker_;
  FanoutTopic& topic_;
  std::uint32_t place_;
  std::uint8_t noted_ = 0;
};

}  // namespace wskit::load
