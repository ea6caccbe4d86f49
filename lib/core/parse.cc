// SPDX-License-Identifier: MIT
#include "core/parse.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include <fmt/format.h>

namespace wskit {
namespace {

struct Unit {
  std::string_view name;
  double factor;
};

struct Quantity {
  double value = 0;
  std::string_view unit;
};

std::optional<Quantity> split_quantity(std::string_view text,
                                       std::chars_format format = std::chars_format::fixed) {
  Quantity quantity;
  const char* const end = text.data() + text.size();
  // from_chars takes "inf", "nan" and hexadecimal-looking text: a quantity starts with a digit.
  if (text.empty() || !(text.front() >= '0' && text.front() <= '9')) {
    return std::nullopt;
  }
  const auto [rest, error] = std::from_chars(text.data(), end, quantity.value, format);
  if (error != std::errc{}) {
    return std::nullopt;
  }
  quantity.unit = std::string_view(rest, static_cast<std::size_t>(end - rest));
  return quantity;
}

template <std::size_t N>
std::optional<double> scale(const Quantity& quantity, const std::array<Unit, N>& units) {
  for (const Unit& unit : units) {
    if (unit.name == quantity.unit) {
      return quantity.value * unit.factor;
    }
  }
  return std::nullopt;
}

constexpr std::array kDurationUnits{Unit{"", 1e9},   Unit{"s", 1e9},    Unit{"ms", 1e6},
                                    Unit{"us", 1e3}, Unit{"µs", 1e3},   Unit{"ns", 1},
                                    Unit{"m", 60e9}, Unit{"min", 60e9}, Unit{"h", 3600e9}};

constexpr double kKibi = 1024;
constexpr double kTebi = kKibi * kKibi * kKibi * kKibi;
constexpr std::array kSizeUnits{
    Unit{"", 1},
    Unit{"B", 1},
    Unit{"k", kKibi},
    Unit{"K", kKibi},
    Unit{"KiB", kKibi},
    Unit{"M", kKibi* kKibi},
    Unit{"MiB", kKibi* kKibi},
    Unit{"G", kKibi* kKibi* kKibi},
    Unit{"GiB", kKibi* kKibi* kKibi},
    Unit{"T", kTebi},
    Unit{"TiB", kTebi},
    Unit{"kB", 1e3},
    Unit{"MB", 1e6},
    Unit{"GB", 1e9},
    Unit{"TB", 1e12},
};

constexpr std::array kRateUnits{
    Unit{"", 1},
    Unit{"k", 1e3},
    Unit{"K", 1e3},
    Unit{"M", 1e6},
    Unit{"/s", 1},
    Unit{"k/s", 1e3},
    Unit{"M/s", 1e6},
    Unit{"/m", 1.0 / 60},
    Unit{"/min", 1.0 / 60},
    Unit{"/h", 1.0 / 3600},
};

constexpr std::array kCountUnits{Unit{"", 1}, Unit{"k", 1e3}, Unit{"K", 1e3}, Unit{"M", 1e6},
                                 Unit{"G", 1e9}};

/// "1m30s": each part has a unit smaller than that of the part before.
std::optional<double> compound_nanoseconds(std::string_view text) {
  constexpr double kOneNanosecond = 1;
  double sum = 0;
  double previous = INFINITY;
  while (!text.empty()) {
    auto part = split_quantity(text);
    if (!part) {
      return std::nullopt;
    }
    const std::size_t end = std::min(part->unit.find_first_of("0123456789"), part->unit.size());
    text = part->unit.substr(end);
    part->unit = part->unit.substr(0, end);
    const auto unit = scale({.value = kOneNanosecond, .unit = part->unit}, kDurationUnits);
    if (!unit || *unit >= previous || part->unit.empty()) {
      return std::nullopt;
    }
    previous = *unit;
    sum += part->value * *unit;
  }
  return sum;
}

std::optional<double> nanoseconds_of(std::string_view text) {
  const auto quantity = split_quantity(text);
  if (const auto single = quantity ? scale(*quantity, kDurationUnits) : std::nullopt) {
    return single;
  }
  return text.empty() ? std::nullopt : compound_nanoseconds(text);
}

}  // namespace

Expected<Nanoseconds> parse_duration(std::string_view text) {
  constexpr double kMax = 9.2e18;
  const auto nanoseconds = nanoseconds_of(text);
  if (!nanoseconds || *nanoseconds > kMax) {
    return fail(ErrorCode::usage,
                fmt::format("'{}' is not a duration; write 250ms, 5s, 2m, 1m30s or 1h", text));
  }
  return Nanoseconds(std::llround(*nanoseconds));
}

Expected<std::uint64_t> parse_size(std::string_view text) {
  constexpr double kMax = 8000 * kTebi;
  const auto quantity = split_quantity(text);
  const auto bytes = quantity ? scale(*quantity, kSizeUnits) : std::nullopt;
  if (bytes && *bytes > kMax) {
    return fail(ErrorCode::usage, fmt::format("'{}' is too large; at most 8000TiB", text));
  }
  if (!bytes || *bytes != std::floor(*bytes)) {
    return fail(ErrorCode::usage,
                fmt::format("'{}' is not a size in bytes; write 20, 64k, 1MiB or 10MB", text));
  }
  return static_cast<std::uint64_t>(*bytes);
}

Expected<double> parse_rate(std::string_view text) {
  constexpr double kMax = 1e9;
  const auto quantity = split_quantity(text, std::chars_format::general);
  const auto per_second = quantity ? scale(*quantity, kRateUnits) : std::nullopt;
  if (!per_second || !(*per_second > 0) || *per_second > kMax) {
    return fail(ErrorCode::usage,
                fmt::format("'{}' is not a rate; write 1000, 2.5k, 10/s or 60/m, above zero and "
                            "at most 1000M",
                            text));
  }
  return *per_second;
}

Expected<std::uint64_t> parse_integer(std::string_view text, std::uint64_t low,
                                      std::uint64_t high) {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || rest != end || value < low || value > high) {
    return fail(ErrorCode::usage,
                fmt::format("'{}' is not a whole number from {} to {}", text, low, high));
  }
  return value;
}

Expected<std::uint64_t> parse_count(std::string_view text, std::uint64_t low, std::uint64_t high) {
  constexpr double kExact = 9.0e15;
  auto integer = parse_integer(text, low, high);
  const auto quantity = split_quantity(text, std::chars_format::general);
  const auto value = quantity ? scale(*quantity, kCountUnits) : std::nullopt;
  if (integer || !value || *value > kExact || *value != std::floor(*value)) {
    return integer;
  }
  const auto count = static_cast<std::uint64_t>(*value);
  return count < low || count > high ? integer : count;
}

std::string format_duration(Nanoseconds duration) {
  const auto ns = static_cast<double>(duration.count());
  constexpr double kMicro = 1e3;
  constexpr double kMilli = 1e6;
  constexpr double kSecond = 1e9;
  if (ns < kMicro) {
    return fmt::format("{} ns", duration.count());
  }
  if (ns < kMilli) {
    return fmt::format("{:.3g} us", ns / kMicro);
  }
  if (ns < kSecond) {
    return fmt::format("{:.3g} ms", ns / kMilli);
  }
  return fmt::format("{:.4g} s", ns / kSecond);
}

}  // namespace wskit
