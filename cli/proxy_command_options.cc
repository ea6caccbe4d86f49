// SPDX-License-Identifier: MIT
#include "cli/proxy_command_options.h"

#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/parsed_option.h"
#include "core/parse.h"
#include "net/look_up.h"
#include "wire/handshake.h"

namespace wskit::cli {
namespace {

Expected<std::size_t> parse_connections(std::string_view text) {
  const auto number = parse_integer(text, 0, std::numeric_limits<std::int64_t>::max());
  if (!number) {
    return std::unexpected(number.error());
  }
  return static_cast<std::size_t>(*number);
}

Expected<net::IoChoice> parse_io(std::string_view text) {
  if (text == "auto") {
    return net::IoChoice::automatic;
  }
  if (text == "epoll" || text == "uring") {
    return text == "epoll" ? net::IoChoice::epoll : net::IoChoice::uring;
  }
  return fail(ErrorCode::usage, fmt::format("'{}' is none of auto, epoll and uring", text));
}

void add_where(CLI::App& app, ProxyCommandOptions& options) {
  const std::string group = "Where";
  add_parsed(app, "--listen", options.listen, serve::parse_listen_address)
      ->description("Listen here; port 0 takes a free one, a port alone is on 127.0.0.1")
      ->type_name("HOST:PORT|unix:PATH")
      ->default_str("127.0.0.1:9000")
      ->group(group);
  app.add_option("--ready-file", options.ready_file,
                 "Write the URL to this file once connections are accepted")
      ->type_name("FILE")
      ->group(group);
  app.add_flag("--keep-host", options.keep_host,
               "Pass the client's Host header on; without it the server gets its own name")
      ->group("Request");
}

void add_limits(CLI::App& app, ProxyCommandOptions& options) {
  const std::string group = "Limits";
  add_parsed(app, "--max-connections", options.max_connections, parse_connections)
      ->description("Refuse further connections with 503; 0 for no limit but the open files")
      ->type_name("N")
      ->default_str("0")
      ->group(group);
  add_parsed(app, "--handshake-timeout", options.handshake_timeout, parse_duration)
      ->description("From accepting to the client's whole request")
      ->type_name("DURATION")
      ->default_str("10s")
      ->group(group);
  add_parsed(app, "--drain-time", options.drain_time, parse_duration)
      ->description("On a signal wait this long for connections to end; a second signal ends all")
      ->type_name("DURATION")
      ->default_str("5s")
      ->group(group);
  add_parsed(app, "--io", options.io, parse_io)
      ->description("Event loop: auto (io_uring, else epoll), epoll or uring")
      ->type_name("LOOP")
      ->default_str("auto")
      ->group(group);
}

}  // namespace

void add_proxy_command_options(CLI::App& app, ProxyCommandOptions& options) {
  add_where(app, options);
  add_listen_tls(app, options.tls);
  add_target_options(app, options.target);
  add_limits(app, options);
}

relay::RelayOptions relay_options(const ProxyCommandOptions& options, const ConnectPlan& plan) {
  const wire::UpgradeOptions& given = plan.request.options();
  const wire::Uri& uri = given.uri;
  const std::string& unix_socket = options.target.unix_socket;
  relay::RelayOptions relay{
      .request = {.target = uri,
                  .keep_host = options.keep_host,
                  .headers = given.headers,
                  .removed = given.removed},
      .target = {.host = uri.host,
                 .port = uri.port,
                 .unix_path = unix_socket.empty() ? uri.unix_path : unix_socket,
                 .secure = uri.tls},
      .max_connections = options.max_connections,
      .request_timeout = options.handshake_timeout};
  if (!given.origin.empty()) {
    relay.request.headers.push_back({.name = "Origin", .value = given.origin});
  }
  if (uri.credentials) {
    relay.request.headers.push_back(
        {.name = "Authorization", .value = wire::basic_authorization(*uri.credentials)});
  }
  return relay;
}

Expected<net::SocketAddress> find_address(const serve::ListenAddress& address) {
  if (address.is_unix()) {
    return net::SocketAddress::unix_path(address.unix_path);
  }
  if (auto numeric = net::SocketAddress::ip(address.host, address.port)) {
    return numeric;
  }
  auto found = net::look_up(address.host, AF_UNSPEC);
  if (!found) {
    return fail(ErrorCode::listen_failed,
                fmt::format("listen on {}: {}", address.host, found.error().message));
  }
  found->front().set_port(address.port);
  return found->front();
}

}  // namespace wskit::cli
