// SPDX-License-Identifier: MIT
#include "http/url.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/bytes.h"

namespace wskit::http {

Expected<wire::Uri> parse_http_url(std::string_view text) {
  const std::string_view url = text.substr(0, text.find('#'));
  const std::size_t colon = std::min(url.find(':'), url.size());
  const std::string scheme = to_lower(url.substr(0, colon));
  const std::string_view rest = url.substr(colon);
  if ((scheme != "http" && scheme != "https") || !rest.starts_with("://")) {
    // Not quoted where there may be a password in it.
    return fail(ErrorCode::bad_url,
                fmt::format("'{}' is no URL of HTTP: write http://HOST/PATH or https://HOST/PATH",
                            url.find('@') == std::string_view::npos ? escape(url) : "..."));
  }
  return wire::parse_uri((scheme == "https" ? "wss" : "ws") + std::string(rest));
}

std::string display_http_url(const wire::Uri& uri) {
  return "http" + uri.display().substr(std::string_view("ws").size());
}

}  // namespace wskit::http
