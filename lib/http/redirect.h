// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "http/cookie_jar.h"
#include "wire/handshake.h"
#include "wire/http.h"
#include "wire/uri.h"

namespace wskit::http {

/// How an upgrade request follows to where answers point.
struct RedirectOptions {
  /// 0 follows none.
  unsigned max = 0;
  /// From which each request gets what belongs to it, once it is redirected, and to which the
  /// answers on the way add.
  CookieJar cookies;
  /// Cookies that the user gave by hand, "a=1; b=2": for the first host only.
  std::string own_cookies;
  /// For the expiry of cookies.
  UnixTime now = 0;
};

/// 301, 302, 303, 307 or 308 with a Location (RFC 9110 15.4).
[[nodiscard]] bool is_redirect(const wire::HttpResponse& answer);

/// Where `location` leads from `base` (RFC 3986 5.2), http as ws and https as wss; a fragment is
/// left out. Fails with ErrorCode::upgrade_http_status: for other schemes, and where TLS would be
/// given up.
[[nodiscard]] Expected<wire::Uri> resolve_location(const wire::Uri& base,
                                                   std::string_view location);

/// Whether credentials for `from` may go to `to`: to the same host and port, or from a scheme's own
/// port to wss's own.
[[nodiscard]] bool is_same_server(const wire::Uri& from, const wire::Uri& to);

/// Takes out what belongs to one server alone: headers whose names suggest a secret, and Host.
void drop_credentials(std::vector<wire::Header>& headers);

/// The redirects of one opening.
class Redirects {
 public:
  /// `options` outlives this.
  explicit Redirects(const RedirectOptions& options)
      : options_(&options), cookies_(options.cookies), own_cookies_(options.own_cookies) {}

  /// The request for where `answer` to `request` points. On another host, or another port, it has
  /// none of the credentials: no Authorization, no cookies given by hand, no header whose name
  /// suggests a secret, and no Host header of the user's; from a scheme's own port to wss's own is
  /// no such change. Fails with ErrorCode::upgrade_http_status, and where it went so far.
  [[nodiscard]] Expected<wire::UpgradeRequest> follow(const wire::UpgradeRequest& request,
                                                      const wire::HttpResponse& answer);

 private:
  [[nodiscard]] std::string chain(const wire::Uri& last) const;
  void set_cookies(wire::UpgradeOptions& options) const;

  const RedirectOptions* options_;
  CookieJar cookies_;
  std::string own_cookies_;
  /// The requests so far, and how their URLs are shown.
  std::vector<std::string> requests_;
  std::vector<std::string> urls_;
};

}  // namespace wskit::http
