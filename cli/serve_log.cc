// SPDX-License-Identifier: MIT
#include "cli/serve_log.h"

#include <chrono>
#include <variant>

#include <fmt/format.h>

#include "core/json.h"
#include "report/terminal.h"
#include "report/timestamp.h"

namespace wskit::cli {
namespace {

using serve::LogEntry;
using serve::LogLevel;

std::string_view level_name(LogLevel level) {
  switch (level) {
    case LogLevel::error:
      return "error";
    case LogLevel::warning:
      return "warning";
    case LogLevel::info:
      return "info";
  }
  return {};
}

std::string text_of(std::string_view text) {
  const bool plain = !text.empty() && text.find_first_of(" \t\"=") == std::string_view::npos;
  return plain ? report::printable(text) : dump_json(Json(report::printable(text)));
}
std::string text_of(std::uint64_t number) {
  return fmt::format("{}", number);
}
std::string text_of(double seconds) {
  return fmt::format("{:.6f}", seconds);
}

std::string text_line(const LogEntry& entry, std::string_view time) {
  std::string line(time);
  line += entry.event.empty()
              ? fmt::format(" {}: {}", level_name(entry.level), report::printable(entry.line))
              : fmt::format(" {}", entry.event);
  for (const serve::LogField& field : entry.fields) {
    const std::string value = std::visit([](auto one) { return text_of(one); }, field.value);
    line += fmt::format(" {}={}", field.name, value);
  }
  return line + "\n";
}

std::string json_line(const LogEntry& entry, std::string_view time) {
  Json json{{"time", time}, {"level", level_name(entry.level)}};
  if (entry.event.empty()) {
    json["message"] = entry.line;
  } else {
    json["event"] = entry.event;
  }
  for (const serve::LogField& field : entry.fields) {
    std::visit([&](auto one) { json[std::string(field.name)] = one; }, field.value);
  }
  return dump_json(json) + "\n";
}

}  // namespace

LogFormat log_format(std::string_view name) {
  if (name.empty()) {
    return LogFormat::trouble;
  }
  return name == "json" ? LogFormat::json : LogFormat::text;
}

std::string format_log(const LogEntry& entry, LogFormat format, std::string_view command,
                       WallTime now) {
  if (format == LogFormat::trouble) {
    return fmt::format("wskit {}: {}\n", command, report::printable(entry.line));
  }
  const std::string time = report::format_timestamp(std::chrono::time_point_cast<Nanoseconds>(now));
  return format == LogFormat::json ? json_line(entry, time) : text_line(entry, time);
}

}  // namespace wskit::cli
