// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace wskit {

/// The same bytes, seen as text or as bytes; nothing is copied or checked.
[[nodiscard]] inline std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

[[nodiscard]] inline std::span<const std::byte> as_bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

/// With the ASCII letters in lower case, as hosts, schemes and header names are compared.
[[nodiscard]] std::string to_lower(std::string_view text);

/// The first `max_bytes` of foreign bytes for a message: visible ASCII and spaces as they are,
/// the rest as \r, \n, \t or \xNN, and "..." when something was left out. Never acts on a terminal.
[[nodiscard]] std::string escape(std::string_view bytes, std::size_t max_bytes = 64);

}  // namespace wskit
