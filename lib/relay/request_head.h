// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "wire/http.h"
#include "wire/uri.h"

namespace wskit::relay {

/// How a client's request becomes the one that the server gets.
struct RequestRules {
  wire::Uri target;
  /// The client's Host header instead of the target's.
  bool keep_host = false;
  /// In place of the client's headers of these names, else added; valid ones.
  std::vector<wire::Header> headers;
  /// Names of headers of the client's that are not passed on.
  std::vector<std::string> removed;
};

/// Whether the request asks for a WebSocket; whether it asks well is for the server to say.
[[nodiscard]] bool asks_for_websocket(const wire::HttpRequest& request);

/// Path and query of the request line: the target's where it has more than "/", else the client's.
/// A client's absolute URL loses scheme and host.
[[nodiscard]] std::string request_target(const wire::HttpRequest& request,
                                         const RequestRules& rules);

/// The request's head for the server: `head`, which was parsed as `request`, with path, Host and
/// the rules' headers exchanged and every other line as it was. What does not ask for a WebSocket
/// gets "Connection: close" (RFC 9112 9.6), so that no second request follows it.
[[nodiscard]] std::string rewrite_head(std::string_view head, const wire::HttpRequest& request,
                                       const RequestRules& rules);

}  // namespace wskit::relay
