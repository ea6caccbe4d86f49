// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/clock.h"
#include "report/terminal.h"
#include "stats/histogram.h"

namespace wskit::report {

/// Values from `from` up to the next band's `from`.
struct Band {
  Nanoseconds from{0};
  std::uint64_t count = 0;
};

/// Divides a histogram into at most 18 bands with round bounds, as fine as the bulk of its values
/// (p1 to p99) permits. What lies below is one band and the tail above is divided more coarsely, so
/// that one straggler does not squeeze all others together. Every value is in exactly one band.
[[nodiscard]] std::vector<Band> divide(const stats::Histogram& histogram);

/// The lower bound of each band, exactly and in one unit where they are near enough to each other
/// for that, otherwise each in its own unit with as many digits as it takes to tell them apart.
[[nodiscard]] std::vector<std::string> label_bands(const std::vector<Band>& bands, bool unicode);

/// One row of a bar chart: a label, a bar in proportion to the largest row, its count and share.
struct Bar {
  std::string label;
  std::uint64_t count = 0;
  Style style = Style::plain;
};

/// A line of titles and the rows, each ended by a newline; labels are lower bounds. A row that is
/// not empty shows at least a sliver.
[[nodiscard]] std::string draw_bars(const std::vector<Bar>& bars, const TextOptions& options);

}  // namespace wskit::report
