// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/opening_watcher.h"
#include "core/clock.h"
#include "core/error.h"
#include "net/dialer.h"
#include "net/tls_options.h"
#include "wire/handshake.h"
#include "ws/client.h"

namespace CLI {
class App;
}

namespace wskit::cli {

/// How to reach a server: the options that every command with a URL has, as they were typed.
struct ConnectOptions {
  std::string url;
  std::vector<std::string> headers;
  std::string origin;
  std::vector<std::string> subprotocols;
  std::string user;
  std::string bearer;
  bool netrc = false;
  std::string netrc_file;
  /// NAME=VALUE or @FILE.
  std::vector<std::string> cookies;
  std::string cookie_jar;
  /// Ours if not given, none if empty.
  std::optional<std::string> user_agent;
  bool compress = false;
  bool follow = false;
  unsigned max_redirects = 10;

  net::TlsOptions tls;
  int verbose = 0;
  bool insecure = false;
  bool tls_1_2 = false;
  bool tls_1_3 = false;
  std::string tls_max;
  std::string key_password;

  bool ipv4 = false;
  bool ipv6 = false;
  std::vector<std::string> resolve;
  std::vector<std::string> connect_to;
  std::string unix_socket;
  std::vector<std::string> sources;
  std::string interface;
  /// Empty: none, whatever the environment says.
  std::optional<std::string> proxy;
  std::string proxy_user;
  std::optional<std::string> no_proxy;
  bool proxy_insecure = false;
  std::string proxy_ca_file;
  Nanoseconds connect_timeout = std::chrono::seconds(10);
  std::uint64_t max_message_bytes = std::uint64_t{64} << 20;
};

/// Adds the URL and the options above, with curl's names where curl has one.
void add_connect_options(CLI::App& app, ConnectOptions& options);
/// The options alone, for commands that take their URLs otherwise.
void add_connect_options_without_url(CLI::App& app, ConnectOptions& options);

/// The same for who passes the requests of other clients on: the URL is --to, what would make a
/// request is left out, and the client certificate's options begin with --client-.
void add_target_options(CLI::App& app, ConnectOptions& options);

/// What the library needs of them.
struct ConnectPlan {
  wire::UpgradeRequest request;
  net::DialOptions dial;
  ws::ClientOptions client;
  /// client.watcher; its finish() is for the end of the work.
  std::unique_ptr<OpeningWatcher> watcher;
};

/// Says on standard error, before the start, what of the options has no effect or makes unsafe.
void warn(std::string_view command, const ConnectOptions& options, const wire::Uri& uri);

/// The ways to the server of `uri`; a part of the plan.
[[nodiscard]] Expected<net::DialOptions> make_dial_options(const ConnectOptions& options,
                                                           const wire::Uri& uri);

/// Reads the secrets and checks everything that can be checked without a network.
[[nodiscard]] Expected<ConnectPlan> make_connect_plan(const ConnectOptions& options);

}  // namespace wskit::cli
