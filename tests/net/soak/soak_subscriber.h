// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tests/net/soak/soak_log.h"
#include "tests/net/soak/soak_socket.h"
#include "tests/net/soak/wire_reader.h"

namespace wskit::test {

/// A subscriber that comes and goes at random, by one way and then another, and keeps a log. What
/// it waits for is told in messages that were published, not in time.
class SoakSubscriber {
 public:
  SoakSubscriber(std::uint16_t port, std::uint32_t seed, SoakReport& report);
  SoakSubscriber(const SoakSubscriber&) = delete;
  SoakSubscriber& operator=(const SoakSubscriber&) = delete;

  /// To be called each turn: comes, goes, stalls.
  void act(std::uint64_t published);
  /// No more comes and goes: whoever is away comes back, and reads to the end.
  void settle();
  /// Wants to read.
  [[nodiscard]] int fd() const { return stalled_ ? -1 : socket_.fd(); }
  void on_readable();
  [[nodiscard]] bool complete(const SoakNumbers& published) const;
  [[nodiscard]] std::string text() const;

 private:
  [[nodiscard]] std::uint64_t pick(std::uint64_t low, std::uint64_t high);
  void begin_new();
  void come();
  [[nodiscard]] std::string request() const;
  void leave();
  void on_end();
  void on_refused();
  void lose(std::uint64_t& counter);

  std::uint16_t port_;
  std::mt19937 random_;
  SoakReport& report_;
  WireHandler handler_;
  SoakLog log_;
  std::string query_;   // the topics, for a URL
  std::string cursor_;  // "": from now on
  Way way_ = Way::raw;
  std::unique_ptr<WireReader> reader_;
  SoakSocket socket_;
  std::string buffer_;
  std::uint64_t leave_at_ = 0;  // messages published
  std::uint64_t come_at_ = 0;
  std::uint64_t stall_at_ = UINT64_MAX;
  std::uint64_t go_on_at_ = UINT64_MAX;
  bool stalled_ = false;
  bool settling_ = false;
};

}  // namespace wskit::test
