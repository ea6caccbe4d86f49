// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "http/cookie_date.h"
#include "wire/http.h"
#include "wire/uri.h"

namespace wskit::http {

/// A cookie as RFC 6265 5.3 stores it.
struct Cookie {
  std::string name;
  std::string value;
  /// Lower case, without a dot in front.
  std::string domain;
  /// For this very host, not for those below it.
  bool host_only = true;
  std::string path = "/";
  /// For TLS only.
  bool secure = false;
  bool http_only = false;
  /// None for a cookie that ends with the session.
  std::optional<UnixTime> expires;
};

/// The cookies of a session by the rules of RFC 6265. There is no list of public suffixes: a cookie
/// for a domain without a dot in it is taken from that very host only.
class CookieJar {
 public:
  /// The format that curl, wget and browsers' exports share: a line a cookie, seven fields parted
  /// by tabs. Fails with ErrorCode::usage and the number of the line.
  [[nodiscard]] static Expected<CookieJar> parse(std::string_view text);
  /// The same format.
  [[nodiscard]] std::string text() const;

  /// The Set-Cookie headers of an answer to a request for `uri`. What the server may not set is
  /// ignored.
  void store(const wire::Uri& uri, const wire::Headers& answer, UnixTime now);

  /// The value of a Cookie header for `uri`, longer paths first (5.4); empty for none.
  [[nodiscard]] std::string header(const wire::Uri& uri, UnixTime now) const;

  [[nodiscard]] const std::vector<Cookie>& cookies() const { return cookies_; }
  /// Adds those of `other`, which replace cookies of the same name, domain and path.
  void merge(const CookieJar& other);

 private:
  void put(Cookie cookie);

  std::vector<Cookie> cookies_;
};

}  // namespace wskit::http
