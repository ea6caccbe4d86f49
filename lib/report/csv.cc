// SPDX-License-Identifier: MIT
#include "report/csv.h"

#include <functional>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wskit::report {
namespace {

using stats::Histogram;
using stats::Metric;
using stats::MetricId;

constexpr double kNanosecondsPerMicrosecond = 1e3;

using Cells = std::vector<std::string>;

std::string micros(double nanoseconds) {
  return fmt::format("{:.3f}", nanoseconds / kNanosecondsPerMicrosecond);
}

std::string micros(Nanoseconds value) {
  return micros(static_cast<double>(value.count()));
}

void add_titles(Cells& cells, MetricId id) {
  const auto add = [&](std::string_view column) {
    cells.push_back(fmt::format("{}.{}", name(id), column));
  };
  add("count");
  add("min_us");
  add("mean_us");
  add("stddev_us");
  for (const stats::NamedPercentile& percentile : stats::kPercentiles) {
    add(fmt::format("{}_us", percentile.name));
  }
  add("max_us");
  add("censored");
  add("overflow");
}

void add_values(Cells& cells, const Metric& metric) {
  const Histogram& answered = metric.answered();
  const bool some = answered.count() != 0;
  const auto add = [&](std::string value) { cells.push_back(some ? std::move(value) : ""); };
  cells.push_back(std::to_string(answered.count()));
  add(micros(answered.min()));
  add(micros(answered.mean()));
  add(micros(answered.stddev()));
  for (const stats::NamedPercentile& percentile : stats::kPercentiles) {
    add(micros(answered.value_at_percentile(percentile.percentile)));
  }
  add(micros(answered.max()));
  cells.push_back(std::to_string(metric.censored_count()));
  cells.push_back(std::to_string(answered.overflow()));
}

void add_counts(Cells& cells, const stats::Counts& counts) {
  for (const stats::NamedCount& count : stats::kCounts) {
    cells.push_back(std::to_string(counts.*count.member));
  }
}

std::string line(const Cells& cells) {
  return fmt::format("{}\r\n", fmt::join(cells, ","));
}

/// The metrics that have columns, in order, and how wide each is.
struct Columns {
  std::vector<MetricId> metrics;
  std::size_t width = 0;
};

Columns columns_of(const stats::RunResult& result, std::optional<MetricId> only) {
  Columns columns;
  result.metrics.for_each([&](MetricId id, const Metric&) {
    if (!only || *only == id) {
      columns.metrics.push_back(id);
    }
  });
  Cells titles;
  add_titles(titles, MetricId::response);
  columns.width = titles.size();
  return columns;
}

std::string header(const Columns& columns) {
  Cells cells{"phase", "start_s", "length_s"};
  for (const stats::NamedCount& count : stats::kCounts) {
    cells.push_back(fmt::format("counts.{}", count.name));
  }
  for (const MetricId id : columns.metrics) {
    add_titles(cells, id);
  }
  return line(cells);
}

std::string row(Cells cells, const Columns& columns, const stats::Metrics& metrics) {
  for (const MetricId id : columns.metrics) {
    if (const auto& metric = metrics[id]) {
      add_values(cells, *metric);
    } else {
      cells.resize(cells.size() + columns.width);
    }
  }
  return line(cells);
}

Cells phase_cells(std::string_view phase, double start_s, double length_s,
                  const stats::Counts& counts) {
  Cells cells{std::string(phase), fmt::format("{:g}", start_s), fmt::format("{:g}", length_s)};
  add_counts(cells, counts);
  return cells;
}

}  // namespace

std::string write_csv(const stats::RunResult& result, std::optional<MetricId> only) {
  const Columns columns = columns_of(result, only);
  std::string out = header(columns);
  out +=
      row(phase_cells("measure", 0, result.run.duration_s, result.counts), columns, result.metrics);
  if (const auto& warmup = result.warmup) {
    out += row(phase_cells("warmup", -warmup->duration_s, warmup->duration_s, warmup->counts),
               columns, warmup->metrics);
  }
  for (const stats::Interval& interval : result.intervals) {
    stats::Metrics metrics;
    for (const stats::IntervalMetric& metric : interval.metrics) {
      metrics[metric.id].emplace(metric.answered.expand(), metric.censored.expand());
    }
    out += row(phase_cells("interval", interval.start_s, interval.length_s, interval.counts),
               columns, metrics);
  }
  return out;
}

}  // namespace wskit::report
