// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wskit::report {

void replace_all(std::string& text, std::string_view from, std::string_view to);

/// Foreign text for a file that others read, as XML and YAML are: like printable(), and the two
/// characters that neither has, U+FFFE and U+FFFF, become \xNN, too. One line.
[[nodiscard]] std::string portable_line(std::string_view text);

/// The lines of foreign text, without their ends; none for no text, and no empty one after the last
/// end of a line.
[[nodiscard]] std::vector<std::string> portable_lines(std::string_view text);

}  // namespace wskit::report
