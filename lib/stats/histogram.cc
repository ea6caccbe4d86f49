// SPDX-License-Identifier: MIT
#include "stats/histogram.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/check.h"
#include "core/units.h"

namespace wskit::stats {
namespace {

Nanoseconds nanoseconds(std::uint64_t value) {
  return Nanoseconds(static_cast<Nanoseconds::rep>(value));
}

std::string describe(const HistogramConfig& config) {
  return fmt::format("{} ns to {} ns with {} digits", config.lowest.count(), config.highest.count(),
                     config.digits);
}

}  // namespace

std::uint64_t nearest_rank(double percentile, std::uint64_t n) noexcept {
  if (n == 0) {
    return 0;
  }
  // One step below, so that 99.9 % of 1,000 is rank 999 although 99.9 is not exact in binary.
  const double p = std::nextafter(std::clamp(percentile, 0.0, kPercent), 0.0);
  const auto rank = static_cast<std::uint64_t>(std::ceil(p * static_cast<double>(n) / kPercent));
  return std::clamp<std::uint64_t>(rank, 1, n);
}

Histogram::Histogram(const HistogramConfig& config)
    : config_(config),
      layout_(config),
      highest_(static_cast<std::uint64_t>(config.highest.count())),
      counts_(layout_.length()) {}

void Histogram::record_out_of_range(Nanoseconds value) noexcept {
  if (value < Nanoseconds::zero()) {
    ++negative_;
  } else {
    ++overflow_;
  }
}

void Histogram::add_at(std::uint32_t index, std::uint64_t count) {
  check(index < layout_.length(), "a histogram slot is inside its layout");
  if (count == 0) {
    return;
  }
  counts_[index] += count;
  count_ += count;
  touched_rows_[layout_.row_of(index)] = true;
}

Expected<void> Histogram::merge(const Histogram& other) {
  if (config_ != other.config_) {
    return fail(ErrorCode::usage, fmt::format("merging histograms of {} and {} would not be exact",
                                              describe(config_), describe(other.config_)));
  }
  other.for_each_slot([this](std::uint32_t index, std::uint64_t count) { add_at(index, count); });
  overflow_ += other.overflow_;
  negative_ += other.negative_;
  return {};
}

void Histogram::clear() noexcept {
  const std::uint32_t row_length = layout_.row_length();
  for (std::uint32_t row = 0; row < touched_rows_.size(); ++row) {
    if (touched_rows_[row]) {
      std::fill_n(counts_.begin() + std::ptrdiff_t{row * row_length}, row_length, 0);
    }
  }
  touched_rows_.fill(false);
  count_ = overflow_ = negative_ = 0;
}

Nanoseconds Histogram::min() const noexcept {
  std::uint64_t lowest = 0;
  any_slot([&](std::uint32_t index, std::uint64_t) {
    lowest = layout_.lowest_at(index);
    return true;
  });
  return nanoseconds(lowest);
}

Nanoseconds Histogram::max() const noexcept {
  return value_at_rank(count_);
}

double Histogram::mean() const noexcept {
  if (count_ == 0) {
    return 0;
  }
  double sum = 0;
  for_each_slot([&](std::uint32_t index, std::uint64_t count) {
    sum += static_cast<double>(layout_.middle_at(index)) * static_cast<double>(count);
  });
  return sum / static_cast<double>(count_);
}

double Histogram::stddev() const noexcept {
  if (count_ == 0) {
    return 0;
  }
  const double average = mean();
  double squares = 0;
  for_each_slot([&](std::uint32_t index, std::uint64_t count) {
    const double deviation = static_cast<double>(layout_.middle_at(index)) - average;
    squares += deviation * deviation * static_cast<double>(count);
  });
  return std::sqrt(squares / static_cast<double>(count_));
}

Nanoseconds Histogram::value_at_rank(std::uint64_t rank) const noexcept {
  std::uint64_t seen = 0;
  std::uint64_t highest = 0;
  any_slot([&](std::uint32_t index, std::uint64_t count) {
    seen += count;
    highest = layout_.highest_at(index);
    return seen >= rank;
  });
  return nanoseconds(highest);
}

Nanoseconds Histogram::value_at_percentile(double percentile) const noexcept {
  return percentile <= 0 ? min() : value_at_rank(nearest_rank(percentile, count_));
}

std::uint64_t Histogram::count_at(Nanoseconds value) const noexcept {
  const auto unsigned_value = static_cast<std::uint64_t>(value.count());
  return unsigned_value > highest_ ? 0 : counts_[layout_.index_of(unsigned_value)];
}

}  // namespace wskit::stats
