// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "serve/limit.h"
#include "wire/close_code.h"

namespace wskit::serve {

/// What a server has done so far.
struct ServerStats {
  std::uint64_t accepted = 0;     // sockets
  std::uint64_t established = 0;  // upgrades
  std::uint64_t refused = 0;      // upgrades answered with something other than 101
  std::uint64_t open = 0;         // WebSocket connections now
  std::uint64_t messages = 0;     // received
  std::uint64_t bytes = 0;        // of their payloads

  ServerStats& operator+=(const ServerStats& other) {
    accepted += other.accepted;
    established += other.established;
    refused += other.refused;
    open += other.open;
    messages += other.messages;
    bytes += other.bytes;
    return *this;
  }
};

/// A number that one thread writes and any may read.
class Counter {
 public:
  // A plain load and store is enough, and cheaper than a locked addition.
  void add(std::uint64_t amount) { set(read() + amount); }
  void subtract(std::uint64_t amount) { set(read() - amount); }
  void set(std::uint64_t value) { value_.store(value, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t read() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// Close frames by their codes: 1000 to 1015, and the others together.
class CloseCounts {
 public:
  static constexpr std::uint16_t kFirst = 1000;
  static constexpr std::size_t kNamed = 16;

  void add(std::uint16_t code) {
    const std::size_t index = code - kFirst;
    counts_[code >= kFirst && index < kNamed ? index : kNamed].add(1);
  }
  /// By code - kFirst; at kNamed the others.
  [[nodiscard]] std::uint64_t read(std::size_t index) const { return counts_[index].read(); }

 private:
  std::array<Counter, kNamed + 1> counts_;
};

/// One thread's counts: written by that thread only, read by any.
class ThreadCounts {
 public:
  void on_accepted() { accepted_.add(1); }
  void on_refused() { refused_.add(1); }
  void on_established() {
    established_.add(1);
    open_.add(1);
  }
  void on_closed() { open_.subtract(1); }
  void on_message(std::uint64_t bytes) {
    messages_.add(1);
    bytes_.add(bytes);
  }

  void on_close_sent(wire::CloseCode code) { sent_.add(static_cast<std::uint16_t>(code)); }
  void on_close_received(wire::CloseCode code) { received_.add(static_cast<std::uint16_t>(code)); }

  void on_limited(Limit limit) { limited_[static_cast<std::size_t>(limit)].add(1); }

  [[nodiscard]] std::uint64_t limited(Limit limit) const {
    return limited_[static_cast<std::size_t>(limit)].read();
  }
  [[nodiscard]] const CloseCounts& closes_sent() const { return sent_; }
  [[nodiscard]] const CloseCounts& closes_received() const { return received_; }
  [[nodiscard]] ServerStats read() const {
    return {.accepted = accepted_.read(),
            .established = established_.read(),
            .refused = refused_.read(),
            .open = open_.read(),
            .messages = messages_.read(),
            .bytes = bytes_.read()};
  }

 private:
  Counter accepted_;
  Counter established_;
  Counter refused_;
  Counter open_;
  Counter messages_;
  Counter bytes_;
  std::array<Counter, kLimitCount> limited_;
  CloseCounts sent_;      // that began a close handshake
  CloseCounts received_;  // likewise, from the peers
};

}  // namespace wskit::serve
