// SPDX-License-Identifier: MIT
#include "stats/histogram_layout.h"

#include <limits>

#include <fmt/format.h>

#include "core/check.h"

namespace wskit::stats {
namespace {

constexpr int kMinDigits = 1;
constexpr int kMaxDigits = 5;
constexpr unsigned kValueBits = 63;

struct Magnitudes {
  unsigned unit = 0;
  unsigned row = 0;
};

/// Single steps are kept up to 2 * 10^digits, so that 1,999 is still told apart from 2,000.
Magnitudes magnitudes_of(const HistogramConfig& config) {
  std::uint64_t single_steps = 2;
  for (int i = 0; i < config.digits; ++i) {
    single_steps *= 10;
  }
  const auto lowest = static_cast<std::uint64_t>(config.lowest.count());
  return {.unit = static_cast<unsigned>(std::bit_width(lowest) - 1),
          .row = static_cast<unsigned>(std::bit_width(single_steps - 1) - 1)};
}

}  // namespace

Expected<void> validate(const HistogramConfig& config) {
  if (config.digits < kMinDigits || config.digits > kMaxDigits) {
    return fail(ErrorCode::usage,
                fmt::format("histogram precision: {} significant digits; {} to {} exist",
                            config.digits, kMinDigits, kMaxDigits));
  }
  if (config.lowest.count() < 1 || config.highest.count() / 2 < config.lowest.count()) {
    return fail(ErrorCode::usage,
                fmt::format("histogram range: {} ns to {} ns; the lowest value must be at least "
                            "1 ns and the highest twice as large",
                            config.lowest.count(), config.highest.count()));
  }
  const Magnitudes magnitudes = magnitudes_of(config);
  if (magnitudes.unit + magnitudes.row + 1 >= kValueBits) {
    return fail(ErrorCode::usage,
                fmt::format("histogram range: steps of {} ns with {} digits exceed 63 bits",
                            config.lowest.count(), config.digits));
  }
  return {};
}

HistogramLayout::HistogramLayout(const HistogramConfig& config) {
  check(validate(config).has_value(), "a histogram is laid out by a valid configuration");
  const Magnitudes magnitudes = magnitudes_of(config);
  unit_magnitude_ = magnitudes.unit;
  row_magnitude_ = magnitudes.row;
  const unsigned bucket_0_bits = unit_magnitude_ + row_magnitude_ + 1;
  bucket_0_ = (std::uint64_t{1} << bucket_0_bits) - 1;
  bucket_base_ = std::numeric_limits<std::uint64_t>::digits - static_cast<int>(bucket_0_bits);
  const auto highest = static_cast<std::uint64_t>(config.highest.count());
  const auto bits = static_cast<unsigned>(std::bit_width(highest | bucket_0_));
  const std::uint32_t buckets = bits - bucket_0_bits + 1;
  length_ = (buckets + 1) << row_magnitude_;
}

unsigned HistogramLayout::shift_at(std::uint32_t index) const noexcept {
  const std::uint32_t row = row_of(index);
  return unit_magnitude_ + (row == 0 ? 0 : row - 1);
}

std::uint64_t HistogramLayout::lowest_at(std::uint32_t index) const noexcept {
  const std::uint32_t row = row_of(index);
  const std::uint64_t in_bucket =
      row == 0 ? index : (index & (row_length() - 1)) + std::uint64_t{row_length()};
  return in_bucket << shift_at(index);
}

std::uint64_t HistogramLayout::highest_at(std::uint32_t index) const noexcept {
  return lowest_at(index) + (std::uint64_t{1} << shift_at(index)) - 1;
}

std::uint64_t HistogramLayout::middle_at(std::uint32_t index) const noexcept {
  return lowest_at(index) + ((std::uint64_t{1} << shift_at(index)) >> 1);
}

}  // namespace wskit::stats
