// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tests/net/soak/wire_reader.h"

namespace wskit::test {

inline constexpr std::size_t kSoakTopics = 8;
using SoakNumbers = std::array<std::uint64_t, kSoakTopics>;

/// What all subscribers of a soak have seen together.
struct SoakReport {
  std::array<std::uint64_t, kWays> deliveries{};
  std::array<std::uint64_t, kWays> lives{};
  std::uint64_t resumes = 0;     // of a cursor, a session or a position
  std::uint64_t other_ways = 0;  // of them, by another transport
  std::uint64_t lost_told = 0;   // 410, or a gap of history, or 1008 at the begin
  std::uint64_t slow_told = 0;   // messages that were told to be dropped
  std::uint64_t closed = 0;      // by the server, as too slow
  std::uint64_t cut = 0;         // likewise, without a word: streams, and those that do not read
  std::uint64_t half_open = 0;   // sessions left with their connection open
  std::uint64_t sent_again = 0;  // messages of a session, because they were not acknowledged
  std::uint64_t sessions_unknown = 0;  // told with 1008
  std::uint64_t recovered = 0;         // channels
  std::uint64_t not_recovered = 0;     // likewise, and told so
  std::string faults;                  // a line each, the first ones
  std::uint64_t fault_count = 0;

  void fault(const std::string& what) {
    constexpr std::uint64_t kTold = 20;
    if (++fault_count <= kTold) {
      faults += what + "\n";
    }
  }
};

/// What one subscriber has got: each topic's messages are numbered from 1, and come in order and
/// once, or the server has told how many are missing, or that it does not know.
class SoakLog {
 public:
  /// "TOPIC:NUMBER:..."; the fault, if it is one.
  [[nodiscard]] std::string on_message(std::string_view payload);
  void on_dropped(std::uint64_t messages) { allowance_ += messages; }
  /// Nothing is known about what comes next.
  void forget() {
    last_ = {};
    allowance_ = 0;
  }
  /// Likewise, of one topic.
  void forget(std::size_t topic) { last_[topic] = 0; }
  /// All that has begun has come to its last message, but for what was told to be dropped.
  [[nodiscard]] bool complete(const SoakNumbers& published) const;
  [[nodiscard]] std::string text() const;

 private:
  SoakNumbers last_{};  // 0: not known
  std::uint64_t allowance_ = 0;
};

}  // namespace wskit::test
