// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "core/clock.h"
#include "serve/log.h"

namespace wskit::cli {

/// How a server's log is written: lines about trouble alone, or each event too, one a line.
enum class LogFormat : unsigned char { trouble, text, json };

/// `name` is text, json, or empty.
[[nodiscard]] LogFormat log_format(std::string_view name);

/// The line of an entry, with its end. `command` stands before lines about trouble. Text is for
/// people, control characters escaped: "2026-11-28T10:00:00.250000000Z open id=1
/// peer=127.0.0.1:5000 target=/t/x". JSON is an object with time, level, event (or message) and the
/// fields.
[[nodiscard]] std::string format_log(const serve::LogEntry& entry, LogFormat format,
                                     std::string_view command, WallTime now);

}  // namespace wskit::cli
