// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace wskit::wire {

/// What a person would read in the body of an HTTP answer, in one line of at most `max_bytes` bytes
/// (and "..." where more was said): without tags, comments, scripts, styles and character
/// references of HTML, white space folded. Not made safe for a terminal.
[[nodiscard]] std::string excerpt(std::string_view body, std::size_t max_bytes = 160);

}  // namespace wskit::wire
