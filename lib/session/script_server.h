// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/error.h"
#include "net/loop.h"
#include "net/socket_address.h"
#include "net/tls_acceptor.h"
#include "script/player.h"
#include "script/script.h"
#include "wire/http.h"
#include "wire/server_handshake.h"
#include "ws/server.h"

namespace wskit::session {

/// What a server that plays scripts tells its owner.
class ScriptServerWatcher {
 public:
  /// A client's session is over: played to its end, or why not.
  virtual void on_session(std::uint64_t connection, const script::Test& test,
                          const std::optional<script::Failure>& failure) = 0;
  /// A client closed in order before the script was over, at this line of it.
  virtual void on_left(std::uint64_t connection, const script::Test& test,
                       const script::Place& place) = 0;
  /// A request that was refused, or that was none.
  virtual void on_refused(std::uint64_t connection, const Error& error) = 0;
  virtual void on_accept_error(const Error& error) = 0;
  /// After drain(): the last connection is gone.
  virtual void on_drained() = 0;

 protected:
  ~ScriptServerWatcher() = default;
};

/// A server that plays a script, written from its side, with each client: the first test whose
/// `url` has the request's path, or no `url`.
class ScriptServer final : net::ListenHandler {
 public:
  struct Setup {
    const script::Script& script;
    /// Seed and number of the connection are its own.
    script::PlayerOptions options;
    net::Loop& loop;
    /// Null for clients without TLS.
    const net::TlsAcceptor* tls = nullptr;
    /// A client that leaves in order before the script is over is a failure, too.
    bool to_the_end = false;
    ScriptServerWatcher& watcher;
  };

  explicit ScriptServer(Setup setup);
  ScriptServer(const ScriptServer&) = delete;
  ScriptServer& operator=(const ScriptServer&) = delete;
  ~ScriptServer();

  [[nodiscard]] Expected<void> listen(const net::SocketAddress& address);
  [[nodiscard]] const net::SocketAddress& address() const { return listener_->address(); }
  [[nodiscard]] std::size_t connections() const { return guests_.size(); }
  /// Accepts no more, and ends the sessions that are under way.
  void drain();

 private:
  class Guest;

  void on_accept(std::unique_ptr<net::Stream> stream, const net::SocketAddress& peer) override;
  void on_accept_error(const Error& error) override { setup_.watcher.on_accept_error(error); }
  [[nodiscard]] const script::Test* test_for(const wire::HttpRequest& request) const;
  [[nodiscard]] wire::UpgradeAnswer answer(const wire::HttpRequest& request) const;
  void forget(std::uint64_t number);

  Setup setup_;
  ws::Server server_;
  std::unique_ptr<net::Listener> listener_;
  std::map<std::uint64_t, std::unique_ptr<Guest>> guests_;
  std::uint64_t accepted_ = 0;
  bool draining_ = false;
};

}  // namespace wskit::session
