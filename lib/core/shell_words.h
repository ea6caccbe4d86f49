// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace wskit {

/// The words of one simple command as bash reads it: '...', "...", $'...' with its escapes, a
/// backslash before any character, and a backslash at the end of a line. Fails with
/// ErrorCode::usage for what a shell would do more with (variables, substitutions, redirections, a
/// second command) and for a quotation without an end; the message quotes none of it.
[[nodiscard]] Expected<std::vector<std::string>> split_shell_words(std::string_view command);

}  // namespace wskit
