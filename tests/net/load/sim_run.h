// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "core/check.h"
#include "load/worker.h"
#include "net/dialer.h"
#include "net/resolver.h"
#include "stats/counts.h"
#include "tests/net/load/sim_echo_server.h"
#include "tests/support/sim_loop.h"
#include "wire/handshake.h"
#include "ws/client.h"

namespace wskit::test {

/// One worker's run of a plan against a server on the same simulated loop.
class SimRun final : load::WorkerObserver {
 public:
  SimRun(SimLoop& loop, const SimEchoServer& server, load::Plan plan)
      : loop_(loop),
        plan_(std::move(plan)),
        resolver_(net::Resolver::create()),
        dialer_(net::Dialer::create(loop, *resolver_, {}).value()),
        client_(*dialer_,
                wire::UpgradeRequest::make({.uri = wire::parse_uri(server.url()).value()}).value()),
        worker_({.plan = plan_,
                 .slice = {},
                 .client = client_,
                 .loop = loop,
                 .dialer = *dialer_,
                 .open_timeout = std::chrono::seconds(10),
                 .matcher = load::make_matcher(plan_).value(),
                 .observer = *this}) {}

  /// Runs to the end of the plan.
  void run() {
    worker_.connect();
    loop_.run();
  }

  /// Begins, and returns when the measure phase is `offset` old.
  void run_until(Nanoseconds offset) {
    worker_.connect();
    while (!start_) {
      loop_.advance(std::chrono::milliseconds(1));
    }
    loop_.run_until(*start_ + offset);
  }
  void run_rest() { loop_.run(); }

  [[nodiscard]] load::Worker& worker() { return worker_; }
  [[nodiscard]] bool finished() const { return finished_; }
  [[nodiscard]] stats::Counts counts() const { return worker_.tally().measured().total_counts(); }
  [[nodiscard]] stats::Phase measured() const { return worker_.tally().measured().total(); }

 private:
  void on_connected(load::Worker& worker) override {
    start_ = loop_.now() + plan_.warmup + std::chrono::milliseconds(10);
    worker.start(*start_);
  }
  void on_finished(load::Worker& /*worker*/) override {
    finished_ = true;
    loop_.stop();
  }

  SimLoop& loop_;
  load::Plan plan_;
  std::unique_ptr<net::Resolver> resolver_;
  std::unique_ptr<net::Dialer> dialer_;
  ws::Client client_;
  load::Worker worker_;
  std::optional<Instant> start_;
  bool finished_ = false;
};

}  // namespace wskit::test
