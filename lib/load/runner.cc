// SPDX-License-Identifier: MIT
#include "load/runner.h"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "core/check.h"
#include "core/units.h"
#include "load/crew.h"
#include "load/process_usage.h"
#include "stats/verdict.h"

namespace wskit::load {
namespace {

void merge(stats::Causes& into, const stats::Causes& causes) {
  for (const auto& [cause, count] : causes) {
    into[cause] += count;
  }
}

std::string describe(const FanoutPlan& plan) {
  std::string text = "fanout";
  if (!plan.pointer.empty()) {
    text += "=" + plan.pointer;
  }
  if (plan.transport != FanoutTransport::ws) {
    text += fmt::format(" over {}", name(plan.transport));
  }
  return text;
}

std::string describe(const Plan& plan) {
  switch (plan.match) {
    case Match::echo:
      if (plan.fanout) {
        return describe(*plan.fanout);
      }
      return plan.script ? "script" : "echo";
    case Match::fifo:
      return "fifo";
    case Match::id:
      return "id=" + plan.id_pointer;
  }
  return {};
}

/// The size of all messages if it is one, else the mean.
std::uint64_t size_of(const Payload& payload) {
  if (payload.messages.empty()) {
    return payload.size_bytes;
  }
  std::uint64_t sum = 0;
  for (const std::string& message : payload.messages) {
    sum += message.size();
  }
  return sum / payload.messages.size();
}

stats::RunDescription describe_run(const Plan& plan, Nanoseconds window) {
  return {.id = fmt::format("{:016x}", plan.seed),
          .model = plan.model,
          .rate = plan.rate,
          .poisson = plan.poisson,
          .window = plan.window,
          .connections = plan.connections,
          .duration_s = to_seconds(window),
          .size_bytes = plan.script ? 0 : size_of(plan.payload),
          .seed = plan.seed,
          .match = describe(plan),
          .timeout_s = to_seconds(plan.timeout)};
}

/// Histograms of one configuration always merge: a refusal is a bug of ours.
void must(const Expected<void>& merged) {
  check(merged.has_value(), "results of one run merge");
}

void add_thread(stats::RunResult& result, const ThreadResult& thread, Nanoseconds window) {
  const Tally& tally = *thread.tally;
  const stats::Phase measured = tally.measured().total();
  must(result.metrics.merge(measured.metrics));
  must(result.metrics.merge(tally.connect_metrics()));
  result.counts += measured.counts;
  if (result.warmup) {
    must(result.warmup->merge(tally.warmup().total()));
  }
  const auto intervals = tally.measured().intervals(window, std::chrono::seconds(1));
  if (result.intervals.empty()) {
    result.intervals = intervals;
  } else {
    must(stats::merge(result.intervals, intervals));
  }
  result.connections.opened += tally.connections().opened;
  merge(result.connections.failed, tally.connections().failed);
  merge(result.connections.closed_early, tally.connections().closed_early);
  merge(result.connections.unsent, tally.unsent_causes());
  if (!result.script) {
    result.script = tally.script();
  } else {
    must(result.script->merge(*tally.script()));
  }
  if (tally.fanout()) {
    (result.fanout ? *result.fanout : result.fanout.emplace()) += *tally.fanout();
  }
  result.generator.busy_per_thread.push_back(thread.busy);
}

std::optional<Error> first_of(const std::vector<ThreadResult>& threads,
                              std::optional<Error> ThreadResult::* which) {
  for (const ThreadResult& thread : threads) {
    if (thread.*which) {
      return thread.*which;
    }
  }
  return std::nullopt;
}

}  // namespace

Runner::Runner(const Plan& plan, const Target& target, std::uint32_t threads)
    : crew_(std::make_unique<Crew>(plan, target, threads)) {}

Runner::~Runner() = default;

Expected<void> Runner::start() {
  return crew_->start();
}

bool Runner::wait_for(Nanoseconds time) {
  return crew_->wait_for(time);
}

void Runner::interrupt() {
  crew_->interrupt();
}

Progress Runner::progress() {
  return crew_->progress();
}

std::optional<Instant> Runner::measure_start() const {
  const Instant start = crew_->measure_start();
  return start == Instant::max() ? std::nullopt : std::optional(start);
}

std::uint64_t Runner::opened() const {
  std::uint64_t opened = 0;
  for (const ThreadResult& thread : crew_->results()) {
    opened += thread.tally->connections().opened;
  }
  return opened;
}

std::optional<Error> Runner::first_failure() const {
  return first_of(crew_->results(), &ThreadResult::first_failure);
}

std::optional<Error> Runner::first_loss() const {
  return first_of(crew_->results(), &ThreadResult::first_loss);
}

bool Runner::deserted() const {
  return std::ranges::all_of(crew_->results(), &ThreadResult::deserted);
}

stats::RunResult Runner::result() const {
  const Plan& plan = crew_->plan();
  const Instant start = crew_->measure_start();
  Nanoseconds window{0};
  for (const ThreadResult& thread : crew_->results()) {
    if (start != Instant::max()) {
      window = std::max(window, thread.measure_end - start);
    }
  }
  stats::RunResult result;
  result.run = describe_run(plan, window);
  result.run.interrupted = crew_->interrupted();
  result.run.threads = static_cast<std::uint32_t>(crew_->results().size());
  result.connections.asked = plan.connections;
  result.generator = usage_of_process();
  if (plan.warmup > Nanoseconds::zero()) {
    result.warmup.emplace().duration_s = to_seconds(plan.warmup);
  }
  if (const auto failure = first_failure()) {
    result.connections.first_failure = failure->message;
  }
  std::uint64_t ok_in_window = 0;
  std::uint64_t delivered_in_window = 0;
  std::uint64_t resumed = 0;
  for (const ThreadResult& thread : crew_->results()) {
    add_thread(result, thread, window);
    ok_in_window += thread.tally->ok_in_window();
    delivered_in_window += thread.tally->delivered_in_window();
    resumed += thread.tally->tls_resumed();
    result.run.io = name(thread.backend);
    if (thread.tally->connections().opened != 0) {
      const Tally::Agreed& agreed = thread.tally->agreed();
      result.run.unix_socket = agreed.unix_socket;
      result.run.subprotocol = agreed.subprotocol;
      result.run.compression = agreed.compression;
    }
    if (!thread.tally->tls_version().empty()) {
      result.run.tls = {.version = std::string(thread.tally->tls_version()), .resumed = resumed};
    }
  }
  if (result.script) {
    remove_unused_steps(*result.script, *plan.script);
  }
  if (const double length = to_seconds(window); length > 0) {
    result.rates = {.scheduled_per_s = static_cast<double>(result.counts.scheduled) / length,
                    .sent_per_s = static_cast<double>(result.counts.sent) / length,
                    .ok_per_s = static_cast<double>(ok_in_window) / length};
    if (result.fanout) {
      result.fanout->delivered_per_s = static_cast<double>(delivered_in_window) / length;
    }
  }
  return result;
}

}  // namespace wskit::load
