// SPDX-License-Identifier: MIT
#include "stats/hdr_log.h"

#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "core/check.h"
#include "stats/hdr_encoding.h"

namespace wskit::stats {
namespace {

constexpr std::string_view kTag = "Tag=";
constexpr std::string_view kVersion = "#[Histogram log format version ";
constexpr std::string_view kStartTime = "#[StartTime: ";
constexpr std::string_view kBaseTime = "#[BaseTime: ";
constexpr double kNanosecondsPerMillisecond = 1e6;

bool is_tag(std::string_view tag) {
  for (const char c : tag) {
    if (c <= ' ' || c > '~' || c == ',' || c == '"') {
      return false;
    }
  }
  return true;
}

std::optional<double> finite_number(std::string_view text) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || rest != end || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

/// "#[StartTime: 1441812279.474 (seconds since epoch), ...]": the number after the key.
std::optional<double> time_after(std::string_view line, std::string_view key) {
  line.remove_prefix(key.size());
  return finite_number(line.substr(0, line.find_first_of(" ]")));
}

std::string_view take_field(std::string_view& line) {
  const std::size_t comma = line.find(',');
  const std::string_view field = line.substr(0, comma);
  line.remove_prefix(comma == std::string_view::npos ? line.size() : comma + 1);
  return field;
}

Expected<HdrLogLine> parse_interval(std::string_view line) {
  HdrLogLine result;
  if (line.starts_with(kTag)) {
    result.tag = take_field(line).substr(kTag.size());
    if (!is_tag(result.tag)) {
      return fail(ErrorCode::usage, "its tag contains a character that tags cannot have");
    }
  }
  const auto start = finite_number(take_field(line));
  const auto length = finite_number(take_field(line));
  const auto max = finite_number(take_field(line));
  if (!start || !length || !max) {
    return fail(ErrorCode::usage, "it is not [Tag=...,]start,length,max,histogram");
  }
  result.start_s = *start;
  result.length_s = *length;
  auto histogram = decode_v2_base64(line);
  if (!histogram) {
    return std::unexpected(std::move(histogram.error()));
  }
  result.histogram = std::move(*histogram);
  return result;
}

/// Comments carry times and the version; everything else in them is free text.
Expected<void> parse_comment(std::string_view line, HdrLog& log) {
  std::optional<double> time = 0;
  if (line.starts_with(kStartTime)) {
    time = time_after(line, kStartTime);
    log.start_s = time.value_or(0);
  } else if (line.starts_with(kBaseTime)) {
    time = time_after(line, kBaseTime);
    log.base_s = time.value_or(0);
  } else if (line.starts_with(kVersion) && !line.substr(kVersion.size()).starts_with("1.")) {
    return fail(ErrorCode::usage, "its format version is not 1.x");
  }
  if (!time) {
    return fail(ErrorCode::usage, "its time is not a number of seconds");
  }
  return {};
}

Expected<void> parse_line(std::string_view line, HdrLog& log) {
  if (line.empty() || line.starts_with("\"StartTimestamp\"")) {
    return {};
  }
  if (line.starts_with('#')) {
    return parse_comment(line, log);
  }
  auto interval = parse_interval(line);
  if (!interval) {
    return std::unexpected(std::move(interval.error()));
  }
  log.lines.push_back(std::move(*interval));
  return {};
}

}  // namespace

std::string write_hdr_log(const HdrLog& log) {
  std::string out = fmt::format("{}1.3]\n", kVersion);
  out += fmt::format("{}{:.3f} (seconds since epoch)]\n", kStartTime, log.start_s);
  out += fmt::format("{}{:.3f} (seconds since epoch)]\n", kBaseTime, log.base_s);
  out +=
      "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n";
  for (const HdrLogLine& line : log.lines) {
    check(is_tag(line.tag), "a tag has only characters that a histogram log can carry");
    const auto max = static_cast<double>(line.histogram.max().count());
    out += fmt::format("{}{}{}{:.3f},{:.3f},{:.3f},{}\n", line.tag.empty() ? "" : kTag, line.tag,
                       line.tag.empty() ? "" : ",", line.start_s, line.length_s,
                       max / kNanosecondsPerMillisecond, encode_v2_base64(line.histogram));
  }
  return out;
}

Expected<HdrLog> parse_hdr_log(std::string_view text) {
  HdrLog log;
  for (std::size_t line_number = 1; !text.empty(); ++line_number) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    if (const auto parsed = parse_line(line, log); !parsed) {
      return fail(ErrorCode::usage,
                  fmt::format("histogram log, line {}: {}", line_number, parsed.error().message));
    }
  }
  return log;
}

}  // namespace wskit::stats
