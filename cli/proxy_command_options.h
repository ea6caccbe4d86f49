// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/connect_options.h"
#include "cli/fault_options.h"
#include "cli/listen_tls.h"
#include "core/clock.h"
#include "core/error.h"
#include "net/loop.h"
#include "net/socket_address.h"
#include "relay/recorder.h"
#include "relay/relay.h"
#include "relay/request_head.h"
#include "script/redaction.h"
#include "serve/fault_setup.h"
#include "serve/listen_address.h"

namespace CLI {
class App;
}

namespace wskit::cli {

/// What `wskit proxy` was told (proxy_options.h is about the proxies that a command goes through).
struct ProxyCommandOptions {
  serve::ListenAddress listen{.port = 9000};
  ListenTls tls;
  std::string ready_file;
  ConnectOptions target;
  bool keep_host = false;
  std::string record_file;
  bool record_frames = false;
  bool record_secrets = false;
  std::vector<std::string> redact;
  FaultOptions faults;
  serve::FaultAsking allow_faults = serve::FaultAsking::off;
  std::size_t max_connections = 0;
  Nanoseconds handshake_timeout = std::chrono::seconds(10);
  Nanoseconds drain_time = std::chrono::seconds(5);
  net::IoChoice io = net::IoChoice::automatic;
};

void add_proxy_command_options(CLI::App& app, ProxyCommandOptions& options);

/// `plan` is that of options.target.
[[nodiscard]] relay::RelayOptions relay_options(const ProxyCommandOptions& options,
                                                const ConnectPlan& plan);

/// What recordings are to leave out of messages. Fails also when nothing is recorded.
[[nodiscard]] Expected<script::Redaction> make_redaction(const ProxyCommandOptions& options);

/// `redaction` outlives the recorder. To be made when that is.
[[nodiscard]] relay::RecorderOptions recorder_options(const ProxyCommandOptions& options,
                                                      const relay::RequestRules& request,
                                                      const script::Redaction& redaction);

/// The address to listen on; a name is looked up, which may block. Fails with
/// ErrorCode::listen_failed.
[[nodiscard]] Expected<net::SocketAddress> find_address(const serve::ListenAddress& address);

}  // namespace wskit::cli
