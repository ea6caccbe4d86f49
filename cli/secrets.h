// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "core/error.h"
#include "wire/authority.h"

namespace wskit::cli {

/// Stands where a secret is not shown.
inline constexpr std::string_view kHiddenSecret = "***";

/// "@file", where an option takes a value or a file with it.
[[nodiscard]] inline bool is_file(std::string_view text) {
  return text.starts_with('@');
}

/// "@file" is the file's first line, "env:NAME" the variable's value, anything else itself.
[[nodiscard]] Expected<std::string> read_secret(const std::string& text);

/// "user:password" of such a text. Without a colon the password is asked for at the terminal, as
/// curl does; a usage error that names `option` where there is none.
[[nodiscard]] Expected<wire::Credentials> read_credentials(const std::string& text,
                                                           const std::string& option);

}  // namespace wskit::cli
