// SPDX-License-Identifier: MIT
#include "tests/golden/example_runs.h"

#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>

#include "stats/recorder.h"
#include "stats/threshold.h"

namespace wskit::test {
namespace {

using namespace std::chrono_literals;
using stats::MetricId;
using stats::Recorder;
using stats::RunResult;

constexpr std::array kOpenModel{MetricId::response, MetricId::service, MetricId::send_lag,
                                MetricId::pacer_lag, MetricId::blocked};
constexpr std::array kClosedModel{MetricId::service};
constexpr std::array kOpenFanout{MetricId::each,   MetricId::first,    MetricId::last,
                                 MetricId::spread, MetricId::send_lag, MetricId::pacer_lag,
                                 MetricId::blocked};

/// The same sequence on every machine and library: std distributions are not.
class Latencies {
 public:
  /// Around `typical`, with a tail to some ten times that.
  Nanoseconds next(Nanoseconds typical) {
    const double share = uniform();
    const double stretched = 0.7 + 0.3 * -std::log(1 - share) + 0.1 * uniform();
    const double nanoseconds = static_cast<double>(typical.count()) * stretched;
    return Nanoseconds(static_cast<Nanoseconds::rep>(nanoseconds));
  }

 private:
  double uniform() {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return static_cast<double>(state_ >> 11U) / 9007199254740992.0;
  }

