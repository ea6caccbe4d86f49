// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace wskit::script {

/// Scripts that cannot be understood: "=== NAME" begins one and "--- FILE" a file that it includes.
/// Below the line that is wrong stands its caret, and what the message begins with. [server] in the
/// name is for a server's script, [no url] for one without a URL on the command line.
extern const std::string_view malformed_head;
extern const std::string_view malformed_tests;
extern const std::string_view malformed_steps;
extern const std::string_view malformed_messages;
extern const std::string_view malformed_patterns;
extern const std::string_view malformed_details;

}  // namespace wskit::script
