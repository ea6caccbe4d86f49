// SPDX-License-Identifier: MIT
#include "stats/hdr_percentiles.h"

#include <cmath>

#include <fmt/format.h>

#include "core/units.h"

namespace wskit::stats {
namespace {

constexpr double kTicksPerHalving = 5;

double micros(std::uint64_t nanoseconds) {
  return static_cast<double>(nanoseconds) / kNanosecondsPerMicrosecond;
}

/// Steps shrink by half each time the distance to 100 % has halved.
double next_level(double level) {
  const double halvings = std::floor(std::log2(kPercent / (kPercent - level))) + 1;
  return level + kPercent / (kTicksPerHalving * std::exp2(halvings));
}

std::string write_lines(const Histogram& histogram) {
  const int digits = histogram.config().digits;
  const auto total = static_cast<double>(histogram.count());
  std::string out;
  std::uint64_t seen = 0;
  double level = 0;
  histogram.for_each_slot([&](std::uint32_t index, std::uint64_t count) {
    seen += count;
    const double value = micros(histogram.layout().highest_at(index));
    const double reached = kPercent * static_cast<double>(seen) / total;
    const bool last = seen == histogram.count();
    // The last slot reaches every further level; one line for it is enough before the 100 %.
    for (bool more = reached >= level; more;) {
      out += fmt::format("{:12.{}f} {:2.12f} {:10d} {:14.2f}\n", value, digits, level / kPercent,
                         seen, 1 / (1 - level / kPercent));
      const double next = next_level(level);
      // Close to 100 the steps vanish in rounding, which counts beyond 2^53 can reach.
      more = !last && next > level && reached >= next;
      level = next;
    }
    if (last) {
      out += fmt::format("{:12.{}f} {:2.12f} {:10d}\n", value, digits, 1.0, seen);
    }
  });
  return out;
}

}  // namespace

std::string write_percentile_distribution(const Histogram& histogram) {
  const int digits = histogram.config().digits;
  const HistogramLayout& layout = histogram.layout();
  std::string out = "       Value     Percentile TotalCount 1/(1-Percentile)\n\n";
  out += write_lines(histogram);
  out += fmt::format("#[Mean    = {:12.{}f}, StdDeviation   = {:12.{}f}]\n",
                     histogram.mean() / kNanosecondsPerMicrosecond, digits,
                     histogram.stddev() / kNanosecondsPerMicrosecond, digits);
  out += fmt::format("#[Max     = {:12.{}f}, Total count    = {:12d}]\n",
                     micros(static_cast<std::uint64_t>(histogram.max().count())), digits,
                     histogram.count());
  out += fmt::format("#[Buckets = {:12d}, SubBuckets     = {:12d}]\n",
                     layout.length() / layout.row_length() - 1, 2 * layout.row_length());
  return out;
}

}  // namespace wskit::stats
