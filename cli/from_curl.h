// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace wskit::cli {

/// What a browser's "Copy as cURL (bash)" gives, as wskit's own arguments: the URL first, http as
/// ws and https as wss, without the headers of the handshake. Fails with ErrorCode::usage for
/// options that have no counterpart; no message has a value in it.
[[nodiscard]] Expected<std::vector<std::string>> arguments_from_curl(std::string_view command);

/// The arguments of the process with "--from-curl COMMAND" (or @FILE with the command in it)
/// replaced by what it stands for, behind the name of the command, so that what is given by hand
/// comes later.
[[nodiscard]] Expected<std::vector<std::string>> expand_from_curl(std::span<char* const> arguments);

/// As main() is given them.
[[nodiscard]] std::vector<char*> pointers_to(std::vector<std::string>& words);

}  // namespace wskit::cli
