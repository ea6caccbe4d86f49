// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "stats/histogram.h"
#include "stats/run_result.h"

namespace wskit::stats {

/// A message that did not come as it was recorded; all texts are printable.
struct ReplayDifference {
  enum class Kind : std::uint8_t { different, missing, unexpected };
  Kind kind = Kind::different;
  std::uint64_t line = 0;  ///< Of the recording; of the last one before, when unexpected.
  std::uint64_t connection = 1;
  std::string expected;  ///< Empty when unexpected.
  std::string got;       ///< Empty when missing.
  /// Where both part first, "/users/0/name" or "byte 17", and what stands there.
  std::string place;
  std::string expected_there;
  std::string got_there;
};

/// What came, held against what was recorded.
struct ReplayCheck {
  static constexpr std::size_t kKept = 10;
  std::uint64_t compared = 0;
  std::uint64_t different = 0;
  std::uint64_t missing = 0;
  std::uint64_t unexpected = 0;
  std::vector<ReplayDifference> first;  ///< Up to kKept, in the order of their finding.

  [[nodiscard]] std::uint64_t failures() const { return different + missing + unexpected; }
  /// Something was compared, and nothing was wrong.
  [[nodiscard]] bool passed() const { return compared > 0 && failures() == 0; }
};

/// What `wskit replay` did: the content of its JSON ("wskit_replay": 1).
struct ReplayResult {
  std::string file;
  std::string url;
  std::string pace;  ///< "original", "x2.5", "asap" or "reply".
  WallClock start;
  double duration_s = 0;
  std::uint64_t rounds = 0;       ///< That were played to their end.
  std::uint64_t connections = 0;  ///< That opened, in all rounds; so are the next.
  std::uint64_t sent = 0;         ///< Messages, as are the next two; control frames are not.
  std::uint64_t received = 0;
  std::uint64_t recorded = 0;  ///< That should have been received.
  std::uint64_t sent_bytes = 0;
  std::uint64_t received_bytes = 0;
  std::uint64_t cut_line = 0;  ///< The last line of the file, when it was left out as cut off.
  /// From when a message or control frame was due to when it was sent; only of a pace with times.
  std::optional<Histogram> deviation;
  std::optional<ReplayCheck> check;
  std::optional<Error> error;  ///< Why it ended before its time.
  bool interrupted = false;
};

}  // namespace wskit::stats
