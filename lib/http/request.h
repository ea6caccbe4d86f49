// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "wire/http.h"
#include "wire/uri.h"

namespace wskit::http {

/// What a Fetch asks for.
struct Request {
  std::string method = "GET";
  /// From parse_http_url(). A user name and a password in it become the Authorization header.
  wire::Uri uri;
  /// In this order, duplicates kept. Accept, Authorization, Host and User-Agent replace ours; what
  /// frames the request (Connection, Content-Length, Expect, Transfer-Encoding, Upgrade) is
  /// refused.
  std::vector<wire::Header> headers;
  std::string body;
};

/// Fails with ErrorCode::usage when a part of the request could break out of its line, is no token,
/// or is for the client to say.
[[nodiscard]] Expected<void> check_request(const Request& request);

/// The bytes of a request that was checked, body included; `cookies` are beside those of its
/// headers.
[[nodiscard]] std::string request_text(const Request& request, std::string_view cookies);

/// The request that follows an answer of `status`, which points to `to`.
[[nodiscard]] Request redirected(const Request& request, int status, wire::Uri to);

}  // namespace wskit::http
