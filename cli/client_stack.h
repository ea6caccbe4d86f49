// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cli/connect_options.h"
#include "cli/signal_watch.h"
#include "core/error.h"
#include "net/dialer.h"
#include "net/loop.h"
#include "net/resolver.h"
#include "ws/client.h"

namespace wskit::cli {

/// Everything below one connection of a command, made and destroyed in the right order.
class ClientStack {
 public:
  [[nodiscard]] static Expected<std::unique_ptr<ClientStack>> create(
      const ConnectPlan& plan, SignalWatch::Handler obey,
      SignalWatch::Second second = SignalWatch::Second::ends);

  [[nodiscard]] net::Loop& loop() { return *loop_; }
  [[nodiscard]] ws::Client& client() { return *client_; }
  [[nodiscard]] net::Dialer& dialer() { return *dialer_; }

 private:
  ClientStack() = default;

  std::unique_ptr<net::Loop> loop_;
  std::unique_ptr<SignalWatch> signals_;
  std::unique_ptr<net::Resolver> resolver_;
  std::unique_ptr<net::Dialer> dialer_;
  std::optional<ws::Client> client_;
};

/// The first line of a recording of this plan's connection that begins now; without secrets:
/// credentials, cookies and tokens of the headers and the URL.
[[nodiscard]] std::string recording_head(const ConnectPlan& plan, bool with_secrets);

}  // namespace wskit::cli
