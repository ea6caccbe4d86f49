// SPDX-License-Identifier: MIT
#include "report/json.h"

#include "core/json.h"
#include "report/histogram_json.h"
#include "report/timestamp.h"

namespace wskit::report {
namespace {

using stats::Counts;
using stats::Histogram;
using stats::Metric;
using stats::MetricId;
using stats::Metrics;
using stats::RunDescription;
using stats::RunResult;

template <class Value>
Json or_null(bool present, const Value& value) {
  return present ? Json(value) : Json(nullptr);
}

Json to_json(const Metrics& metrics) {
  Json json = Json::object();
  metrics.for_each([&json](MetricId id, const Metric& metric) {
    const auto& censored = metric.censored();
    json[std::string(name(id))] =
        histogram_json(metric.answered(), censored ? &*censored : nullptr);
  });
  return json;
}

Json to_json(const Counts& counts) {
  Json json = Json::object();
  for (const stats::NamedCount& count : stats::kCounts) {
    json[std::string(count.name)] = counts.*count.member;
  }
  return json;
}

Json to_json(const stats::Interval& interval) {
  Json metrics = Json::object();
  for (const stats::IntervalMetric& metric : interval.metrics) {
    const Histogram answered = metric.answered.expand();
    if (metric.censored.empty()) {
      metrics[std::string(name(metric.id))] = histogram_json(answered);
    } else {
      const Histogram censored = metric.censored.expand();
      metrics[std::string(name(metric.id))] = histogram_json(answered, &censored);
    }
  }
  return {{"start_s", interval.start_s},
          {"length_s", interval.length_s},
          {"counts", to_json(interval.counts)},
          {"metrics", metrics}};
}

Json to_json(const RunDescription& run) {
  const bool open = run.model == stats::Model::open;
  Json json{{"id", run.id}, {"command", run.command}, {"url", run.url}};
  json["model"] = open ? "open" : "closed";
  json["rate"] = or_null(open && run.stages.empty(), run.rate);
  json["stages"] = or_null(!run.stages.empty(), run.stages);
  json["poisson"] = run.poisson;
  json["window"] = or_null(!open, run.window);
  json["connections"] = run.connections;
  json["duration_s"] = run.duration_s;
  json["size_bytes"] = run.size_bytes;
  json["seed"] = run.seed;
  json["threads"] = run.threads;
  json["io"] = run.io;
  json["match"] = run.match;
  json["timeout_s"] = run.timeout_s;
  json["tls"] =
      run.tls ? Json{{"version", run.tls->version}, {"resumed", run.tls->resumed}} : Json(nullptr);
  json["transport"] = run.unix_socket ? "unix" : "tcp";
  json["subprotocol"] = or_null(!run.subprotocol.empty(), run.subprotocol);
  json["compression"] = or_null(!run.compression.empty(), run.compression);
  json["shard"] = {{"index", run.shard.index}, {"count", run.shard.count}};
  json["start"] = format_timestamp(run.start);
  json["interrupted"] = run.interrupted;
  json["versions"] = Json(run.versions);
  return json;
}

Json to_json(const stats::Verdict& verdict) {
  Json thresholds = Json::array();
  for (const stats::ThresholdResult& threshold : verdict.thresholds) {
    Json json{{"expr", threshold.expr}};
    json["value"] = threshold.value ? Json(*threshold.value) : Json(nullptr);
    json["unit"] = threshold.unit;
    json["ok"] = threshold.ok;
    json["reason"] = threshold.reason;
    thresholds.push_back(json);
  }
  return {{"generator_limited", verdict.generator_limited},
          {"reasons", verdict.reasons},
          {"thresholds", thresholds},
          {"sums_hold", verdict.sums_hold}};
}

Json to_json(const stats::ScriptResult& script) {
  Json steps = Json::array();
  for (const stats::StepResult& step : script.steps) {
    const auto& censored = step.metric.censored();
    steps.push_back(
        {{"name", step.name},
         {"failed", step.failed()},
         {"failures", Json(step.failures)},
         {"latency", histogram_json(step.metric.answered(), censored ? &*censored : nullptr)}});
  }
  return {{"file", script.file},
          {"test", script.test},
          {"started", script.started},
          {"completed", script.completed},
          {"failed", script.failed},
          {"cut_off", script.cut_off},
          {"first_failure", or_null(!script.first_failure.empty(), script.first_failure)},
          {"steps", steps}};
}

Json to_json(const stats::FanoutResult& fanout) {
  Json json = Json::object();
  for (const stats::NamedFanoutCount& count : stats::kFanoutCounts) {
    json[std::string(count.name)] = fanout.*count.member;
  }
  json["reach"] = or_null(fanout.expected != 0, static_cast<double>(fanout.delivered) /
                                                    static_cast<double>(fanout.expected));
  json["delivered_per_s"] = fanout.delivered_per_s;
  return json;
}

Json phases_to_json(const RunResult& result) {
  Json phases = Json::object();
  if (result.warmup) {
    phases["warmup"] = {{"duration_s", result.warmup->duration_s},
                        {"metrics", to_json(result.warmup->metrics)},
                        {"counts", to_json(result.warmup->counts)}};
  }
  return phases;
}

}  // namespace

std::string write_json(const RunResult& result) {
  Json json{{"wskit_result", kResultVersion}};
  json["run"] = to_json(result.run);
  json["metrics"] = to_json(result.metrics);
  json["counts"] = to_json(result.counts);
  json["rates"] = {{"scheduled_per_s", result.rates.scheduled_per_s},
                   {"sent_per_s", result.rates.sent_per_s},
                   {"ok_per_s", result.rates.ok_per_s}};
  json["connections"] = {{"asked", result.connections.asked},
                         {"opened", result.connections.opened},
                         {"failed", Json(result.connections.failed)},
                         {"first_failure", or_null(!result.connections.first_failure.empty(),
                                                   result.connections.first_failure)},
                         {"closed_early", Json(result.connections.closed_early)},
                         {"unsent", Json(result.connections.unsent)}};
  if (result.script) {
    json["script"] = to_json(*result.script);
  }
  if (result.fanout) {
    json["fanout"] = to_json(*result.fanout);
  }
  json["phases"] = phases_to_json(result);
  json["generator"] = {{"cpu_s", result.generator.cpu_s},
                       {"busy_per_thread", result.generator.busy_per_thread},
                       {"max_rss_bytes", result.generator.max_rss_bytes}};
  json["verdict"] = to_json(result.verdict);
  json["intervals"] = Json::array();
  for (const stats::Interval& interval : result.intervals) {
    json["intervals"].push_back(to_json(interval));
  }
  return dump_json(json, 1) + "\n";
}

}  // namespace wskit::report
