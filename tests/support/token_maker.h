// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <string>
#include <string_view>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "core/base64.h"

namespace wskit::test {

/// A secret that HS256 allows.
inline constexpr std::string_view kTokenSecret = "a secret of more than thirty-two bytes";

/// A JSON Web Token with exactly this header and payload, signed with HS256, whatever the header
/// says.
inline std::string make_token(std::string_view header, std::string_view payload,
                              std::string_view secret = kTokenSecret) {
  std::string token = base64url_encode(header) + "." + base64url_encode(payload);
  std::array<unsigned char, 32> mac{};
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(token.data()), token.size(), mac.data(), nullptr);
  token += "." + base64url_encode(std::as_bytes(std::span(mac)));
  return token;
}

/// The same with the usual header.
inline std::string make_token(std::string_view payload) {
  return make_token(R"({"alg":"HS256","typ":"JWT"})", payload);
}

}  // namespace wskit::test
