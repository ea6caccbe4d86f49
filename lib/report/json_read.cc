// SPDX-License-Identifier: MIT
#include "report/json.h"

#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/json.h"
#include "report/json_fields.h"
#include "report/timestamp.h"
#include "stats/hdr_encoding.h"

namespace wskit::report {
namespace {

using stats::CompactHistogram;
using stats::Counts;
using stats::MetricId;
using stats::RunResult;

constexpr std::uint64_t kMax32 = std::numeric_limits<std::uint32_t>::max();

std::uint32_t count32(const JsonFields& fields, std::string_view name) {
  return static_cast<std::uint32_t>(fields.count(name, kMax32));
}

/// A histogram and what its encoding does not carry; the count beside it must agree.
CompactHistogram read_histogram(const JsonFields& metric, std::string_view name) {
  auto decoded = stats::decode_v2_base64(metric.text(name));
  if (!decoded) {
    metric.reject(name, fmt::format("is {}", decoded.error().message));
    return {};
  }
  return std::move(*decoded);
}

stats::IntervalMetric read_metric(MetricId id, const JsonFields& metric) {
  stats::IntervalMetric result;
  result.id = id;
  if (metric.text("unit") != "us" || metric.text("hdr_unit") != "ns") {
    metric.reject({}, "has units other than us and ns");
  }
  result.answered = read_histogram(metric, "hdr");
  if (result.answered.count() != metric.count("count")) {
    metric.reject("count", "is not the number of values in its histogram");
  }
  result.answered.add_out_of_range(metric.count("overflow"), metric.count("negative"));
  result.censored = CompactHistogram(result.answered.config());
  if (!metric.has("censored_hdr")) {
    if (metric.count("censored") != 0) {
      metric.reject("censored_hdr", "is missing");
    }
    return result;
  }
  result.censored = read_histogram(metric, "censored_hdr");
  const std::uint64_t overflow = metric.count("censored_overflow");
  result.censored.add_out_of_range(overflow, 0);
  if (result.censored.count() + overflow != metric.count("censored") ||
      result.censored.config() != result.answered.config()) {
    metric.reject("censored_hdr", "does not belong to the metric");
  }
  return result;
}

/// Names of metrics that this version does not know are skipped: adding names is allowed.
template <class Visitor>
void read_metrics(const JsonFields& metrics, Visitor visit) {
  for (std::size_t i = 0; i < stats::kMetricCount; ++i) {
    const auto id = static_cast<MetricId>(i);
    if (metrics.has(name(id))) {
      visit(read_metric(id, metrics.object(name(id))));
    }
  }
}

stats::Metric expand(const stats::IntervalMetric& metric) {
  return {metric.answered.expand(),
          metric.censored.empty() ? std::nullopt : std::optional(metric.censored.expand())};
}

void read_metrics(const JsonFields& fields, stats::Metrics& metrics) {
  read_metrics(fields, [&metrics](const stats::IntervalMetric& metric) {
    metrics[metric.id] = expand(metric);
  });
}

Counts read_counts(const JsonFields& fields) {
  Counts counts;
  for (const stats::NamedCount& count : stats::kCounts) {
    counts.*count.member = fields.count(count.name);
  }
  return counts;
}

stats::Causes read_causes(const JsonFields& fields) {
  stats::Causes causes;
  fields.for_each_member(
      [&](const std::string& cause, const Json&) { causes[cause] = fields.count(cause); });
  return causes;
}

/// Of a member that files of earlier versions do not have.
std::string later_text(const JsonFields& fields, std::string_view name) {
  return fields.has(name) && !fields.is_null(name) ? fields.text(name) : std::string();
}

stats::RunDescription read_run(const JsonFields& fields) {
  stats::RunDescription run;
  run.id = fields.text("id");
  run.command = fields.text("command");
  run.url = fields.text("url");
  const std::string model = fields.text("model");
  if (model != "open" && model != "closed") {
    fields.reject("model", "is neither open nor closed");
  }
  run.model = model == "open" ? stats::Model::open : stats::Model::closed;
  if (run.model == stats::Model::open) {
    run.poisson = fields.flag("poisson");
    if (fields.is_null("stages")) {
      run.rate = fields.number("rate");
    } else {
      run.stages = fields.text("stages");
    }
  } else {
    run.window = count32(fields, "window");
  }
  run.connections = fields.count("connections");
  run.duration_s = fields.number("duration_s");
  run.size_bytes = fields.count("size_bytes");
  run.seed = fields.count("seed");
  run.threads = count32(fields, "threads");
  run.io = fields.text("io");
  run.match = fields.text("match");
  run.timeout_s = fields.number("timeout_s");
  if (!fields.is_null("tls")) {
    const JsonFields tls = fields.object("tls");
    run.tls = stats::TlsUse{.version = tls.text("version"), .resumed = tls.count("resumed")};
  }
  run.unix_socket = later_text(fields, "transport") == "unix";
  run.subprotocol = later_text(fields, "subprotocol");
  run.compression = later_text(fields, "compression");
  const JsonFields shard = fields.object("shard");
  run.shard = {.index = count32(shard, "index"), .count = count32(shard, "count")};
  if (const auto start = parse_timestamp(fields.text("start"))) {
    run.start = *start;
  } else {
    fields.reject("start", "is not a time in UTC such as 2026-08-22T10:00:00.25Z");
  }
  run.interrupted = fields.flag("interrupted");
  const JsonFields versions = fields.object("versions");
  versions.for_each_member(
      [&](const std::string& name, const Json&) { run.versions[name] = versions.text(name); });
  return run;
}

stats::Generator read_generator(const JsonFields& fields) {
  stats::Generator generator{.cpu_s = fields.number("cpu_s"),
                             .busy_per_thread = {},
                             .max_rss_bytes = fields.count("max_rss_bytes")};
  fields.for_each("busy_per_thread", [&](const Json& busy, const std::string&) {
    if (!busy.is_number()) {
      fields.reject("busy_per_thread", "holds something that is not a number");
      return;
    }
    generator.busy_per_thread.push_back(busy.get<double>());
  });
  return generator;
}

stats::Verdict read_verdict(const JsonFields& fields, std::optional<Error>& error) {
  stats::Verdict verdict;
  verdict.generator_limited = fields.flag("generator_limited");
  fields.for_each("reasons", [&](const Json& reason, const std::string&) {
    if (!reason.is_string()) {
      fields.reject("reasons", "holds something that is not a string");
      return;
    }
    verdict.reasons.push_back(reason.get<std::string>());
  });
  fields.for_each("thresholds", [&](const Json& json, const std::string& place) {
    const JsonFields threshold(json, place, error);
    stats::ThresholdResult result{.expr = threshold.text("expr"),
                                  .value = std::nullopt,
                                  .unit = threshold.text("unit"),
                                  .ok = threshold.flag("ok"),
                                  .reason = threshold.text("reason")};
    if (!threshold.is_null("value")) {
      result.value = threshold.number("value");
    }
    verdict.thresholds.push_back(std::move(result));
  });
  verdict.sums_hold = fields.flag("sums_hold");
  return verdict;
}

stats::Interval read_interval(const JsonFields& fields) {
  stats::Interval interval;
  interval.start_s = fields.number("start_s");
  interval.length_s = fields.number("length_s");
  interval.counts = read_counts(fields.object("counts"));
  read_metrics(fields.object("metrics"), [&interval](stats::IntervalMetric metric) {
    interval.metrics.push_back(std::move(metric));
  });
  return interval;
}

stats::ScriptResult read_script(const JsonFields& fields, std::optional<Error>& error) {
  stats::ScriptResult script{.file = fields.text("file"),
                             .test = fields.text("test"),
                             .started = fields.count("started"),
                             .completed = fields.count("completed"),
                             .failed = fields.count("failed"),
                             .cut_off = fields.count("cut_off"),
                             .steps = {},
                             .first_failure = later_text(fields, "first_failure")};
  fields.for_each("steps", [&](const Json& json, const std::string& place) {
    if (error) {
      return;
    }
    const JsonFields step(json, place, error);
    script.steps.push_back(
        {.name = step.text("name"),
         .metric = expand(read_metric(MetricId::service, step.object("latency"))),
         .failures = read_causes(step.object("failures"))});
  });
  return script;
}

stats::FanoutResult read_fanout(const JsonFields& fields) {
  stats::FanoutResult fanout;
  for (const stats::NamedFanoutCount& count : stats::kFanoutCounts) {
    fanout.*count.member = fields.count(count.name);
  }
  fanout.delivered_per_s = fields.number("delivered_per_s");
  return fanout;
}

RunResult read_result(const JsonFields& fields, std::optional<Error>& error) {
  RunResult result;
  result.run = read_run(fields.object("run"));
  read_metrics(fields.object("metrics"), result.metrics);
  result.counts = read_counts(fields.object("counts"));
  const JsonFields rates = fields.object("rates");
  result.rates = {.scheduled_per_s = rates.number("scheduled_per_s"),
                  .sent_per_s = rates.number("sent_per_s"),
                  .ok_per_s = rates.number("ok_per_s")};
  const JsonFields connections = fields.object("connections");
  result.connections = {.asked = connections.count("asked"),
                        .opened = connections.count("opened"),
                        .failed = read_causes(connections.object("failed")),
                        .first_failure = later_text(connections, "first_failure"),
                        .closed_early = read_causes(connections.object("closed_early")),
                        .unsent = read_causes(connections.object("unsent"))};
  if (fields.has("script")) {
    result.script = read_script(fields.object("script"), error);
  }
  if (fields.has("fanout")) {
    result.fanout = read_fanout(fields.object("fanout"));
  }
  const JsonFields phases = fields.object("phases");
  if (phases.has("warmup")) {
    const JsonFields warmup = phases.object("warmup");
    stats::Phase& phase = result.warmup.emplace();
    phase.duration_s = warmup.number("duration_s");
    read_metrics(warmup.object("metrics"), phase.metrics);
    phase.counts = read_counts(warmup.object("counts"));
  }
  result.generator = read_generator(fields.object("generator"));
  result.verdict = read_verdict(fields.object("verdict"), error);
  fields.for_each("intervals", [&](const Json& json, const std::string& place) {
    if (!error) {
      result.intervals.push_back(read_interval(JsonFields(json, place, error)));
    }
  });
  return result;
}

}  // namespace

Expected<RunResult> read_json(std::string_view text) {
  const auto json = parse_json(text);
  if (!json) {
    // The parser's own text begins with the name of its exception: "[json.exception...] parse ...".
    const std::string& why = json.error().message;
    const std::size_t name_end = why.starts_with('[') ? why.find("] ") + 2 : 0;
    return fail(ErrorCode::unreadable_file, "it is not JSON: " + why.substr(name_end));
  }
  std::optional<Error> error;
  const JsonFields fields(*json, {}, error);
  if (!error && !fields.has("wskit_result")) {
    return fail(ErrorCode::unreadable_file, "it is JSON, but not a result of wskit");
  }
  if (!error && fields.count("wskit_result") != kResultVersion && !error) {
    return fail(ErrorCode::unreadable_file,
                fmt::format("it is a result of version {}; this wskit reads version {}",
                            fields.count("wskit_result"), kResultVersion));
  }
  RunResult result = read_result(fields, error);
  if (error) {
    return std::unexpected(std::move(*error));
  }
  return result;
}

}  // namespace wskit::report
