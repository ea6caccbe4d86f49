// SPDX-License-Identifier: MIT
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "script/parse_context.h"
#include "script/script.h"

namespace wskit::script {

/// Understands a script (.wst) and everything that it includes; the grammar is in
/// script_grammar.h. `file` is its name in messages and where paths in it start from.
[[nodiscard]] std::expected<Script, ScriptError> parse_script(const std::string& file,
                                                              std::string_view text,
                                                              const ScriptOptions& options);

}  // namespace wskit::script
