// SPDX-License-Identifier: MIT
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "core/error.h"

namespace wskit::script {

/// Text of a recording in a script's spelling, with what was redacted as {{env.NAME}}.

[[nodiscard]] bool has_control_character(std::string_view text);
/// Whether a part of it was redacted.
[[nodiscard]] bool has_mark(std::string_view text);

/// "X-Api-Key" as the name of a variable: X_API_KEY.
[[nodiscard]] std::string variable_of(std::string_view name);

/// With its "{{" as a text has them.
[[nodiscard]] std::string escaped_braces(std::string_view text);

/// The error of redacted text that cannot be said.
[[nodiscard]] std::unexpected<Error> unsayable_redaction();

/// What a recording left out comes from the environment, by the name of its JSON member. Fails with
/// ErrorCode::usage where that cannot be said.
[[nodiscard]] Expected<std::string> with_variables(std::string_view text);
/// The same as a block of lines, for text that is no line of a script as it is.
[[nodiscard]] Expected<std::string> block_with_variables(std::string_view text);

}  // namespace wskit::script
