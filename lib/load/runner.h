// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "core/clock.h"
#include "core/error.h"
#include "load/plan.h"
#include "net/dialer.h"
#include "net/loop.h"
#include "stats/run_result.h"
#include "wire/handshake.h"
#include "ws/client.h"

namespace wskit::load {

/// Where the load goes and how its connections are made.
struct Target {
  wire::UpgradeRequest request;
  net::DialOptions dial;
  ws::ClientOptions client;
  net::IoChoice io = net::IoChoice::automatic;
};

/// What a run looks like while it is under way, as of the last second that is complete.
struct Progress {
  enum class Phase : std::uint8_t { connecting, warmup, measuring, draining, finished };
  Phase phase = Phase::connecting;
  std::uint64_t connections_open = 0;
  std::uint64_t connections_failed = 0;
  /// Since T0; negative before it.
  Nanoseconds elapsed{0};
  stats::Counts counts;
  /// Since T0, when these were counted.
  Nanoseconds counted{0};
  /// Of the run's headline.
  Nanoseconds p50{0};
  Nanoseconds p99{0};
};

/// Runs a plan on threads of its own, each with a loop, its connections and its histograms, and
/// adds up what they found.
class Runner {
 public:
  /// `threads` is at least 1; more threads than connections are not used.
  Runner(const Plan& plan, const Target& target, std::uint32_t threads);
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;
  /// Waits for the threads: interrupt first, or be sure that the run is over.
  ~Runner();

  /// Starts the threads. Fails, with none left running, when a loop or the TLS options cannot be
  /// set up or the payload does not suit the matcher.
  [[nodiscard]] Expected<void> start();

  /// Waits until the run is over, at most `time`; says whether it is.
  [[nodiscard]] bool wait_for(Nanoseconds time);
  /// Ends the measure phase in order; the run is over when what is out is accounted for.
  void interrupt();

  /// Cheap enough for a few times a second; asks the threads for news on the way.
  [[nodiscard]] Progress progress();

  /// Once the run is over: everything that was measured, without thresholds. `run.command`, `url`,
  /// `start` and `versions` are the caller's to fill in.
  [[nodiscard]] stats::RunResult result() const;
  /// T0, once it is known.
  [[nodiscard]] std::optional<Instant> measure_start() const;
  /// Connections that were open at some time, once the run is over.
  [[nodiscard]] std::uint64_t opened() const;
  /// Why the first connection that failed did so.
  [[nodiscard]] std::optional<Error> first_failure() const;
  /// Why the first open connection that was lost was lost.
  [[nodiscard]] std::optional<Error> first_loss() const;
  /// Of a fan-out: no topic had both publishers and subscribers when the measure phase ended.
  [[nodiscard]] bool deserted() const;

 private:
  class Crew;
  std::unique_ptr<Crew> crew_;
};

}  // namespace wskit::load
