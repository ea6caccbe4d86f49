// SPDX-License-Identifier: MIT
#include "cli/cmd_serve_pubsub.h"

#include <cstdint>
#include <memory>
#include <random>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>

#include "cli/hints.h"
#include "cli/proxy_command_options.h"
#include "cli/serve_pubsub_options.h"
#include "cli/serve_run.h"
#include "serve/pubsub_service.h"

namespace wskit::cli {
namespace {

constexpr std::string_view kServePubSubName = "serve pubsub";

Expected<void> let_in(ServePubSubOptions& options) {
  auto auth = read_auth(options.auth);
  if (!auth) {
    return std::unexpected(std::move(auth.error()));
  }
  options.pubsub.auth = std::move(auth->options);
  options.serve.server.client_authorities = std::move(auth->client_authorities);
  if (options.serve.unix_path) {
    return {};
  }
  const serve::ListenAddress& listen = options.serve.server.listen;
  auto hidden = serve::check_exposure(listen, options.pubsub.auth);
  if (!hidden) {
    if (auto address = find_address(listen); !address) {
      return std::unexpected(std::move(address.error()));  // nobody can reach that
    }
  }
  return hidden;
}

int run_serve_pubsub(ServePubSubOptions options) {
  if (const auto ready = let_in(options); !ready) {
    return complain(kServePubSubName, ready.error());
  }
  options.pubsub.version = WSKIT_VERSION;
  std::random_device random;
  const std::uint64_t epoch = std::uint64_t{random()} << 32U | random();
  serve::PubSubState state(options.pubsub, epoch);
  const auto served =
      serve_until_signalled(kServePubSubName, options.serve, serve::pubsub_service(state));
  return served ? 0 : complain(kServePubSubName, served.error());
}

}  // namespace

void add_serve_pubsub(CLI::App& serve, Command& chosen) {
  CLI::App& app = *serve.add_subcommand(
      "pubsub", "Publish and subscribe by URL: WebSocket, SSE, long polling and POST");
  auto options = std::make_shared<ServePubSubOptions>();  // shared with the callback of CLI11
  add_serve_pubsub_options(app, *options);
  app.callback([options, &chosen] { chosen = [options] { return run_serve_pubsub(*options); }; });
}

}  // namespace wskit::cli
