// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace wskit {

/// RFC 4648 section 4: the standard alphabet, always padded, no line breaks.
[[nodiscard]] std::string base64_encode(std::span<const std::byte> bytes);
[[nodiscard]] std::string base64_encode(std::string_view bytes);

/// RFC 4648 section 5: the alphabet that is safe in URLs and headers, never padded.
[[nodiscard]] std::string base64url_encode(std::span<const std::byte> bytes);
[[nodiscard]] std::string base64url_encode(std::string_view bytes);

/// The strict inverses: nothing for a character outside the alphabet, white space, wrong or missing
/// padding, or trailing bits that are not zero, so that one byte string has one text.
[[nodiscard]] std::optional<std::string> base64_decode(std::string_view text);
[[nodiscard]] std::optional<std::string> base64url_decode(std::string_view text);

}  // namespace wskit
