// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace wskit::stats {

/// What became of every delivery of a fan-out run in the measure phase: a message that was sent is
/// to reach every subscriber of its topic that was asked for, whether that one is there or not.
struct FanoutResult {
  std::uint64_t topics = 0;
  std::uint64_t publishers = 0;
  std::uint64_t subscribers = 0;

  std::uint64_t expected = 0;     ///< Subscribers of each message sent.
  std::uint64_t delivered = 0;    ///< Came in time, as it was sent.
  std::uint64_t undelivered = 0;  ///< Did not come in time.
  std::uint64_t cut = 0;          ///< The subscriber's or the publisher's connection ended before.
  std::uint64_t absent = 0;       ///< The subscriber was not connected when it was sent.
  std::uint64_t damaged = 0;      ///< Came with other content.
  std::uint64_t unpublished = 0;  ///< Subscribers of each message that was not sent.

  /// Rows of messages of one publisher that a subscriber never had, connected all the time, though
  /// it had a later one.
  std::uint64_t gaps = 0;
  std::uint64_t subscribers_with_gaps = 0;
  std::uint64_t subscribers_with_duplicates = 0;
  std::uint64_t subscribers_with_reorders = 0;

  double delivered_per_s = 0;  ///< Within the measure window, by its length.

  /// Of another thread or shard, with other topics; rates add up.
  FanoutResult& operator+=(const FanoutResult& other) noexcept;
  /// expected = delivered + undelivered + cut + absent + damaged.
  [[nodiscard]] bool sums_hold() const noexcept;
  [[nodiscard]] std::uint64_t missing() const noexcept {
    return undelivered + cut + absent + damaged;
  }
};

struct NamedFanoutCount {
  std::string_view name;
  std::uint64_t FanoutResult::* member;
};

/// Every counter under its name in result files and thresholds, in the order of writing.
inline constexpr std::array kFanoutCounts{
    NamedFanoutCount{"topics", &FanoutResult::topics},
    NamedFanoutCount{"publishers", &FanoutResult::publishers},
    NamedFanoutCount{"subscribers", &FanoutResult::subscribers},
    NamedFanoutCount{"expected", &FanoutResult::expected},
    NamedFanoutCount{"delivered", &FanoutResult::delivered},
    NamedFanoutCount{"undelivered", &FanoutResult::undelivered},
    NamedFanoutCount{"cut", &FanoutResult::cut},
    NamedFanoutCount{"absent", &FanoutResult::absent},
    NamedFanoutCount{"damaged", &FanoutResult::damaged},
    NamedFanoutCount{"unpublished", &FanoutResult::unpublished},
    NamedFanoutCount{"gaps", &FanoutResult::gaps},
    NamedFanoutCount{"subscribers_with_gaps", &FanoutResult::subscribers_with_gaps},
    NamedFanoutCount{"subscribers_with_duplicates", &FanoutResult::subscribers_with_duplicates},
    NamedFanoutCount{"subscribers_with_reorders", &FanoutResult::subscribers_with_reorders},
};

}  // namespace wskit::stats
