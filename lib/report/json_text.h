// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "core/json.h"
#include "report/terminal.h"

namespace wskit::report {

/// JSON over several lines for a person, two spaces a level, coloured if the terminal is; short
/// arrays and objects stay in one line. Everything in it is made safe for a terminal.
[[nodiscard]] std::string pretty_json(const Json& json, const TextOptions& options);

/// Whether `text` begins like a JSON object or array and its brackets or strings are not closed
/// yet: more lines are expected.
[[nodiscard]] bool is_unfinished_json(std::string_view text);

}  // namespace wskit::report
