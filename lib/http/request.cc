// SPDX-License-Identifier: MIT
#include "http/request.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "core/bytes.h"
#include "http/redirect.h"
#include "wire/handshake.h"

namespace wskit::http {
namespace {

using wire::equals_ignoring_case;

constexpr std::array<std::string_view, 5> kOurs{"Connection", "Content-Length", "Expect",
                                                "Transfer-Encoding", "Upgrade"};
constexpr std::array<std::string_view, 3> kWithBody{"POST", "PUT", "PATCH"};
constexpr int kMovedPermanently = 301;
constexpr int kFound = 302;
constexpr int kSeeOther = 303;

bool is_among(std::string_view name, std::span<const std::string_view> names) {
  return std::ranges::any_of(
      names, [name](std::string_view other) { return equals_ignoring_case(name, other); });
}

bool has_header(const Request& request, std::string_view name) {
  return std::ranges::any_of(request.headers, [name](const wire::Header& header) {
    return equals_ignoring_case(header.name, name);
  });
}

/// All cookies in one header (RFC 6265 5.4).
std::string cookie_header(const Request& request, std::string_view cookies) {
  std::string value(cookies);
  for (const wire::Header& header : request.headers) {
    if (equals_ignoring_case(header.name, "Cookie") && !header.value.empty()) {
      value += (value.empty() ? "" : "; ") + header.value;
    }
  }
  return value;
}

bool becomes_get(std::string_view method, int status) {
  if (status == kSeeOther) {
    return method != "HEAD";
  }
  return method == "POST" && (status == kMovedPermanently || status == kFound);
}

}  // namespace

Expected<void> check_request(const Request& request) {
  if (!wire::is_token(request.method) || request.method == "CONNECT") {
    return fail(ErrorCode::usage, fmt::format("'{}' is no method of HTTP to ask with; GET and POST "
                                              "are, for example",
                                              escape(request.method)));
  }
  for (const wire::Header& header : request.headers) {
    if (!wire::is_token(header.name) || !wire::is_field_value(header.value)) {
      return fail(ErrorCode::usage,
                  fmt::format("header '{}' has characters in its name or value that HTTP does not "
                              "allow there",
                              escape(header.name)));
    }
    if (is_among(header.name, kOurs)) {
      return fail(ErrorCode::usage,
                  fmt::format("header '{}' is set by wskit itself; leave it out", header.name));
    }
  }
  return {};
}

std::string request_text(const Request& request, std::string_view cookies) {
  std::string text = fmt::format("{} {} HTTP/1.1\r\n", request.method, request.uri.target);
  const auto add = [&text](std::string_view name, std::string_view value) {
    text += fmt::format("{}: {}\r\n", name, value);
  };
  const auto add_default = [&](std::string_view name, std::string_view value) {
    if (!has_header(request, name)) {
      add(name, value);
    }
  };
  add_default("Host", request.uri.host_header());
  add_default("User-Agent", "wskit");
  add_default("Accept", "*/*");
  add("Connection", "close");
  if (request.uri.credentials) {
    add_default("Authorization", wire::basic_authorization(*request.uri.credentials));
  }
  for (const wire::Header& header : request.headers) {
    if (!equals_ignoring_case(header.name, "Cookie")) {
      add(header.name, header.value);
    }
  }
  if (const std::string value = cookie_header(request, cookies); !value.empty()) {
    add("Cookie", value);
  }
  if (!request.body.empty() || is_among(request.method, kWithBody)) {
    add("Content-Length", std::to_string(request.body.size()));
  }
  return text + "\r\n" + request.body;
}

Request redirected(const Request& request, int status, wire::Uri to) {
  Request next = request;
  if (becomes_get(request.method, status)) {
    next.method = "GET";
    next.body.clear();
    std::erase_if(next.headers, [](const wire::Header& header) {
      return to_lower(header.name).starts_with("content-");
    });
  }
  if (!is_same_server(request.uri, to)) {
    drop_credentials(next.headers);
  } else if (!to.credentials) {
    to.credentials = request.uri.credentials;
  }
  next.uri = std::move(to);
  return next;
}

}  // namespace wskit::http
