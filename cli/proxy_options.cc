// SPDX-License-Identifier: MIT
#include "cli/proxy_options.h"

#include <array>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/connect_options.h"
#include "cli/secrets.h"
#include "net/dialer.h"

namespace wskit::cli {
namespace {

struct Variable {
  const char* name;
  std::string value;
};

/// The first of these variables that is not empty.
template <std::size_t Count>
std::optional<Variable> from_environment(const std::array<const char*, Count>& names) {
  for (const char* const name : names) {
    if (const char* const value = std::getenv(name); value != nullptr && *value != '\0') {
      return Variable{name, value};
    }
  }
  return std::nullopt;
}

std::optional<Variable> proxy_variable(bool tls) {
  return tls ? from_environment(std::array{"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"})
             : from_environment(std::array{"http_proxy", "all_proxy", "ALL_PROXY"});
}

Expected<std::optional<net::ProxyServer>> environment_proxy(bool tls) {
  const auto variable = proxy_variable(tls);
  if (!variable) {
    return std::nullopt;
  }
  auto proxy = net::parse_proxy(variable->value);
  if (!proxy) {
    return fail(proxy.error().code,
                fmt::format("the environment's {}: {}", variable->name, proxy.error().message));
  }
  return std::move(*proxy);
}

Expected<net::ProxyServer> given_proxy(const ConnectOptions& options) {
  auto proxy = net::parse_proxy(*options.proxy);
  if (!proxy) {
    return fail(proxy.error().code, fmt::format("--proxy: {}", proxy.error().message));
  }
  return proxy;
}

Expected<void> add_user(const ConnectOptions& options, std::optional<net::ProxyServer>& proxy) {
  if (options.proxy_user.empty() || !proxy) {
    return {};
  }
  auto credentials = read_credentials(options.proxy_user, "--proxy-user");
  if (!credentials) {
    return std::unexpected(std::move(credentials.error()));
  }
  proxy->credentials = std::move(*credentials);
  return net::check_proxy_credentials(*proxy);
}

Expected<void> add_servers(const ConnectOptions& options, bool tls, net::ProxyOptions& proxies) {
  auto& proxy = tls ? proxies.for_wss : proxies.for_ws;
  if (!options.proxy) {
    auto found = environment_proxy(tls);
    if (!found) {
      return std::unexpected(std::move(found.error()));
    }
    proxy = std::move(*found);
    proxies.loopback = false;
  } else if (!options.proxy->empty()) {
    auto given = given_proxy(options);
    if (!given) {
      return std::unexpected(std::move(given.error()));
    }
    proxy = std::move(*given);
  }
  return add_user(options, proxy);
}

}  // namespace

void add_proxy_options(CLI::App& app, ConnectOptions& options) {
  const std::string group = "Proxy";
  app.add_option("--proxy", options.proxy,
                 "http://, https://, socks5:// or socks5h://[USER:PASSWORD@]HOST[:PORT]; '' for "
                 "none; default: the environment's")
      ->type_name("URL")
      ->take_last()
      ->group(group);
  app.add_option("--proxy-user", options.proxy_user, "user:password; @FILE or env:NAME")
      ->group(group);
  app.add_option("--noproxy", options.no_proxy,
                 "Hosts to reach without a proxy, comma-separated; '*' for all")
      ->type_name("LIST")
      ->take_last()
      ->group(group);
  app.add_flag("--proxy-insecure", options.proxy_insecure,
               "Accept any certificate of an https proxy")
      ->group(group);
  app.add_option("--proxy-cacert", options.proxy_ca_file,
                 "Trusted certificates (PEM) for an https proxy")
      ->type_name("FILE")
      ->group(group);
}

Expected<net::ProxyOptions> make_proxy_options(const ConnectOptions& options,
                                               const wire::Uri& uri) {
  const bool unix_socket = !uri.unix_path.empty() || !options.unix_socket.empty();
  if (unix_socket && options.proxy && !options.proxy->empty()) {
    return fail(ErrorCode::usage, "--proxy cannot be used with a unix socket: leave one out");
  }
  net::ProxyOptions proxies;
  if (auto added = add_servers(options, uri.tls, proxies); !added) {
    return std::unexpected(std::move(added.error()));
  }
  // A redirect may lead to TLS.
  if (options.follow && !uri.tls) {
    if (auto added = add_servers(options, true, proxies); !added) {
      return std::unexpected(std::move(added.error()));
    }
  }
  if (options.no_proxy) {
    proxies.no_proxy = *options.no_proxy;
  } else if (auto list = from_environment(std::array{"no_proxy", "NO_PROXY"})) {
    proxies.no_proxy = std::move(list->value);
  }
  proxies.tls.verify = !options.proxy_insecure;
  proxies.tls.ca_file = options.proxy_ca_file;
  return proxies;
}

std::string environments_proxy(const ConnectOptions& options, const net::ProxyOptions& proxies,
                               const wire::Uri& uri) {
  if (options.proxy || !options.unix_socket.empty()) {
    return {};
  }
  const net::ProxyServer* const proxy = net::proxy_for(
      proxies, {.host = uri.host, .port = uri.port, .unix_path = uri.unix_path, .secure = uri.tls});
  return proxy == nullptr ? std::string() : proxy->display();
}

}  // namespace wskit::cli
