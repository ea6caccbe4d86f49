// SPDX-License-Identifier: MIT
#include "stats/verdict.h"

#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

#include "core/parse.h"
#include "core/units.h"

namespace wskit::stats {
namespace {

constexpr double kBusyOpen = 0.80;
constexpr double kBusyClosed = 0.95;
constexpr double kPercentile = 99;

void judge_lag(RunResult& result) {
  constexpr Nanoseconds kLeast = std::chrono::milliseconds(1);
  constexpr int kShare = 10;
  const auto& lag = result.metrics[MetricId::pacer_lag];
  const auto& response = result.metrics[headline(result)];
  // With nothing to be measured there is nothing that lateness could have falsified.
  if (!lag || lag->empty() || !response || response->empty()) {
    return;
  }
  const Nanoseconds p99 = lag->percentile(kPercentile).value;
  const Percentile answered = response->percentile(kPercentile);
  const Nanoseconds response_p99 =
      response->answered().count() == 0 ? answered.bound : answered.value;
  if (p99 > std::max(kLeast, response_p99 / kShare)) {
    result.verdict.reasons.push_back(
        fmt::format("messages were taken up late: p99 of pacer_lag is {}, p99 of {} {}",
                    format_duration(p99), name(headline(result)), format_duration(response_p99)));
  }
}

/// Over less than this the share says how the messages fell, not how much the thread can do.
constexpr double kLeastSeconds = 0.1;

void judge_busy(RunResult& result) {
  if (result.run.duration_s < kLeastSeconds) {
    return;
  }
  const double limit = result.run.model == Model::open ? kBusyOpen : kBusyClosed;
  for (std::size_t i = 0; i < result.generator.busy_per_thread.size(); ++i) {
    const double busy = result.generator.busy_per_thread[i];
    if (busy > limit) {
      result.verdict.reasons.push_back(
          fmt::format("thread {} was busy {:.0f} % of the time, more "
                      "than {:.0f} %",
                      i, busy * kPercent, limit * kPercent));
    }
  }
}

void judge_local_errors(RunResult& result) {
  for (const ErrorCode code :
       {ErrorCode::local_emfile, ErrorCode::local_eaddrnotavail, ErrorCode::local_enobufs}) {
    std::uint64_t count = 0;
    for (const Causes* causes : {&result.connections.failed, &result.connections.closed_early}) {
      const auto found = causes->find(std::string(name(code)));
      count += found == causes->end() ? 0 : found->second;
    }
    if (count != 0) {
      result.verdict.reasons.push_back(
          fmt::format("this machine ran out of something: {} times {}", count, name(code)));
    }
  }
}

bool every_delivery_has_its_latency(const RunResult& result) {
  const auto& each = result.metrics[MetricId::each];
  const Histogram none;
  const Histogram& values = each ? each->answered() : none;
  return values.count() + values.overflow() + values.negative() == result.fanout->delivered;
}

}  // namespace

void judge(RunResult& result) {
  result.verdict.sums_hold =
      result.counts.sums_hold() && (!result.warmup || result.warmup->counts.sums_hold()) &&
      (!result.script ||
       (result.script->sums_hold() && result.script->started == result.counts.scheduled &&
        result.script->completed == result.counts.ok)) &&
      (!result.fanout || (result.fanout->sums_hold() && every_delivery_has_its_latency(result)));
  result.verdict.reasons.clear();
  if (result.run.model == Model::open) {
    judge_lag(result);
  }
  judge_busy(result);
  judge_local_errors(result);
  result.verdict.generator_limited = !result.verdict.reasons.empty();
}

}  // namespace wskit::stats
