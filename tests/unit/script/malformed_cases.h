// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/script/malformed.h"

namespace wskit::script {

/// One of the scripts of malformed.h.
struct Malformed {
  std::string name;
  std::map<std::string, std::string> files;
  std::string file;
  std::uint32_t line = 0;
  /// The line, the caret's line and what the message begins with.
  std::string text;
  std::string caret;
  std::string message;
};

inline const std::array kAllMalformed{malformed_head,     malformed_tests,    malformed_steps,
                                      malformed_messages, malformed_patterns, malformed_details};

[[nodiscard]] std::vector<Malformed> read_malformed(std::string_view text);
/// The byte of a line, from 1, that the caret below it points to.
[[nodiscard]] std::uint32_t column_of(const Malformed& malformed);

}  // namespace wskit::script
