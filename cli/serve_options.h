// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

#include "cli/fault_options.h"
#include "cli/listen_tls.h"
#include "core/error.h"
#include "serve/delay.h"
#include "serve/server_options.h"

namespace CLI {
class App;
}

namespace wskit::cli {

/// What any server on libwebsockets was told, before files are read and the certificate is made.
struct ServeOptions {
  serve::ServerOptions server = {.listen = {.port = 9001}};
  std::optional<std::string> unix_path;
  ListenTls tls;
  std::string ready_file;  // where the URL is to be written
  FaultOptions faults;
  std::string log;  // text, json, or empty
};

struct ServeEchoOptions {
  ServeOptions serve;
  serve::DelayOptions delay;
};

void add_serve_echo_options(CLI::App& app, ServeEchoOptions& options);

/// Where to listen, and with which certificate.
void add_serve_where(CLI::App& app, ServeOptions& options);
/// Of the group "Faults", but for --seed.
void add_serve_faults(CLI::App& app, ServeOptions& options);
/// Of the group "Behaviour": --no-compress, --subprotocol and --allow-origin.
void add_serve_upgrade(CLI::App& app, serve::ServerOptions& server);
/// Of the group "Limits". What the options hold is shown as the defaults.
void add_serve_limits(CLI::App& app, serve::ServerOptions& server, const std::string& drain);

/// Loads or makes the certificate and puts the parts together. Fails with ErrorCode::usage.
[[nodiscard]] Expected<serve::ServerOptions> server_options(const ServeOptions& options);

}  // namespace wskit::cli
