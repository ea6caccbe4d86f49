// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

#include "cli/listen_tls.h"
#include "core/error.h"
#include "serve/delay.h"
#include "serve/server_options.h"

namespace CLI {
class App;
}

namespace wskit::cli {

/// What `wskit serve echo` was told, before files are read and the certificate is made.
struct ServeEchoOptions {
  serve::ServerOptions server = {.listen = {.port = 9001}};
  serve::DelayOptions delay;
  std::optional<std::string> unix_path;
  ListenTls tls;
  std::string ready_file;  // where the URL is to be written
};

void add_serve_echo_options(CLI::App& app, ServeEchoOptions& options);

/// Loads or makes the certificate and puts the parts together. Fails with ErrorCode::usage.
[[nodiscard]] Expected<serve::ServerOptions> server_options(const ServeEchoOptions& options);

}  // namespace wskit::cli
