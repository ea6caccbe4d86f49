// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace wskit::stats {

/// What became of every message of a phase. Each counter is raised at its own event, never found
/// by subtraction; `sums_hold` is what must come out.
struct Counts {
  std::uint64_t scheduled = 0;     ///< Due within the phase, or until an interruption.
  std::uint64_t sent = 0;          ///< First byte offered to the kernel.
  std::uint64_t ok = 0;            ///< Answered in time and as expected.
  std::uint64_t error_reply = 0;   ///< Answered in time by an error.
  std::uint64_t timeout = 0;       ///< Not answered in time.
  std::uint64_t lost = 0;          ///< Sent, and the connection ended before the answer.
  std::uint64_t corrupted = 0;     ///< Answered with other content.
  std::uint64_t dropped_late = 0;  ///< Behind schedule and dropped, under --late drop.
  std::uint64_t unsent = 0;        ///< Due while its connection was not open.

  std::uint64_t duplicate = 0;
  std::uint64_t reordered = 0;
  std::uint64_t unmatched = 0;
  std::uint64_t late_reply = 0;
  std::uint64_t push = 0;
  std::uint64_t wire_bytes_sent = 0;
  std::uint64_t wire_bytes_received = 0;
  std::uint64_t payload_bytes_sent = 0;
  std::uint64_t payload_bytes_received = 0;

  Counts& operator+=(const Counts& other) noexcept;
  bool operator==(const Counts&) const = default;

  /// scheduled = sent + dropped_late + unsent, sent = ok + error_reply + timeout + lost +
  /// corrupted.
  [[nodiscard]] bool sums_hold() const noexcept;
  /// error_reply + timeout + lost + corrupted + unsent + dropped_late.
  [[nodiscard]] std::uint64_t errors() const noexcept;
  /// Sent messages without a valid answer: timeout + lost + corrupted.
  [[nodiscard]] std::uint64_t unanswered() const noexcept { return timeout + lost + corrupted; }
};

struct NamedCount {
  std::string_view name;
  std::uint64_t Counts::* member;
};

/// Every counter under its name in result files, in the order of writing.
inline constexpr std::array kCounts{
    NamedCount{"scheduled", &Counts::scheduled},
    NamedCount{"sent", &Counts::sent},
    NamedCount{"ok", &Counts::ok},
    NamedCount{"error_reply", &Counts::error_reply},
    NamedCount{"timeout", &Counts::timeout},
    NamedCount{"lost", &Counts::lost},
    NamedCount{"corrupted", &Counts::corrupted},
    NamedCount{"dropped_late", &Counts::dropped_late},
    NamedCount{"unsent", &Counts::unsent},
    NamedCount{"duplicate", &Counts::duplicate},
    NamedCount{"reordered", &Counts::reordered},
    NamedCount{"unmatched", &Counts::unmatched},
    NamedCount{"late_reply", &Counts::late_reply},
    NamedCount{"push", &Counts::push},
    NamedCount{"wire_bytes_sent", &Counts::wire_bytes_sent},
    NamedCount{"wire_bytes_received", &Counts::wire_bytes_received},
    NamedCount{"payload_bytes_sent", &Counts::payload_bytes_sent},
    NamedCount{"payload_bytes_received", &Counts::payload_bytes_received},
};

}  // namespace wskit::stats
