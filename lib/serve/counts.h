// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>

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

/// One thread's counts: written by that thread only, read by any.
class ThreadCounts {
 public:
  void on_accepted() { add(accepted_, 1); }
  void on_refused() { add(refused_, 1); }
  void on_established() {
    add(established_, 1);
    add(open_, 1);
  }
  void on_closed() { add(open_, static_cast<std::uint64_t>(-1)); }
  void on_message(std::uint64_t bytes) {
    add(messages_, 1);
    add(bytes_, bytes);
  }

  [[nodiscard]] ServerStats read() const {
    return {.accepted = accepted_.load(std::memory_order_relaxed),
            .established = established_.load(std::memory_order_relaxed),
            .refused = refused_.load(std::memory_order_relaxed),
            .open = open_.load(std::memory_order_relaxed),
            .messages = messages_.load(std::memory_order_relaxed),
            .bytes = bytes_.load(std::memory_order_relaxed)};
  }

 private:
  // With one writer a plain load and store is enough, and cheaper than a locked addition.
  static void add(std::atomic<std::uint64_t>& count, std::uint64_t amount) {
    count.store(count.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
  }

  std::atomic<std::uint64_t> accepted_{0};
  std::atomic<std::uint64_t> established_{0};
  std::atomic<std::uint64_t> refused_{0};
  std::atomic<std::uint64_t> open_{0};
  std::atomic<std::uint64_t> messages_{0};
  std::atomic<std::uint64_t> bytes_{0};
};

}  // namespace wskit::serve