  std::uint64_t state_ = 1;
};

stats::RunDescription example_description() {
  stats::RunDescription run;
  run.id = "1f0c9a4e";
  run.command = "wskit bench wss://localhost:9001/echo -r 1000 -d 3s -c 50";
  run.url = "wss://localhost:9001/echo";
  run.connections = 50;
  run.duration_s = 3;
  run.size_bytes = 64;
  run.seed = 42;
  run.io = "uring";
  run.timeout_s = 10;
  run.start = stats::WallClock(1'755'856'800'250'000'000ns);
  run.versions = {{"wskit", "0.1.0"}, {"openssl", "3.0.17"}};
  return run;
}

void add_ok(stats::Counts& counts) {
  constexpr std::uint64_t kPayload = 64;
  constexpr std::uint64_t kMaskedHeader = 6;
  constexpr std::uint64_t kHeader = 2;
  ++counts.scheduled;
  ++counts.sent;
  ++counts.ok;
  counts.payload_bytes_sent += kPayload;
  counts.payload_bytes_received += kPayload;
  counts.wire_bytes_sent += kPayload + kMaskedHeader;
  counts.wire_bytes_received += kPayload + kHeader;
}

struct Sample {
  Nanoseconds pacer_lag;
  Nanoseconds blocked;
  Nanoseconds service;
};

void record(Recorder& recorder, std::uint32_t second, const Sample& sample) {
  const Nanoseconds send_lag = sample.pacer_lag + sample.blocked;
  recorder.record(MetricId::pacer_lag, second, sample.pacer_lag);
  recorder.record(MetricId::blocked, second, sample.blocked);
  recorder.record(MetricId::send_lag, second, send_lag);
  recorder.record(MetricId::service, second, sample.service);
  recorder.record(MetricId::response, second, send_lag + sample.service);
  add_ok(recorder.counts(second));
}

void record_second(Recorder& recorder, Latencies& latencies, std::uint32_t second, int messages) {
  for (int i = 0; i < messages; ++i) {
    record(recorder, second,
           {.pacer_lag = latencies.next(6us),
            .blocked = latencies.next(800ns),
            .service = latencies.next(180us)});
  }
}

void connect_all(RunResult& result, Latencies& latencies) {
  result.connections.asked = result.run.connections;
  result.connections.opened = result.run.connections;
  const bool tls = result.run.tls.has_value();
  for (std::uint64_t i = 0; i < result.run.connections; ++i) {
    const auto add = [&](MetricId id, Nanoseconds typical) {
      const Nanoseconds value = latencies.next(typical);
      auto& metric = result.metrics[id];
      (metric ? *metric : metric.emplace()).record(value);
      return value;
    };
    const Nanoseconds total = add(MetricId::connect_tcp, 90us) +
                              (tls ? add(MetricId::connect_tls, 2ms) : 0ns) +
                              add(MetricId::connect_upgrade, 250us);
    auto& metric = result.metrics[MetricId::connect_total];
    (metric ? *metric : metric.emplace()).record(total);
  }
}

/// What a Recorder holds becomes the measure phase.
void take(RunResult& result, const Recorder& recorder) {
  const auto duration = Nanoseconds(std::llround(result.run.duration_s * 1e9));
  stats::Phase phase = recorder.total();
  phase.metrics.for_each(
      [&](MetricId id, const stats::Metric& metric) { result.metrics[id] = metric; });
  result.counts = phase.counts;
  result.intervals = recorder.intervals(duration, 1s);
  const auto rate = [&](std::uint64_t count) {
    return static_cast<double>(count) / result.run.duration_s;
  };
  result.rates = {.scheduled_per_s = rate(result.counts.scheduled),
                  .sent_per_s = rate(result.counts.sent),
                  .ok_per_s = rate(result.counts.ok)};
  result.verdict.sums_hold = result.counts.sums_hold();
}

void judge(RunResult& result, std::initializer_list<std::string_view> thresholds) {
  for (const std::string_view expr : thresholds) {
    result.verdict.thresholds.push_back(
        stats::evaluate(stats::parse_threshold(expr).value(), result));
  }
}

}  // namespace

RunResult open_run() {
  RunResult result;
  Latencies latencies;
  result.run = example_description();
  result.run.model = stats::Model::open;
  result.run.rate = 1000;
  result.run.tls = stats::TlsUse{.version = "TLSv1.3", .resumed = 49};
  connect_all(result, latencies);

  Recorder warmup(kOpenModel);
  record_second(warmup, latencies, 0, 200);
  result.warmup = warmup.total();
  result.warmup->duration_s = 0.2;

  Recorder recorder(kOpenModel);
  for (std::uint32_t second = 0; second < 3; ++second) {
    record_second(recorder, latencies, second, second == 1 ? 999 : 1000);
  }
  record(recorder, 1, {.pacer_lag = 7us, .blocked = 1us, .service = 41ms});
  take(result, recorder);
  judge(result, {"p99<50ms", "errors<0.1%", "rate>900", "connect_tls.p95<20ms"});
  result.generator = {.cpu_s = 0.41, .busy_per_thread = {0.13}, .max_rss_bytes = 21'430'272};
  return result;
}

RunResult closed_run() {
  RunResult result;
  Latencies latencies;
  result.run = example_description();
  result.run.command = "wskit bench ws://127.0.0.1:9001 -c 2 -d 2s --window 16";
  result.run.url = "ws://127.0.0.1:9001/";
  result.run.window = 16;
  result.run.connections = 2;
  result.run.duration_s = 2;
  result.run.io = "epoll";
  result.run.unix_socket = true;
  result.run.subprotocol = "chat.v2";
  result.run.compression = "permessage-deflate; client_max_window_bits=12";
  connect_all(result, latencies);
  Recorder recorder(kClosedModel);
  for (std::uint32_t second = 0; second < 2; ++second) {
    record_second(recorder, latencies, second, 20'000);
  }
  take(result, recorder);
  result.generator = {.cpu_s = 1.2, .busy_per_thread = {0.61}, .max_rss_bytes = 9'430'272};
  return result;
}

RunResult script_run() {
  RunResult result = closed_run();
  result.run.command = "wskit bench ws://127.0.0.1:9001 -c 2 -d 2s --script chat.wst";
  result.run.window = 1;
  result.run.size_bytes = 0;
  result.run.match = "script";
  stats::ScriptResult& script = result.script.emplace();
  script = {
      .file = "chat.wst", .test = "chat", .started = 40'010, .completed = 40'000, .failed = 8};
  script.cut_off = 2;
  script.first_failure =
      "connection 2, iteration 17: nothing like it came within 1 s\nchat.wst:9: < hi\x1b[1m\n";
  Latencies latencies;
  stats::Metric login;
  stats::Metric talk;
  for (int i = 0; i < 40'008; ++i) {
    login.record(latencies.next(std::chrono::microseconds(150)));
  }
  for (int i = 0; i < 40'000; ++i) {
    talk.record(latencies.next(std::chrono::microseconds(150)));
  }
  for (int i = 0; i < 8; ++i) {
    talk.record_censored(std::chrono::seconds(1));
  }
  script.steps.push_back({.name = "login", .metric = login, .failures = {}});
  script.steps.push_back(
      {.name = "talk", .metric = talk, .failures = {{"closed_remote", 3}, {"unmet", 5}}});
  script.steps.push_back(
      {.name = "a name that is too long for its column", .metric = stats::Metric()});
  result.counts.scheduled = result.counts.sent = 40'010;
  result.counts.error_reply = 5;
  result.counts.lost = 3;
  result.counts.timeout = 2;
  return result;
}

RunResult fanout_run() {
  RunResult result;
  Latencies latencies;
  result.run = example_description();
  result.run.command = "wskit bench ws://127.0.0.1:9001 --mode fanout -r 100 -d 2s";
  result.run.url = "ws://127.0.0.1:9001/";
  result.run.model = stats::Model::open;
  result.run.rate = 100;
  result.run.connections = 101;
  result.run.duration_s = 2;
  result.run.match = "fanout";
  connect_all(result, latencies);
  Recorder recorder(kOpenFanout);
  for (std::uint32_t message = 0; message < 200; ++message) {
    const std::uint32_t second = message / 100;
    const Nanoseconds lag = latencies.next(6us);
    const Nanoseconds first = lag + latencies.next(150us);
    const bool all = message % 50 != 7;
    for (int subscriber = 0; subscriber < (all ? 100 : 99); ++subscriber) {
      recorder.record(MetricId::each, second, first + subscriber * 2us);
    }
    recorder.record(MetricId::first, second, first);
    for (const MetricId id : {MetricId::send_lag, MetricId::pacer_lag}) {
      recorder.record(id, second, lag);
    }
    recorder.record(MetricId::blocked, second, 0us);
    add_ok(recorder.counts(second));
    if (all) {
      recorder.record(MetricId::last, second, first + 198us);
      recorder.record(MetricId::spread, second, 198us);
      continue;
    }
    recorder.record_censored(MetricId::each, second, 10s);
    recorder.record_censored(MetricId::last, second, 10s);
    recorder.record_censored(MetricId::spread, second, 10s);
    --recorder.counts(second).ok;
    ++recorder.counts(second).timeout;
  }
  recorder.counts(1).duplicate = 3;
  recorder.counts(1).reordered = 1;
  take(result, recorder);
  stats::FanoutResult& fanout = result.fanout.emplace();
  fanout.topics = fanout.publishers = 1;
  fanout.subscribers = 100;
  fanout.expected = 20'000;
  fanout.delivered = 19'996;
  fanout.undelivered = 4;
  fanout.gaps = 4;
  fanout.subscribers_with_gaps = fanout.subscribers_with_duplicates = 2;
  fanout.subscribers_with_reorders = 1;
  fanout.delivered_per_s = 9998;
  judge(result, {"each.p99<50ms", "reach>=1", "gaps==0"});
  result.generator = {.cpu_s = 0.21, .busy_per_thread = {0.11}, .max_rss_bytes = 19'430'272};
  return result;
}

RunResult broken_run() {
  RunResult result;
  Latencies latencies;
  result.run = example_description();
  result.run.command = "wskit bench ws://10.0.0.7:9001/ --stages 2s:450,2s:450-250 --poisson";
  result.run.url = "ws://10.0.0.7:9001/\x1b[31m\xc2\x9b";
  result.run.model = stats::Model::open;
  result.run.stages = "2s:450,2s:450-250\x1b";
  result.run.poisson = true;
  result.run.duration_s = 4;
  result.run.interrupted = true;
  result.run.shard = {.index = 1, .count = 4};
  connect_all(result, latencies);
  result.connections.opened = 47;
  stats::raise(result.connections.failed, ErrorCode::tcp_refused, 2);
  stats::raise(result.connections.failed, ErrorCode::upgrade_http_status, 1);
  result.connections.first_failure =
      "the server answered 503 Service Unavailable instead of upgrading and said: try later\x1b[1m";
  stats::raise(result.connections.closed_early, ErrorCode::reset, 12);
  result.connections.closed_early["\x1b]0;title\x07"] = 1;

  Recorder recorder(kOpenModel);
  for (std::uint32_t second = 0; second < 4; ++second) {
    record_second(recorder, latencies, second, second == 3 ? 250 : 450);
  }
  for (int i = 0; i < 150; ++i) {
    record(recorder, 2, {.pacer_lag = 3ms, .blocked = i * 4ms, .service = 30ms});
  }
  for (int i = 0; i < 150; ++i) {
    stats::Counts& counts = recorder.counts(3);
    ++counts.scheduled;
    if (i % 3 == 0) {
      ++counts.unsent;
      stats::raise(result.connections.unsent, i < 30 ? ErrorCode::tcp_refused : ErrorCode::reset);
      continue;
    }
    ++counts.sent;
    ++(i % 3 == 1 ? counts.timeout : counts.lost);
    recorder.record_censored(MetricId::response, 3, i % 3 == 1 ? 10s : i * 1ms);
    recorder.record_censored(MetricId::service, 3, i % 3 == 1 ? 10s : i * 1ms);
  }
  stats::Counts& counts = recorder.counts(3);
  counts.duplicate = 3;
  counts.late_reply = 5;
  take(result, recorder);
  judge(result, {"p99<50ms", "errors<0.1%", "connect_tls.p95<20ms", "p50<1ms"});
  result.generator = {.cpu_s = 3.6, .busy_per_thread = {0.91, 0.4}, .max_rss_bytes = 51'430'272};
  result.verdict.generator_limited = true;
  result.verdict.reasons = {
      "p99 of pacer_lag is 3.00 ms, more than 1 ms and 10 % of p99 of response",
      "thread 0 was busy 91 % of the time outside its waits"};
  return result;
}

}  // namespace wskit::test
