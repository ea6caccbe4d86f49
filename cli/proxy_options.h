// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "core/error.h"
#include "net/proxy.h"
#include "wire/uri.h"

namespace CLI {
class App;
}

namespace wskit::cli {

struct ConnectOptions;

/// --proxy, --proxy-user, --noproxy and what belongs to TLS with a proxy.
void add_proxy_options(CLI::App& app, ConnectOptions& options);

/// The proxies that they name, else those of the environment: https_proxy for wss, http_proxy for
/// ws, all_proxy for both, no_proxy; in lower case first, then in upper case, but for HTTP_PROXY,
/// which a CGI request could set. Those never stand between us and this machine.
[[nodiscard]] Expected<net::ProxyOptions> make_proxy_options(const ConnectOptions& options,
                                                             const wire::Uri& uri);

/// What `proxies` from the environment, not from --proxy, mean for a connection to `uri`: how the
/// proxy is shown, empty for none.
[[nodiscard]] std::string environments_proxy(const ConnectOptions& options,
                                             const net::ProxyOptions& proxies,
                                             const wire::Uri& uri);

}  // namespace wskit::cli
