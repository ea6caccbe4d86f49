// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>

#include "core/clock.h"
#include "core/error.h"
#include "net/dialer.h"
#include "net/loop.h"
#include "net/socket_address.h"
#include "net/stream.h"
#include "net/timer.h"
#include "net/tls_acceptor.h"
#include "relay/fault_place.h"
#include "relay/fault_plan.h"
#include "relay/joined_client.h"
#include "relay/link.h"
#include "relay/recorder.h"
#include "relay/request_head.h"

namespace wskit::relay {

struct RelayOptions {
  RequestRules request;
  /// For clients over TLS; null for clients without. Outlives the relay.
  const net::TlsAcceptor* tls = nullptr;
  /// Where the server is; `request.target` says what it is called.
  net::Endpoint target;
  /// Of what passes; null for no recording. Outlives the relay.
  Recorder* recorder = nullptr;
  /// What is to go wrong; null for nothing. Outlives the relay.
  FaultPlan* faults = nullptr;
  /// LinkSetup's.
  bool http_faults = false;
  bool asked_faults = false;
  bool answers_faults = false;
  FaultPlace fault_place = {};
  /// In place of `tls` where a fault wants it; null where there are none. Outlive the relay.
  const net::TlsAcceptor* expired_tls = nullptr;
  const net::TlsAcceptor* misnamed_tls = nullptr;
  /// Open at one time; further ones get 503. 0: no limit but the open files.
  std::size_t max_connections = 0;
  /// From the accepted connection to its whole request, TLS included.
  Nanoseconds request_timeout = std::chrono::seconds(10);
};

class RelayWatcher {
 public:
  /// The server could not be reached for this connection.
  virtual void on_unreachable(std::uint64_t connection, const Error& error) = 0;
  /// The handshake of TLS with this client failed.
  virtual void on_client_failed(std::uint64_t connection, const Error& error) = 0;
  /// A connection could not be accepted; the relay goes on by itself.
  virtual void on_accept_error(const Error& error) = 0;
  /// After drain(): the last connection is gone.
  virtual void on_drained() = 0;
  /// The dialer is about to be asked for a connection to the server, for this client.
  virtual void on_dialing(Link& /*link*/) {}

 protected:
  ~RelayWatcher() = default;
};

/// Joins every client that connects to a connection of its own to one server.
class Relay final : net::ListenHandler, LinkSetup::Owner, net::TimerHandler {
 public:
  /// `dialer` and `watcher` outlive it.
  Relay(net::Dialer& dialer, RelayOptions options, RelayWatcher& watcher);
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;
  ~Relay();

  /// Fails with the system's reason.
  [[nodiscard]] Expected<void> listen(const net::SocketAddress& address);
  /// A connection that was accepted elsewhere; with listen() nobody else gives numbers.
  void take(Arrival arrival);
  /// After listen(): with the port that the kernel chose.
  [[nodiscard]] const net::SocketAddress& address() const { return listener_->address(); }

  /// Stops listening and lets the connections end by themselves, for this long at most.
  void drain(Nanoseconds patience);

  /// For RecorderHandler::on_record_room().
  void resume_recording();

  /// Those that were turned away do not count.
  [[nodiscard]] std::size_t connections() const { return links_.size() - turned_away_; }

 private:
  class LateTls;

  void take_tls(Arrival arrival);
  void join(Arrival arrival);
  void on_accept(std::unique_ptr<net::Stream> stream, const net::SocketAddress& peer) override;
  void on_accept_error(const Error& error) override { watcher_.on_accept_error(error); }
  void on_dialing(Link& link) override { watcher_.on_dialing(link); }
  void on_unreachable(Link& link, const Error& error) override;
  void on_client_failed(Link& link, const Error& error) override;
  void on_link_end(Link& link) override;
  void on_timer(Instant now) override;

  net::Loop& loop_;
  const net::TlsAcceptor* tls_;
  const net::TlsAcceptor* expired_tls_;
  const net::TlsAcceptor* misnamed_tls_;
  RelayWatcher& watcher_;
  std::size_t max_connections_;
  LinkSetup setup_;
  std::unique_ptr<net::Listener> listener_;
  std::uint64_t last_number_ = 0;
  std::map<std::uint64_t, std::unique_ptr<Link>> links_;
  std::size_t turned_away_ = 0;
  std::map<std::uint64_t, std::unique_ptr<LateTls>> late_;
  bool draining_ = false;
  net::Timer patience_;
};

}  // namespace wskit::relay
