// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "stats/causes.h"
#include "stats/counts.h"
#include "stats/fanout_result.h"
#include "stats/interval.h"
#include "stats/metric.h"
#include "stats/script_result.h"

namespace wskit::stats {

/// Open: messages are due at a rate, whatever the server does. Closed: at most `window` are in
/// flight per connection, which hides stalls.
enum class Model : std::uint8_t { open, closed };

struct TlsUse {
  std::string version;        ///< "TLSv1.3"
  std::uint64_t resumed = 0;  ///< Connections that resumed a session.
};

struct Shard {
  std::uint32_t index = 0;
  std::uint32_t count = 1;
};

using WallClock = std::chrono::time_point<std::chrono::system_clock, std::chrono::nanoseconds>;

/// What was run. Field for field the "run" object of a result file.
struct RunDescription {
  std::string id;
  std::string command;
  std::string url;
  Model model = Model::closed;
  double rate = 0;           ///< Messages a second, all connections together; open model only.
  std::string stages;        ///< Rates over time instead of `rate`, as --stages has them.
  bool poisson = false;      ///< Random arrivals; open model only.
  std::uint32_t window = 1;  ///< Messages in flight per connection; closed model only.
  std::uint64_t connections = 0;
  double duration_s = 0;
  std::uint64_t size_bytes = 0;
  std::uint64_t seed = 0;
  std::uint32_t threads = 1;
  std::string io = "epoll";    ///< "uring" or "epoll"
  std::string match = "echo";  ///< "echo", "fifo" or "id=/pointer"
  double timeout_s = 0;
  std::optional<TlsUse> tls;  ///< Absent on ws.
  bool unix_socket = false;
  std::string subprotocol;  ///< The server's choice; empty for none.
  std::string compression;  ///< "permessage-deflate" and its parameters; empty for none.
  Shard shard;
  WallClock start;  ///< T0, the start of the measure phase.
  bool interrupted = false;
  std::map<std::string, std::string> versions;
};

struct Rates {
  double scheduled_per_s = 0;
  double sent_per_s = 0;
  double ok_per_s = 0;  ///< Replies that came within the measure window, by its length.
};

struct Connections {
  std::uint64_t asked = 0;
  std::uint64_t opened = 0;
  Causes failed;              ///< Never opened.
  std::string first_failure;  ///< Why the first of these did not; empty without any.
  Causes closed_early;        ///< Opened, and ended before the run did.
  Causes unsent;              ///< Messages of the measure phase that were not sent, by why.
};

/// What the load generator itself used.
struct Generator {
  double cpu_s = 0;
  std::vector<double> busy_per_thread;  ///< Share of the time outside its waits, 0 to 1.
  std::uint64_t max_rss_bytes = 0;
};

struct ThresholdResult {
  std::string expr;
  std::optional<double> value;  ///< In `unit`; absent when infinite or when there is none.
  std::string unit;             ///< "us", "ratio", "per_s" or "count"
  bool ok = false;
  std::string reason;  ///< Why there is no value; empty otherwise.
};

struct Verdict {
  bool generator_limited = false;
  std::vector<std::string> reasons;
  std::vector<ThresholdResult> thresholds;
  bool sums_hold = true;
};

struct Phase {
  double duration_s = 0;
  Metrics metrics;
  Counts counts;

  /// Refuses another histogram configuration with ErrorCode::usage.
  [[nodiscard]] Expected<void> merge(const Phase& other);
};

/// Everything a load test found out: the content of a result file ("wskit_result": 1).
struct RunResult {
  RunDescription run;
  Metrics metrics;  ///< Of the measure phase only, as are the counts.
  Counts counts;
  Rates rates;
  Connections connections;
  /// Only of a run that played a script: its iterations are the messages of all the rest.
  std::optional<ScriptResult> script;
  /// Only of a run that published to subscribers.
  std::optional<FanoutResult> fanout;
  std::optional<Phase> warmup;
  Generator generator;
  Verdict verdict;
  std::vector<Interval> intervals;
};

/// The latency that such a run is about: each (fan-out), response (open model) or service.
[[nodiscard]] constexpr MetricId headline(Model model, bool fanout) noexcept {
  if (fanout) {
    return MetricId::each;
  }
  return model == Model::open ? MetricId::response : MetricId::service;
}
[[nodiscard]] inline MetricId headline(const RunResult& result) noexcept {
  return headline(result.run.model, result.fanout.has_value());
}

}  // namespace wskit::stats
