// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <vector>

namespace wskit::cli {

/// The arguments as one line that a shell could read again, with the values of options that carry
/// secrets (passwords, tokens, cookies, headers, user information in URLs) replaced by "***";
/// @FILE and env:NAME are no secrets and stay.
[[nodiscard]] std::string redacted_command_line(std::span<char* const> arguments);

/// What stands behind a "--" of `wskit send`: messages that may begin with a hyphen. CLI11 gives
/// such words to the command above. The "--" itself is left.
[[nodiscard]] std::vector<std::string> literal_messages(std::span<char* const> arguments);

}  // namespace wskit::cli
