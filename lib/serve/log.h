// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <variant>

namespace wskit::serve {

enum class LogLevel : std::uint8_t { error, warning, info };

/// Foreign text comes as it is, secrets in URLs left out.
struct LogField {
  std::string_view name;
  std::variant<std::string_view, std::uint64_t, double> value;
};

/// Something that happened: a line about the server, or an event of a connection.
struct LogEntry {
  LogLevel level = LogLevel::info;
  std::string_view event;  // "" for a line
  std::string_view line;
  std::span<const LogField> fields;
};

/// Takes one entry; its texts die when it returns. Called from the service threads: it must be safe
/// to call from several at once, and must not call back into the server.
using LogSink = std::function<void(const LogEntry&)>;

inline void log_line(const LogSink& sink, LogLevel level, std::string_view line) {
  sink({.level = level, .event = {}, .line = line, .fields = {}});
}

}  // namespace wskit::serve
