// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

#include "core/error.h"
#include "http/cookie_jar.h"
#include "report/file.h"
#include "wire/http.h"
#include "wire/uri.h"

namespace CLI {
class App;
}

namespace wskit::cli {

struct ConnectOptions;

/// --cookie and --cookie-jar.
void add_cookie_options(CLI::App& app, ConnectOptions& options);

/// The clock of cookies.
[[nodiscard]] http::UnixTime unix_time();

/// The cookies of the files that --cookie @FILE names.
[[nodiscard]] Expected<http::CookieJar> read_cookies(const ConnectOptions& options);

/// What --cookie NAME=VALUE adds to a Cookie header, "a=1; b=2".
[[nodiscard]] std::string literal_cookies(const ConnectOptions& options);

/// The file of --cookie-jar: opened before the work whose cookies it will hold.
class CookieFile {
 public:
  /// Nothing is written where the option is not given.
  [[nodiscard]] static Expected<CookieFile> open(const ConnectOptions& options,
                                                 http::CookieJar cookies);
  /// What the answer to a request for `uri` sets.
  void take(const wire::Uri& uri, const wire::Headers& answer);
  [[nodiscard]] Expected<void> save();

 private:
  explicit CookieFile(http::CookieJar cookies) : cookies_(std::move(cookies)) {}

  http::CookieJar cookies_;
  std::optional<report::PendingFile> file_;
};

}  // namespace wskit::cli
