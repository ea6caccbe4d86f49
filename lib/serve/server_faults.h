// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>

#include "core/clock.h"
#include "core/error.h"
#include "relay/fault_plan.h"
#include "relay/front.h"
#include "relay/joined_client.h"
#include "serve/log.h"
#include "serve/server_options.h"
#include "serve/unique_fd.h"

namespace wskit::serve {

/// What is to go wrong on a server's connections. Those that a rule may be for, or that ask for a
/// fault, are joined to the server by a relay, which lets it happen; all others never meet it.
class ServerFaults final : relay::FaultWatcher, relay::FrontOwner {
 public:
  using Deal = std::function<void(UniqueFd, std::unique_ptr<relay::JoinedClient>)>;

  /// Null where nothing can go wrong. `options`, `log` and `clock` outlive it; `deal` hands a
  /// connection to the server, on any thread.
  [[nodiscard]] static Expected<std::unique_ptr<ServerFaults>> create(const ServerOptions& options,
                                                                      const LogSink& log,
                                                                      const Clock& clock);
  ServerFaults(const ServerOptions& options, const LogSink& log, const Clock& clock);

  /// To be called once, before connections come.
  void deal_with(Deal deal) { deal_ = std::move(deal); }

  [[nodiscard]] relay::FaultPlan& plan() { return plan_; }
  /// Clients may ask for faults.
  [[nodiscard]] bool may_ask() const { return may_ask_; }
  /// Whether each new connection is to go through the relay; of the others only those that ask for
  /// a fault in their URL.
  [[nodiscard]] bool needs_front() const { return !plan_.empty() || (may_ask_ && tls_); }
  /// Through the relay. Any thread.
  void take(UniqueFd connection, std::uint64_t number);

  /// The server is gone: waits for what is still to be sent, for so long at most.
  void finish(Nanoseconds patience);

 private:
  void on_fault(const relay::FaultFiring& firing) override;
  void on_joined(int socket, relay::JoinedClient client) override {
    deal_(UniqueFd(socket), std::make_unique<relay::JoinedClient>(std::move(client)));
  }
  void on_trouble(std::string_view line) override;

  /// Started with the first connection that needs it; null when that fails.
  [[nodiscard]] relay::Front* front();
  [[nodiscard]] Expected<void> start_front();

  const ServerOptions& options_;
  const LogSink& log_;
  Instant start_;
  bool may_ask_;
  bool tls_;
  relay::FaultPlan plan_;
  Deal deal_;
  std::mutex mutex_;
  std::unique_ptr<relay::Front> front_;  // guarded by mutex_
};

/// What a server answers to a request for a fault that did not come past a relay.
struct UnheededFault {
  int status;
  std::string_view why;
};
[[nodiscard]] UnheededFault unheeded_fault(const ServerFaults* faults);

}  // namespace wskit::serve
