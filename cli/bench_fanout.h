// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/connect_options.h"
#include "core/error.h"
#include "load/fanout_plan.h"
#include "load/plan.h"

namespace CLI {
class App;
}

namespace wskit::cli {

/// What `wskit bench --mode fanout` was told.
struct BenchFanoutOptions {
  std::string mode = "messages";
  std::uint32_t topics = 1;
  /// With {{run}} and {{n}}.
  std::string topic = "bench/{{run}}/{{n}}";
  /// 0: one for each topic.
  std::uint32_t publishers = 0;
  std::uint32_t subscribers = load::FanoutPlan().subscribers;
  std::string transport = "ws";
  std::vector<std::string> hello;
  std::vector<std::string> subscribe;
  std::string subscribed;
  std::string ping;
  std::string pong;
  std::string publish;

  [[nodiscard]] bool chosen() const { return mode == "fanout"; }
};

void add_bench_fanout_options(CLI::App& app, BenchFanoutOptions& options);

/// Makes a fan-out of `plan`; `match` is what --match says.
[[nodiscard]] Expected<void> plan_fanout(const BenchFanoutOptions& options,
                                         const std::string& match, load::Plan& plan);

/// Unless messages say what is subscribed to and published: has each topic asked for at a URL of
/// its own, /t/TOPIC below the one of the plan to connect.
[[nodiscard]] Expected<void> add_topic_requests(const ConnectPlan& connect, load::FanoutPlan& plan);

}  // namespace wskit::cli
