// SPDX-License-Identifier: MIT
#include "report/text_parts.h"

#include <algorithm>
#include <array>
#include <functional>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "report/picture.h"
#include "report/units.h"

namespace wskit::report {
namespace {

using stats::Metric;
using stats::MetricId;
using stats::Percentile;
using stats::RunResult;

constexpr std::array kMessageMetrics{MetricId::each,     MetricId::first,     MetricId::last,
                                     MetricId::spread,   MetricId::response,  MetricId::service,
                                     MetricId::send_lag, MetricId::pacer_lag, MetricId::blocked};

std::string_view meaning(MetricId id) {
  switch (id) {
    case MetricId::response:
      return "from the scheduled send to the last byte of the reply";
    case MetricId::service:
      return "from the actual send to the last byte of the reply";
    case MetricId::send_lag:
      return "from the scheduled to the actual send";
    case MetricId::pacer_lag:
      return "from the scheduled send until the generator took it up: its own fault";
    case MetricId::blocked:
      return "from taking a message up to its actual send: back-pressure";
    case MetricId::each:
      return "from the scheduled publish to each delivery";
    case MetricId::first:
      return "from the scheduled publish to the first delivery";
    case MetricId::last:
      return "from the scheduled publish to the last delivery";
    case MetricId::spread:
      return "from the first delivery to the last";
    case MetricId::connect_dns:
      return "resolving the host's name";
    case MetricId::connect_tcp:
      return "opening the TCP connection";
    case MetricId::connect_tls:
      return "the TLS handshake";
    case MetricId::connect_upgrade:
      return "the WebSocket handshake";
    case MetricId::connect_total:
      break;
  }
  return "all steps of opening a connection";
}

/// Messages that belong in the distribution of a metric and have no value in it.
std::uint64_t without_value(MetricId id, const Metric& metric, const RunResult& result) {
  const stats::Counts& counts = result.counts;
  if (id == MetricId::each) {
    return metric.censored_count() + (result.fanout ? result.fanout->unpublished : 0);
  }
  if (id == MetricId::first || id == MetricId::last || id == MetricId::spread) {
    return metric.censored_count() + counts.unsent + counts.dropped_late;
  }
  if (id == MetricId::response) {
    return counts.unanswered() + counts.unsent + counts.dropped_late;
  }
  if (id == MetricId::service && result.script) {
    return counts.unanswered() + counts.error_reply;
  }
  return id == MetricId::service ? counts.unanswered() : metric.censored_count();
}

std::string_view missing_title(const RunResult& result) {
  if (result.fanout) {
    return "missing";
  }
  return result.script ? "failed" : "no reply";
}

std::string note(std::string_view text, const TextOptions& options) {
  return "  " + paint(wrap(text, options.width, 2), Style::dim, options) + "\n";
}

std::string closed_model_note(const RunResult& result, const TextOptions& options) {
  const stats::RunDescription& run = result.run;
  if (run.model == stats::Model::open) {
    return {};
  }
  if (result.script) {
    return note(
        "closed model: it hides stalls, because a connection begins an iteration only when "
        "the one before it is over",
        options);
  }
  if (result.fanout) {
    return note(
        fmt::format("closed model, window {}: it hides stalls, because a publisher waits until all "
                    "have had its message; --rate shows them",
                    run.window),
        options);
  }
  return note(fmt::format("closed model, window {}: it hides stalls, because nothing is sent while "
                          "replies are awaited; --rate shows them",
                          run.window),
              options);
}

std::string value_text(Nanoseconds value, const TextOptions& options) {
  return format_latency(value, options.unicode);
}

/// A column of the table: a metric's name and its cells from top to bottom.
struct Column {
  std::string title;
  std::vector<std::string> cells;
};

constexpr std::array<std::string_view, 4> kRowsAfter{"max", "mean", "stddev", "count"};

std::vector<std::string> row_titles(std::string_view missing) {
  std::vector<std::string> titles{"min"};
  for (const stats::NamedPercentile& percentile : stats::kPercentiles) {
    titles.push_back(fmt::format("{:g} %", percentile.percentile));
  }
  titles.insert(titles.end(), kRowsAfter.begin(), kRowsAfter.end());
  titles.emplace_back(missing);
  return titles;
}

std::string averages_text(double nanoseconds, const TextOptions& options) {
  return value_text(Nanoseconds(static_cast<Nanoseconds::rep>(nanoseconds)), options);
}

std::vector<std::string> cells_of(const Metric& metric, std::uint64_t missing,
                                  const TextOptions& options) {
  std::vector<std::string> cells;
  const stats::Histogram& answered = metric.answered();
  if (answered.count() == 0) {
    cells.assign(1 + stats::kPercentiles.size() + 3, "-");
  } else {
    cells.push_back(value_text(answered.min(), options) + " ");
    for (const stats::NamedPercentile& percentile : stats::kPercentiles) {
      cells.push_back(percentile_text(metric.percentile(percentile.percentile), options));
    }
    cells.push_back(percentile_text(metric.percentile(100), options));
    cells.push_back(averages_text(answered.mean(), options) + " ");
    cells.push_back(averages_text(answered.stddev(), options) + " ");
  }
  cells.push_back(format_count(answered.count() + answered.overflow()) + " ");
  cells.push_back(missing == 0 ? "0 " : paint(format_count(missing), Style::red, options) + " ");
  return cells;
}

constexpr std::size_t kRowTitleWidth = 2 + 8;

/// Without the gap to its left.
std::size_t width_of(const Column& column) {
  std::size_t width = column.title.size() + 1;
  for (const std::string& cell : column.cells) {
    width = std::max(width, columns_of(cell));
  }
  return width;
}

std::string draw_columns(std::span<const Column> columns, std::span<const std::string> titles,
                         std::size_t gap, const TextOptions& options) {
  std::string out = std::string(kRowTitleWidth, ' ');
  for (const Column& column : columns) {
    out += paint(pad_left(column.title + " ", width_of(column) + gap), Style::bold, options);
  }
  out += '\n';
  for (std::size_t row = 0; row < titles.size(); ++row) {
    out += pad_left(titles[row], kRowTitleWidth);
    for (const Column& column : columns) {
      out += pad_left(column.cells[row], width_of(column) + gap);
    }
    out += '\n';
  }
  return out;
}

/// How many columns fit beside the titles of the rows, at least one.
std::size_t fitting(std::span<const Column> columns, std::size_t gap, std::size_t width) {
  std::size_t used = kRowTitleWidth;
  std::size_t count = 0;
  while (count < columns.size()) {
    used += width_of(columns[count]) + gap;
    if (used > width && count != 0) {
      break;
    }
    ++count;
  }
  return count;
}

/// Columns that do not fit beside each other go below, under the titles of the rows again.
std::string draw_table(std::span<const Column> columns, std::span<const std::string> titles,
                       const TextOptions& options) {
  const std::size_t gap = fitting(columns, 2, options.width) == columns.size() ? 2 : 1;
  std::string out;
  while (!columns.empty()) {
    const std::size_t count = fitting(columns, gap, options.width);
    out += (out.empty() ? "" : "\n") + draw_columns(columns.first(count), titles, gap, options);
    columns = columns.subspan(count);
  }
  return out;
}

bool any_percentile(const RunResult& result, const std::function<bool(const Percentile&)>& test) {
  for (const MetricId id : kMessageMetrics) {
    const auto& metric = result.metrics[id];
    if (!metric || metric->answered().count() == 0) {
      continue;
    }
    const bool found =
        std::ranges::any_of(stats::kPercentiles, [&](const stats::NamedPercentile& percentile) {
          return test(metric->percentile(percentile.percentile));
        });
    if (found || test(metric->percentile(100))) {
      return true;
    }
  }
  return false;
}

std::string bound_note(const RunResult& result, const TextOptions& options) {
  const MetricId id = stats::headline(result);
  const auto& metric = result.metrics[id];
  const std::string sign = options.unicode ? "≥" : ">=";
  std::string text =
      sign + (result.fanout
                  ? " what never came would change this figure of what did"
                  : " messages that were never answered would change this figure of the answered "
                    "ones");
  if (metric && metric->censored_count() != 0) {
    text += fmt::format(
        "; counting them with the time they were waited for, p50 of {} is at least {}, p99 {}",
        name(id), value_text(metric->percentile(50).bound, options),
        value_text(metric->percentile(99).bound, options));
  }
  return note(text, options);
}

}  // namespace

std::string percentile_text(const Percentile& percentile, const TextOptions& options) {
  const std::string sign = options.unicode ? "≥" : ">=";
  const Nanoseconds value =
      percentile.at_least ? std::min(percentile.value, percentile.bound) : percentile.value;
  const std::string text = (percentile.at_least ? sign : "") + value_text(value, options) +
                           (percentile.few_samples ? "*" : " ");
  return paint(text, percentile.few_samples ? Style::dim : Style::plain, options);
}

std::string picture_text(const RunResult& result, MetricId id, const TextOptions& options) {
  const std::string_view what = result.script && id == MetricId::service
                                    ? "from the script's first line to its last"
                                    : meaning(id);
  std::string out = heading(fmt::format("Distribution of {}, {}", name(id), what), options);
  out += closed_model_note(result, options);
  const auto& metric = result.metrics[id];
  const std::uint64_t missing = metric ? without_value(id, *metric, result) : 0;
  if (!metric || (metric->empty() && missing == 0)) {
    return out + note("there are no values", options);
  }
  const std::vector<Band> bands = divide(metric->answered());
  const std::vector<std::string> labels = label_bands(bands, options.unicode);
  std::vector<Bar> bars;
  bars.reserve(bands.size() + 2);
  for (std::size_t i = 0; i < bands.size(); ++i) {
    bars.push_back({.label = labels[i], .count = bands[i].count, .style = Style::green});
  }
  if (metric->answered().overflow() != 0) {
    bars.push_back(
        {.label = "above range", .count = metric->answered().overflow(), .style = Style::yellow});
  }
  if (missing != 0) {
    bars.push_back(
        {.label = std::string(missing_title(result)), .count = missing, .style = Style::red});
  }
  return out + draw_bars(bars, options);
}

std::string percentiles_text(const RunResult& result, const TextOptions& options) {
  std::vector<Column> columns;
  for (const MetricId id : kMessageMetrics) {
    if (const auto& metric = result.metrics[id]) {
      columns.push_back(
          {std::string(name(id)), cells_of(*metric, without_value(id, *metric, result), options)});
    }
  }
  if (columns.empty()) {
    return {};
  }
  std::string out = heading("Percentiles", options) +
                    draw_table(columns, row_titles(missing_title(result)), options);
  if (any_percentile(result, [](const Percentile& p) { return p.few_samples; })) {
    out += note("* fewer than 10 samples lie beyond it", options);
  }
  if (any_percentile(result, [](const Percentile& p) { return p.at_least; })) {
    out += bound_note(result, options);
  }
  return out;
}

}  // namespace wskit::report
