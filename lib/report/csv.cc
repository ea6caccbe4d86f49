// SPDX-License-Identifier: MIT
#include "report/csv.h"

#include <functional>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/units.h"

namespace wskit::report {
namespace {

using stats::Histogram;
using stats::Metric;
using stats::MetricId;

using CsvCells = std::vector<std::string>;

std::string with_digits(double microseconds) {
  return fmt::format("{:.3f}", microseconds);
}

void add_titles(CsvCells& cells, MetricId id) {
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

void add_values(CsvCells& cells, const Metric& metric) {
  const Histogram& answered = metric.answered();
  const bool some = answered.count() != 0;
  const auto add = [&](std::string value) { cells.push_back(some ? std::move(value) : ""); };
  cells.push_back(std::to_string(answered.count()));
  add(with_digits(to_microseconds(answered.min())));
  add(with_digits(answered.mean() / kNanosecondsPerMicrosecond));
  add(with_digits(answered.stddev() / kNanosecondsPerMicrosecond));
  for (const stats::NamedPercentile& percentile : stats::kPercentiles) {
    add(with_digits(to_microseconds(answered.value_at_percentile(percentile.percentile))));
  }
  add(with_digits(to_microseconds(answered.max())));
  cells.push_back(std::to_string(metric.censored_count()));
  cells.push_back(std::to_string(answered.overflow()));
}

void add_counts(CsvCells& cells, const stats::Counts& counts) {
  for (const stats::NamedCount& count : stats::kCounts) {
    cells.push_back(std::to_string(counts.*count.member));
  }
}

std::string csv_line(const CsvCells& cells) {
  return fmt::format("{}\r\n", fmt::join(cells, ","));
}

/// The metrics that have columns, in order, and how wide each is.
struct Columns {
  std::vector<MetricId> metrics;
  std::size_t width = 0;
};

Columns csv_columns(const stats::RunResult& result, std::optional<MetricId> only) {
  Columns columns;
  result.metrics.for_each([&](MetricId id, const Metric&) {
    if (!only || *only == id) {
      columns.metrics.push_back(id);
    }
  });
  CsvCells titles;
  add_titles(titles, MetricId::response);
  columns.width = titles.size();
  return columns;
}

std::string header(const Columns& columns) {
  CsvCells cells{"phase", "start_s", "length_s"};
  for (const stats::NamedCount& count : stats::kCounts) {
    cells.push_back(fmt::format("counts.{}", count.name));
  }
  for (const MetricId id : columns.metrics) {
    add_titles(cells, id);
  }
  return csv_line(cells);
}

std::string row(CsvCells cells, const Columns& columns, const stats::Metrics& metrics) {
  for (const MetricId id : columns.metrics) {
    if (const auto& metric = metrics[id]) {
      add_values(cells, *metric);
    } else {
      cells.resize(cells.size() + columns.width);
    }
  }
  return csv_line(cells);
}

CsvCells phase_cells(std::string_view phase, double start_s, double length_s,
                     const stats::Counts& counts) {
  CsvCells cells{std::string(phase), fmt::format("{:g}", start_s), fmt::format("{:g}", length_s)};
  add_counts(cells, counts);
  return cells;
}

}  // namespace

std::string write_csv(const stats::RunResult& result, std::optional<MetricId> only) {
  const Columns columns = csv_columns(result, only);
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
