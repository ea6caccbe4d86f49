// SPDX-License-Identifier: MIT
#pragma once

#include "core/error.h"
#include "http/cookie_jar.h"
#include "http/redirect.h"
#include "wire/handshake.h"

namespace CLI {
class App;
}

namespace wskit::cli {

struct ConnectOptions;

/// What stands in the upgrade request: headers, credentials, cookies, subprotocols, extensions.
void add_request_options(CLI::App& app, ConnectOptions& options);

/// The part of these that makes sense for a request of somebody else.
void add_passed_request_options(CLI::App& app, ConnectOptions& options);

/// The request for options.url, with those of `cookies` that belong to it.
[[nodiscard]] Expected<wire::UpgradeRequest> make_request(const ConnectOptions& options,
                                                          const http::CookieJar& cookies);

/// How its redirects are followed; `request` is what make_request() made of the same.
[[nodiscard]] http::RedirectOptions make_redirects(const ConnectOptions& options,
                                                   const http::CookieJar& cookies,
                                                   const wire::UpgradeRequest& request);

}  // namespace wskit::cli
