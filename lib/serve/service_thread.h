// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <expected>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <semaphore>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <ev++.h>

#include "core/clock.h"
#include "core/error.h"
#include "serve/connection_places.h"
#include "serve/counts.h"
#include "serve/event_log.h"
#include "serve/http_exchange.h"
#include "serve/instant_timer.h"
#include "serve/log.h"
#include "serve/lws_context.h"
#include "serve/lws_deflate.h"
#include "serve/openings.h"
#include "serve/outlet.h"
#include "serve/peers.h"
#include "serve/server_faults.h"
#include "serve/server_options.h"
#include "serve/service.h"
#include "serve/session.h"
#include "serve/stall.h"
#include "serve/tls_setup.h"
#include "serve/unique_fd.h"

struct lws;

namespace wskit::serve {

struct LwsEvent;

/// What the threads of one server have in common.
struct ServerState {
  explicit ServerState(const ConnectionPlaces::Limits& limits) : places(limits) {}

  ServerOptions options;
  ServiceFactory service;
  LogSink log;
  MonotonicClock clock;
  Instant start;  // of listening
  ConnectionPlaces places;
  TicketKeys ticket_keys;
  std::unique_ptr<ServerFaults> faults;
  std::atomic<std::uint64_t> logged_connections{0};
};

/// One libwebsockets context on one libev loop, and its connections. All of it belongs to the
/// thread in run(), except the calls that say otherwise.
class ServiceThread {
 public:
  /// Fails with ErrorCode::internal and what libwebsockets said.
  [[nodiscard]] static Expected<std::unique_ptr<ServiceThread>> create(ServerState& state);
  ~ServiceThread();

  /// Called in run() when a drain begins; to be set before run().
  void on_drain(std::function<void()> handler) { drain_handler_ = std::move(handler); }
  /// Serves until stop(), or until a drain is over.
  void run();

  // From any thread.
  /// A connection that came directly, or for that client through the relay of the faults.
  void adopt(UniqueFd connection, std::unique_ptr<relay::JoinedClient> client);
  void drain() { ask(drain_asked_); }
  void stop() { ask(stop_asked_); }
  [[nodiscard]] ServerStats stats() const { return counts_.read(); }

  [[nodiscard]] ev::loop_ref loop() { return loop_; }
  [[nodiscard]] const ServerOptions& options() const { return state_.options; }
  [[nodiscard]] Service& service() { return *service_; }
  /// Null where nothing can go wrong.
  [[nodiscard]] ServerFaults* faults() const { return state_.faults.get(); }
  [[nodiscard]] ThreadCounts& counts() { return counts_; }
  [[nodiscard]] Instant now() const { return state_.clock.now(); }
  void add_dirty(Outlet& outlet) { dirty_.push_back(&outlet); }
  void add_ending(Session& session) { ending_.push_back(&session); }
  /// For one call at a time.
  [[nodiscard]] std::span<std::byte> scratch() { return scratch_; }
  /// Bytes that were put aside unread may be looked at again.
  void resume_reading() { context_.wake(); }

  /// For one connection more, to be held by it; fails, and counts that, when the server has as many
  /// as it may have, all threads together.
  [[nodiscard]] std::expected<ConnectionPlaces::Place, Limit> take_place(lws* connection);
  [[nodiscard]] bool draining() const { return draining_; }
  [[nodiscard]] UpgradeUnderWay& upgrade() { return upgrade_; }
  [[nodiscard]] EventLog& events() { return events_; }
  [[nodiscard]] const Peers& peers() const { return peers_; }
  /// One callback of libwebsockets; other than 0 ends the connection.
  [[nodiscard]] int on_event(const LwsEvent& event);

 private:
  struct Accepted {
    UniqueFd connection;
    std::unique_ptr<relay::JoinedClient> client;
  };

  explicit ServiceThread(ServerState& state);

  [[nodiscard]] int on_established(const LwsEvent& event);
  void on_receive(const LwsEvent& event);
  [[nodiscard]] int on_session_event(const LwsEvent& event, Session& session);
  void on_closed(Session& session);
  [[nodiscard]] int on_handshake_event(const LwsEvent& event);
  [[nodiscard]] int on_http_event(const LwsEvent& event);
  [[nodiscard]] int on_request(const LwsEvent& event);
  [[nodiscard]] int on_http_writable(const LwsEvent& event, HttpExchange& exchange);
  void end_exchange(HttpExchange& exchange);
  void take_from_lists(Outlet& outlet);
  void on_destroyed(lws* connection);
  [[nodiscard]] int on_upgrade(lws* connection);
  [[nodiscard]] int admit(lws* connection);
  [[nodiscard]] int refuse(lws* connection, const wire::UpgradeAnswer& refusal);
  [[nodiscard]] int answer(lws* connection, std::string_view bytes);

  void ask(std::atomic<bool>& what);
  void on_asked() noexcept;
  void on_tick() noexcept;
  void end_turn() noexcept;
  void flush_dirty();
  void cut_overdue(Instant at);
  void check_alive(Instant at);
  void adopt_waiting();
  void begin_drain();
  void end_some(Instant at);
  [[nodiscard]] std::size_t may_stay(std::size_t connections, Instant at) const;
  void cut(Outlet& outlet);
  [[nodiscard]] bool idle() const { return sessions_.empty() && exchanges_.empty(); }
  void stand_still();
  [[nodiscard]] bool asked() const;

  ServerState& state_;
  ThreadCounts counts_;
  ev::dynamic_loop loop_;
  ev::async asked_;
  ev::timer tick_;
  ev::prepare turn_end_;
  UpgradeUnderWay upgrade_;
  Peers peers_;
  EventLog events_;
  std::string admitted_target_;  // while events are logged, as the subprotocol
  std::string admitted_subprotocol_;
  std::unique_ptr<Service> service_;
  std::unique_ptr<SessionHandler> admitted_;  // of the upgrade that is being answered, like
  ConnectionPlaces::Place admitted_place_;    // its place
  Openings openings_;
  LwsContext context_;

  std::vector<std::unique_ptr<Session>> sessions_;
  std::vector<std::unique_ptr<HttpExchange>> exchanges_;
  std::vector<Outlet*> dirty_;
  std::vector<Outlet*> flushing_;
  std::vector<Session*> ending_;  // their Close frame is out, and their time limited
  Instant next_check_{};
  std::array<std::byte, 65'536> scratch_{};
  std::optional<StallSchedule> stalls_;
  std::optional<InstantTimer> stall_timer_;

  std::mutex mutex_;
  std::vector<Accepted> waiting_;  // guarded by mutex_
  std::atomic<bool> drain_asked_{false};
  std::atomic<bool> stop_asked_{false};
  std::counting_semaphore<> asked_while_still_{0};
  std::function<void()> drain_handler_;
  bool draining_ = false;
  Instant drain_start_{};
  Instant drain_end_{};
  std::size_t drained_sessions_ = 0;  // that were open when it began
  std::size_t drained_exchanges_ = 0;
};

}  // namespace wskit::serve
