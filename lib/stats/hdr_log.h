// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "stats/compact_histogram.h"

namespace wskit::stats {

/// One line of a histogram log: what was recorded under a tag during an interval.
struct HdrLogLine {
  std::string tag;     ///< Empty, or printable ASCII without comma, quote or space.
  double start_s = 0;  ///< Since HdrLog::base_s, not negative.
  double length_s = 1;
  CompactHistogram histogram;
};

/// HdrHistogram's histogram log, format version 1.3, as its tools read and write it (.hlog).
struct HdrLog {
  double start_s = 0;  ///< When recording began, seconds since the epoch.
  double base_s = 0;   ///< What the lines' start times are relative to, seconds since the epoch.
  std::vector<HdrLogLine> lines;
};

/// The column Interval_Max is in milliseconds, as the libraries write it for nanosecond values.
[[nodiscard]] std::string write_hdr_log(const HdrLog& log);

/// Reads any version 1.x, comments and legend included. Fails with ErrorCode::usage, the line's
/// number and what is wrong.
[[nodiscard]] Expected<HdrLog> parse_hdr_log(std::string_view text);

}  // namespace wskit::stats
