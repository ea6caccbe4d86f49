// SPDX-License-Identifier: MIT
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "script/script.h"

namespace wskit::script {

/// A recording whose received lines say what to "expect" (expectation.h has the forms), as a script
/// of one test: what was sent is sent, in order, and each expectation is waited for. Other received
/// lines say nothing. `has_url`: the command line's goes before the recorded one. Fails with the
/// line, and when no line expects anything.
[[nodiscard]] std::expected<Script, ScriptError> script_of_recording(const std::string& file,
                                                                     std::string_view text,
                                                                     bool has_url);

}  // namespace wskit::script
