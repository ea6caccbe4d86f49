// SPDX-License-Identifier: MIT
#include "report/units.h"

#include <array>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include "core/units.h"

namespace wskit::report {
namespace {

struct Scale {
  double limit;  // Values below it are written in this unit.
  double factor;
  std::string_view unit;
};

constexpr std::array kTimes{Scale{999.5, 1, "ns"}, Scale{999.5e3, 1e3, "µs"},
                            Scale{999.5e6, 1e6, "ms"}, Scale{INFINITY, 1e9, "s"}};

constexpr std::array kSizes{Scale{1024, 1, "B"}, Scale{1048576, 1024, "KiB"},
                            Scale{1073741824, 1048576, "MiB"}, Scale{INFINITY, 1073741824, "GiB"}};

template <std::size_t N>
const Scale& scale_for(double value, const std::array<Scale, N>& scales) {
  std::size_t i = 0;
  while (value >= scales[i].limit && i + 1 < N) {
    ++i;
  }
  return scales[i];
}

}  // namespace

std::string format_latency(Nanoseconds value, bool unicode, int digits) {
  const auto nanoseconds = static_cast<double>(value.count());
  const Scale& scale = scale_for(nanoseconds, kTimes);
  const double scaled = nanoseconds / scale.factor;
  // The limits are where three digits would round up to a fourth.
  const int whole_digits = scaled < 9.995 ? 1 : scaled < 99.95 ? 2 : 3;
  const int decimals = scale.factor == 1 ? 0 : digits - whole_digits;
  return fmt::format("{:.{}f} {}", scaled, decimals,
                     !unicode && scale.unit == "µs" ? "us" : scale.unit);
}

std::string format_count(std::uint64_t count) {
  std::string digits = std::to_string(count);
  for (std::size_t i = digits.size(); i > 3;) {
    i -= 3;
    digits.insert(i, 1, ',');
  }
  return digits;
}

std::string plural(std::uint64_t count, std::string_view singular) {
  return fmt::format("{} {}{}", format_count(count), singular, count == 1 ? "" : "s");
}

std::string format_rate(double per_second) {
  constexpr double kWholeFrom = 10'000;
  constexpr double kCountable = 1e19;  // below 2 to the 64; a damaged file may hold more
  if (!(per_second < kCountable)) {
    return fmt::format("{:.2e}", per_second);
  }
  const double tenths = std::round(per_second * 10);
  if (per_second >= kWholeFrom || std::fmod(tenths, 10) == 0) {
    return format_count(static_cast<std::uint64_t>(std::round(per_second)));
  }
  const auto whole = static_cast<std::uint64_t>(tenths / 10);
  return fmt::format("{}.{:.0f}", format_count(whole), std::fmod(tenths, 10));
}

std::string format_bytes(double bytes) {
  const Scale& scale = scale_for(bytes, kSizes);
  return fmt::format("{:.{}f} {}", bytes / scale.factor, scale.factor == 1 ? 0 : 1, scale.unit);
}

std::string format_share(std::uint64_t part, std::uint64_t whole) {
  if (part == 0 || part >= whole) {
    return part == 0 ? "0 %" : "100 %";
  }
  constexpr double kSmallest = 0.01;
  const double percent = kPercent * static_cast<double>(part) / static_cast<double>(whole);
  if (percent < kSmallest) {
    return "<0.01 %";
  }
  if (percent > kPercent - kSmallest) {
    return ">99.99 %";
  }
  const bool fine = percent < 1 || percent > 99;
  return fmt::format("{:.{}f} %", percent, fine ? 2 : 1);
}

std::string format_seconds(double seconds) {
  constexpr double kMinute = 60;
  constexpr double kHour = 3600;
  if (seconds >= kHour && std::fmod(seconds, kMinute) == 0) {
    return fmt::format("{:.4g} h", seconds / kHour);
  }
  if (seconds >= 10 * kMinute && std::fmod(seconds, kMinute) == 0) {
    return fmt::format("{:.4g} min", seconds / kMinute);
  }
  return seconds < 1 ? fmt::format("{:.4g} ms", seconds * 1e3) : fmt::format("{:.6g} s", seconds);
}

}  // namespace wskit::report
