// SPDX-License-Identifier: MIT
#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>

namespace wskit::serve {

/// The parts of an HTTP request that decide about an upgrade (RFC 6455 4.2.1); empty: not there.
struct UpgradeRequest {
  std::string method;        // as sent
  std::string http_version;  // "HTTP/1.1"
  std::string host;
  std::string upgrade;
  std::string connection;
  std::string key;
  std::string version;
  std::string origin;
  std::string subprotocols;  // the client's list, most wanted first
};

/// An HTTP answer other than 101.
struct HttpAnswer {
  int status = 400;
  std::string body;     // one line for people, with its end
  std::string headers;  // further header lines, each with its CR LF
};

/// What the server allows; views must outlive the call.
struct UpgradePolicy {
  std::span<const std::string> allowed_origins;  // "*": all
  std::span<const std::string> subprotocols;     // empty: the client's first
};

/// The subprotocol to agree to, empty for none; or why not, as an answer. libwebsockets checks
/// neither method nor version nor key.
[[nodiscard]] std::expected<std::string, HttpAnswer> check_upgrade(const UpgradeRequest& request,
                                                                   const UpgradePolicy& policy);

/// The first of a list, empty when there is none.
[[nodiscard]] std::string_view first_subprotocol(std::string_view list);

/// True when a page of `origin` may connect: no origin (not a browser), the server's own
/// ("http://HOST" or "https://HOST" with the Host header's text), or one on the list, byte for
/// byte (RFC 6455 10.2).
[[nodiscard]] bool origin_allowed(std::string_view origin, std::string_view host,
                                  std::span<const std::string> allowed);

}  // namespace wskit::serve
