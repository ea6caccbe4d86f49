// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "core/error.h"
#include "wire/uri.h"

namespace wskit::http {

/// Parses http://HOST[:PORT][/PATH][?QUERY], and https:// the same, with http as ws and https as
/// wss; a fragment, which is never sent, is left out (RFC 9110 4.2). Fails with ErrorCode::bad_url
/// like wire::parse_uri().
[[nodiscard]] Expected<wire::Uri> parse_http_url(std::string_view text);

/// Such a URL for people: wire::Uri::display() with the scheme of HTTP.
[[nodiscard]] std::string display_http_url(const wire::Uri& uri);

}  // namespace wskit::http
