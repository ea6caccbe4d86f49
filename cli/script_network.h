// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/connect_options.h"
#include "core/error.h"
#include "net/dialer.h"
#include "net/loop.h"
#include "net/resolver.h"
#include "session/script_run.h"
#include "wire/uri.h"

namespace wskit::cli {

/// The connections of scripts, made with the options of the command line: what a script says of
/// URL, headers and subprotocols comes on top. Requests of `http` steps go the same ways, with TLS,
/// addresses, proxy and redirects of the command line, but without its headers and credentials,
/// which are for the WebSocket, and without its --unix-socket.
class ScriptNetwork final : public session::ScriptNetwork {
 public:
  ScriptNetwork(net::Loop& loop, const ConnectOptions& options)
      : loop_(loop), options_(options), resolver_(net::Resolver::create()) {}
  /// Called with what each connection is made with.
  void set_observer(std::function<void(const ConnectPlan&)> observer) {
    observer_ = std::move(observer);
  }

  [[nodiscard]] Expected<std::unique_ptr<session::ScriptClient>> client(
      const script::OpenRequest& request) override;
  [[nodiscard]] Expected<std::unique_ptr<Request>> request(const script::PlayedHttpRequest& request,
                                                           OnAnswer on_answer) override;

 private:
  /// A dialer, its TLS context with it, is kept for all connections to one host.
  struct Route {
    std::string host;
    std::unique_ptr<net::Dialer> dialer;
  };
  [[nodiscard]] Expected<net::Dialer*> dialer(const wire::Uri& uri, const net::DialOptions& dial);

  net::Loop& loop_;
  const ConnectOptions& options_;
  std::unique_ptr<net::Resolver> resolver_;
  std::vector<Route> routes_;
  std::function<void(const ConnectPlan&)> observer_;
};

}  // namespace wskit::cli
