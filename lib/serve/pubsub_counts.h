// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/clock.h"
#include "pubsub/out_queue.h"
#include "serve/counts.h"
#include "serve/identity.h"

namespace wskit::serve {

/// The ways of a client to the topics.
enum class Transport : std::uint8_t { websocket, events, stream, poll };
inline constexpr std::size_t kTransports = 4;

[[nodiscard]] constexpr std::string_view name(Transport transport) {
  constexpr std::array<std::string_view, kTransports> kNames{"websocket", "sse", "stream", "poll"};
  return kNames[static_cast<std::size_t>(transport)];
}

/// How long something took: by upper bounds, and in all.
class DurationCounts {
 public:
  static constexpr std::array kBounds{
      std::chrono::microseconds(50),        std::chrono::microseconds(100),
      std::chrono::microseconds(250),       std::chrono::microseconds(500),
      std::chrono::microseconds(1'000),     std::chrono::microseconds(2'500),
      std::chrono::microseconds(5'000),     std::chrono::microseconds(10'000),
      std::chrono::microseconds(25'000),    std::chrono::microseconds(50'000),
      std::chrono::microseconds(100'000),   std::chrono::microseconds(250'000),
      std::chrono::microseconds(1'000'000), std::chrono::microseconds(10'000'000)};

  void add(Nanoseconds duration) {
    const auto* const bound = std::ranges::lower_bound(kBounds, duration);
    counts_[static_cast<std::size_t>(bound - kBounds.begin())].add(1);
    sum_.add(static_cast<std::uint64_t>(std::max(duration, Nanoseconds(0)).count()));
  }
  /// Of those that are above the bound before, and not above this one; at kBounds.size() the rest.
  [[nodiscard]] std::uint64_t read(std::size_t index) const { return counts_[index].read(); }
  [[nodiscard]] Nanoseconds sum() const {
    return Nanoseconds(static_cast<std::int64_t>(sum_.read()));
  }

 private:
  std::array<Counter, kBounds.size() + 1> counts_;
  Counter sum_;  // nanoseconds
};

/// What one thread of a pub/sub server has done: written by that thread only, read by any.
struct PubSubCounts {
  std::array<Counter, kTransports> open;    // subscribers by Transport
  std::array<Counter, kTransports> opened;  // since the start
  Counter published_websocket;              // messages from clients
  Counter published_post;
  Counter published_bytes;
  Counter publish_failures;
  Counter received;    // messages from the engine
  Counter deliveries;  // of a message to a subscription
  Counter subscriptions;
  Counter gaps;                       // of what is no longer there, that subscriptions were told of
  Counter slow_gaps;                  // of what was dropped, that slow receivers were told of
  Counter caught_up;                  // subscriptions that got all they had missed
  Counter overflows;                  // connections that were closed because they read too slowly
  Counter queued_bytes;               // that wait for all connections
  Counter ready;                      // 1 while the engine's messages arrive
  std::array<Counter, 4> dropped_by;  // messages, by SlowPolicy
  std::array<Counter, kAuthCauseCount> auth_refusals;  // requests and messages, by AuthCause
  /// From the engine's taking a message to its having been written to the receivers that take it.
  DurationCounts publish_to_write;

  void on_auth_refused(AuthCause cause) { auth_refusals[static_cast<std::size_t>(cause)].add(1); }
  [[nodiscard]] Counter& dropped(pubsub::SlowPolicy policy) {
    return dropped_by[static_cast<std::size_t>(policy)];
  }
};

}  // namespace wskit::serve
