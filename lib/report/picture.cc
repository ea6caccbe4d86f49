// SPDX-License-Identifier: MIT
#include "report/picture.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "report/units.h"

namespace wskit::report {
namespace {

constexpr std::size_t kBulkBands = 13;
constexpr std::size_t kTailBands = 4;
constexpr double kBulkFrom = 1;
constexpr double kBulkTo = 99;
constexpr double kNarrow = 2.5;

// Round bounds within a decade, from fine to coarse.
constexpr std::array kTwenty{1.0,  1.12, 1.25, 1.4, 1.6, 1.8, 2.0, 2.25, 2.5, 2.8,
                             3.15, 3.55, 4.0,  4.5, 5.0, 5.6, 6.3, 7.1,  8.0, 9.0};
constexpr std::array kTen{1.0, 1.25, 1.6, 2.0, 2.5, 3.15, 4.0, 5.0, 6.3, 8.0};
constexpr std::array kSix{1.0, 1.5, 2.0, 3.0, 5.0, 7.0};
constexpr std::array kThree{1.0, 2.0, 5.0};
constexpr std::array kOne{1.0};
constexpr std::array<std::span<const double>, 5> kSeries{kTwenty, kTen, kSix, kThree, kOne};

/// Ascending bounds; the last one lies above the value that was to be covered.
using Bounds = std::vector<double>;

/// From the last bound at or below `low` to the first one above `high`.
Bounds series_bounds(double low, double high, std::span<const double> series) {
  Bounds bounds;
  const double first_decade = std::floor(std::log10(low));
  for (std::size_t i = 0; bounds.empty() || bounds.back() <= high; ++i) {
    const std::size_t decades_up = i / series.size();
    const double decade = std::pow(10, first_decade + static_cast<double>(decades_up));
    // Whole nanoseconds: below 10 ns some bounds of a fine series are the same.
    const double bound = std::round(series[i % series.size()] * decade);
    if (bound <= low || bounds.empty()) {
      bounds.assign(1, bound);
    } else if (bound != bounds.back()) {
      bounds.push_back(bound);
    }
  }
  return bounds;
}

Bounds linear_bounds(double low, double high, double min_step) {
  const double rough = std::max((high - low) / static_cast<double>(kBulkBands - 1), min_step);
  const double decade = std::pow(10, std::floor(std::log10(rough)));
  double step = 10 * decade;
  for (const double mantissa : {5.0, 2.0, 1.0}) {
    step = mantissa * decade >= rough ? mantissa * decade : step;
  }
  Bounds bounds{std::floor(low / step) * step};
  while (bounds.back() <= high) {
    bounds.push_back(bounds.front() + static_cast<double>(bounds.size()) * step);
  }
  return bounds;
}

Bounds bulk_bounds(double low, double high, double min_step) {
  if (high < kNarrow * low) {
    return linear_bounds(low, high, min_step);
  }
  for (const auto& series : kSeries) {
    Bounds bounds = series_bounds(low, high, series);
    if (bounds.size() <= kBulkBands + 1) {
      return bounds;
    }
  }
  return series_bounds(low, high, kOne);
}

/// The bounds above `end` that divide what lies between it and `high`.
Bounds tail_bounds(double end, double high) {
  Bounds bounds;
  for (const auto& series : kSeries) {
    bounds = series_bounds(end, high, series);
    std::erase_if(bounds, [end](double bound) { return bound <= end; });
    if (bounds.size() <= kTailBands) {
      break;
    }
  }
  // A tail over more decades than there are rows: keep the lowest ones.
  bounds.resize(std::min(bounds.size(), kTailBands));
  return bounds;
}

struct Unit {
  std::int64_t nanoseconds;
  std::string_view name;
};
constexpr std::array kUnits{Unit{1, "ns"}, Unit{1'000, "µs"}, Unit{1'000'000, "ms"},
                            Unit{1'000'000'000, "s"}};

/// The bounds exactly, with their decimal points below each other; nothing where that would be
/// longer than a person reads at a glance.
std::vector<std::string> label_in(const Unit& unit, const std::vector<Band>& bands, bool unicode) {
  constexpr std::size_t kMaxColumns = 9;
  constexpr int kMaxDecimals = 3;
  std::int64_t power = 1;
  int decimals = 0;
  const auto inexact = [&](const Band& band) {
    return band.from.count() * power % unit.nanoseconds;
  };
  for (; std::ranges::any_of(bands, inexact); power *= 10) {
    if (++decimals > kMaxDecimals) {
      return {};
    }
  }
  std::vector<std::string> labels;
  for (const Band& band : bands) {
    const std::int64_t scaled = band.from.count() * power / unit.nanoseconds;
    std::string label = format_count(static_cast<std::uint64_t>(scaled / power));
    if (decimals != 0) {
      label += fmt::format(".{:0{}}", scaled % power, decimals);
    }
    label += fmt::format(" {}", !unicode && unit.name == "µs" ? "us" : unit.name);
    if (columns_of(label) > kMaxColumns) {
      return {};
    }
    labels.push_back(std::move(label));
  }
  return labels;
}

std::vector<std::string> label_in_one_unit(const std::vector<Band>& bands, bool unicode) {
  constexpr std::int64_t kThousand = 1000;
  const auto lowest = std::ranges::find_if(
      bands, [](const Band& band) { return band.from != Nanoseconds::zero(); });
  for (const Unit& unit : kUnits) {
    const bool too_small =
        lowest != bands.end() && lowest->from.count() >= kThousand * unit.nanoseconds;
    if (auto labels = label_in(unit, bands, unicode); !too_small && !labels.empty()) {
      return labels;
    }
  }
  return {};
}

std::string draw_bar(double share, std::size_t width, bool unicode) {
  constexpr std::array<std::string_view, 8> kEighths{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  constexpr double kSteps = 8;
  const auto eighths = static_cast<std::size_t>(
      std::max(std::round(share * static_cast<double>(width) * kSteps), share > 0 ? 1.0 : 0.0));
  std::string bar;
  for (std::size_t i = 0; i < eighths / 8; ++i) {
    bar += unicode ? "█" : "#";
  }
  if (unicode) {
    bar += kEighths[eighths % 8];
  } else if (eighths % 8 >= 4 || eighths < 8) {
    bar += eighths == 0 ? "" : eighths % 8 >= 4 ? ":" : ".";
  }
  return bar;
}

}  // namespace

std::vector<Band> divide(const stats::Histogram& histogram) {
  if (histogram.count() == 0) {
    return {};
  }
  const auto& layout = histogram.layout();
  const auto value_of = [&layout](Nanoseconds value) {
    const auto index = layout.index_of(static_cast<std::uint64_t>(value.count()));
    return std::max(1.0, static_cast<double>(layout.middle_at(index)));
  };
  const double low = value_of(histogram.value_at_percentile(kBulkFrom));
  const double bulk = value_of(histogram.value_at_percentile(kBulkTo));
  const double high = value_of(histogram.max());
  const auto slot = layout.index_of(static_cast<std::uint64_t>(bulk));
  const auto slot_width = static_cast<double>(layout.highest_at(slot) - layout.lowest_at(slot) + 1);
  Bounds bounds = bulk_bounds(low, bulk, slot_width);
  if (bounds.back() <= high) {
    const Bounds tail = tail_bounds(bounds.back(), high);
    bounds.insert(bounds.end(), tail.begin(), tail.end());
  }
  bounds.pop_back();
  if (const double lowest = value_of(histogram.min()); lowest < bounds.front()) {
    const bool zero = histogram.min() == Nanoseconds::zero();
    bounds.insert(bounds.begin(), zero ? 0 : series_bounds(lowest, lowest, kThree).front());
  }

  std::vector<Band> bands;
  for (const double bound : bounds) {
    bands.push_back({.from = Nanoseconds(std::llround(bound)), .count = 0});
  }
  histogram.for_each_slot([&](std::uint32_t index, std::uint64_t count) {
    const Nanoseconds value(static_cast<Nanoseconds::rep>(layout.middle_at(index)));
    const auto next =
        std::upper_bound(bands.begin() + 1, bands.end(), value,
                         [](Nanoseconds v, const Band& band) { return v < band.from; });
    std::prev(next)->count += count;
  });
  return bands;
}

std::vector<std::string> label_bands(const std::vector<Band>& bands, bool unicode) {
  if (auto labels = label_in_one_unit(bands, unicode); !labels.empty()) {
    return labels;
  }
  constexpr int kMaxDigits = 6;
  std::vector<std::string> labels;
  for (int digits = 3; digits <= kMaxDigits; ++digits) {
    labels.clear();
    for (const Band& band : bands) {
      labels.push_back(format_latency(band.from, unicode, digits));
    }
    if (std::adjacent_find(labels.begin(), labels.end()) == labels.end()) {
      break;
    }
  }
  return labels;
}

std::string draw_bars(const std::vector<Bar>& bars, const TextOptions& options) {
  constexpr std::size_t kMaxBar = 80;
  constexpr std::size_t kShareWidth = 9;
  std::uint64_t total = 0;
  std::uint64_t largest = 1;
  std::size_t label_width = 0;
  for (const Bar& bar : bars) {
    total += bar.count;
    largest = std::max(largest, bar.count);
    label_width = std::max(label_width, columns_of(bar.label));
  }
  const std::size_t count_width = std::max(format_count(largest).size(), std::size_t{5});
  const std::size_t used = 2 + label_width + 2 + count_width + kShareWidth + 2;
  const std::size_t bar_width =
      std::min(kMaxBar, options.width - std::min(options.width - 10, used));
  const std::string titles = "  " + pad_left("from", label_width) + "  " +
                             pad_left("count", count_width) + pad_left("share", kShareWidth);
  std::string out = paint(titles, Style::dim, options) + "\n";
  for (const Bar& bar : bars) {
    const double share = static_cast<double>(bar.count) / static_cast<double>(largest);
    out += "  " + pad_left(bar.label, label_width) + "  " +
           pad_left(format_count(bar.count), count_width) +
           pad_left(format_share(bar.count, total), kShareWidth);
    if (bar.count != 0) {
      out += "  " + paint(draw_bar(share, bar_width, options.unicode), bar.style, options);
    }
    out += '\n';
  }
  return out;
}

}  // namespace wskit::report
