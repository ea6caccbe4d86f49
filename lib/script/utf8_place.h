// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace wskit::script {

inline constexpr std::string_view kNotUtf8 =
    "expected UTF-8; other bytes are written as hex, b64 or file";

/// Where the first byte that is no UTF-8 stands, from 0; nothing when all is.
[[nodiscard]] std::optional<std::size_t> find_bad_utf8(std::string_view text);

}  // namespace wskit::script
