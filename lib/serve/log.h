// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace wskit::serve {

enum class LogLevel : std::uint8_t { error, warning, info };

/// Takes one line, without its end. Called from the service threads: it must be safe to call from
/// several at once, and must not call back into the server.
using LogSink = std::function<void(LogLevel, std::string_view)>;

}  // namespace wskit::serve
