// SPDX-License-Identifier: MIT
#include "cli/bench_options.h"

#include <algorithm>
#include <limits>
#include <random>
#include <string_view>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/output_options.h"
#include "cli/parsed_option.h"
#include "core/json.h"
#include "core/lines.h"
#include "core/parse.h"
#include "report/file.h"

namespace wskit::cli {
namespace {

constexpr std::uint64_t kMaxCount = std::numeric_limits<std::uint32_t>::max();
/// Stands for "until the messages are sent" where no duration is given.
constexpr Nanoseconds kNoLimit = std::chrono::hours(24 * 365);
/// Of a file with messages to send.
constexpr std::size_t kMaxPayloadFileBytes = std::size_t{1} << 30U;

template <std::uint64_t Low, std::uint64_t High>
Expected<std::uint32_t> parse_amount(std::string_view text) {
  const auto value = wskit::parse_count(text, Low, High);
  if (!value) {
    return std::unexpected(value.error());
  }
  return static_cast<std::uint32_t>(*value);
}

Expected<std::uint64_t> parse_messages(std::string_view text) {
  return wskit::parse_count(text, 1, std::numeric_limits<std::int64_t>::max());
}

Expected<int> parse_digits(std::string_view text) {
  constexpr std::uint64_t kMost = 4;
  const auto digits = parse_integer(text, 1, kMost);
  if (!digits) {
    return std::unexpected(digits.error());
  }
  return static_cast<int>(*digits);
}

Expected<std::uint64_t> parse_seed(std::string_view text) {
  return parse_integer(text, 0, std::numeric_limits<std::uint64_t>::max());
}

void add_load_options(CLI::App& app, BenchOptions& options) {
  const std::string group = "Load";
  load::Plan& plan = options.plan;
  add_parsed(app, "-c,--connections", options.connections, parse_amount<1, kMaxCount>)
      ->description("Connections")
      ->type_name("N")
      ->default_str("50")
      ->group(group);
  add_parsed(app, "-d,--duration", options.duration, parse_duration)
      ->description("Length of the measure phase; with -n alone there is no limit")
      ->type_name("DURATION")
      ->default_str("10s")
      ->group(group);
  add_parsed(app, "-n,--messages", plan.max_messages, parse_messages)
      ->description("Stop after this many messages, all connections together")
      ->type_name("N")
      ->group(group);
  add_parsed(app, "-r,--rate", options.rate, parse_rate)
      ->description("Open model: messages a second, all connections together")
      ->type_name("RATE")
      ->group(group);
  app.add_option("--stages", options.stages, "Open model: rates over time, as 10s:0-1000,30s:1000")
      ->type_name("STAGES")
      ->check(not_empty())
      ->group(group);
  app.add_flag("--poisson", plan.poisson, "Open model: random arrivals instead of equal distances")
      ->group(group);
  add_parsed(app, "--window", options.window, parse_amount<1, kMaxCount>)
      ->description("Closed model: messages in flight per connection")
      ->type_name("N")
      ->default_str("1")
      ->group(group);
  add_parsed(app, "--warmup", plan.warmup, parse_duration)
      ->description("Load before the measure phase, reported apart")
      ->type_name("DURATION")
      ->default_str("0")
      ->group(group);
  add_parsed(app, "-t,--threads", options.threads, parse_amount<1, 1024>)
      ->description("Threads; default: one per core but one")
      ->type_name("N")
      ->group(group);
  add_parsed(app, "--connect-rate", plan.connect_rate, parse_rate)
      ->description("New connections a second; default: as fast as --connect-concurrency lets")
      ->type_name("RATE")
      ->group(group);
  add_parsed(app, "--connect-concurrency", plan.connect_concurrency, parse_amount<1, kMaxCount>)
      ->description("Handshakes under way at one time")
      ->type_name("N")
      ->default_str("100")
      ->group(group);
  add_parsed(app, "--seed", options.seed, parse_seed)
      ->description("Makes schedule and messages repeatable; default: random")
      ->type_name("N")
      ->group(group);
  app.add_option(
         "--io", options.io,
         "What the loops run on: auto (io_uring where the kernel allows it), epoll or uring")
      ->check(CLI::IsMember({"auto", "epoll", "uring"}))
      ->capture_default_str()
      ->group(group);
}

void add_message_options(CLI::App& app, BenchOptions& options) {
  const std::string group = "Messages";
  auto* size = add_parsed(app, "--size", options.size, parse_size)
                   ->description("Payload bytes of the generated messages")
                   ->type_name("SIZE")
                   ->default_str("64")
                   ->group(group);
  auto* payload = app.add_option("--payload", options.payload, "Send this TEXT, or @FILE's content")
                      ->type_name("TEXT|@FILE")
                      ->excludes(size)
                      ->group(group);
  app.add_option("--payload-jsonl", options.payload_jsonl,
                 "Send the lines of this file in turn, each a JSON document")
      ->type_name("FILE")
      ->excludes(size)
      ->excludes(payload)
      ->group(group);
  auto* text = app.add_flag("--text", options.text, "Text messages (default)")->group(group);
  app.add_flag("--binary", options.binary, "Binary messages")->excludes(text)->group(group);
  app.add_option("--match", options.match,
                 "How a reply finds its message: echo (default), fifo (default with a payload) or "
                 "id[=/pointer]; in --mode fanout /POINTER, where the payload stands in a delivery")
      ->type_name("MATCH")
      ->group(group);
  add_parsed(app, "--timeout", options.plan.timeout, parse_duration)
      ->description("A message without a reply for so long is an error")
      ->type_name("DURATION")
      ->default_str("10s")
      ->group(group);
  app.add_option("--late", options.late,
                 "What to do with messages behind schedule: send or drop (and count)")
      ->check(CLI::IsMember({"send", "drop"}))
      ->capture_default_str()
      ->group(group);
  app.add_option("--on-close", options.on_close,
                 "When a connection is lost: stop using it, or reconnect")
      ->check(CLI::IsMember({"stop", "reconnect"}))
      ->capture_default_str()
      ->group(group);
}

void add_result_options(CLI::App& app, BenchOptions& options) {
  const std::string group = "Result";
  app.add_option("--threshold", options.thresholds,
                 "Fail (exit 1) unless it holds: 'p99<50ms', 'errors<0.1%', 'rate>9900', "
                 "'connect_tls.p95<20ms' (repeatable)")
      ->type_name("EXPR")
      ->allow_extra_args(false)
      ->group(group);
  app.add_flag("--strict", options.strict,
               "Fail (exit 99) when the generator, not the server, was the limit")
      ->group(group);
  add_json_option(app, options.json_file, group);
  add_color_option(app, options.color, group);
  add_parsed(app, "--hdr-digits", options.plan.histogram.digits, parse_digits)
      ->description("Significant digits that the histograms keep: 1 to 4")
      ->type_name("N")
      ->default_str("3")
      ->group(group);
  add_parsed(app, "--hdr-max", options.plan.histogram.highest, parse_duration)
      ->description("Highest value that they have room for; what is above is counted apart")
      ->type_name("DURATION")
      ->default_str("1h")
      ->group(group);
  app.add_flag("-q,--quiet", options.quiet, "No report and no progress, only what was asked for")
      ->group(group);
}

Expected<std::vector<std::string>> split_lines(const std::string& path) {
  const auto content = report::read_file(path, kMaxPayloadFileBytes);
  if (!content) {
    return std::unexpected(content.error());
  }
  std::vector<std::string> lines;
  const auto add = [&](std::string_view line, std::size_t number) -> Expected<void> {
    if (!line.empty() && !parse_json(line)) {
      return fail(ErrorCode::usage,
                  fmt::format("--payload-jsonl {}: line {} is not JSON", path, number));
    }
    if (!line.empty()) {
      lines.emplace_back(line);
    }
    return {};
  };
  if (auto read = for_each_line(*content, add); !read) {
    return std::unexpected(std::move(read.error()));
  }
  if (lines.empty()) {
    return fail(ErrorCode::usage, fmt::format("--payload-jsonl {}: the file has no lines", path));
  }
  return lines;
}

Expected<std::vector<std::string>> read_messages(const BenchOptions& options) {
  if (!options.payload_jsonl.empty()) {
    return split_lines(options.payload_jsonl);
  }
  if (options.payload.starts_with('@')) {
    auto content = report::read_file(options.payload.substr(1), kMaxPayloadFileBytes);
    if (!content) {
      return std::unexpected(content.error());
    }
    return std::vector{std::move(*content)};
  }
  if (!options.payload.empty()) {
    return std::vector{options.payload};
  }
  return std::vector<std::string>{};
}

Expected<void> set_match(const BenchOptions& options, load::Plan& plan) {
  const std::string& match = options.match;
  constexpr std::string_view kId = "id=";
  if (match.empty()) {
    plan.match = plan.payload.messages.empty() ? load::Match::echo : load::Match::fifo;
  } else if (match == "echo") {
    plan.match = load::Match::echo;
  } else if (match == "fifo") {
    plan.match = load::Match::fifo;
  } else if (match == "id" || match.starts_with(kId)) {
    plan.match = load::Match::id;
    if (match.starts_with(kId)) {
      plan.id_pointer = match.substr(kId.size());
    }
  } else {
    return fail(ErrorCode::usage,
                fmt::format("--match {}: write echo, fifo, id or id=/pointer", match));
  }
  return {};
}

Expected<void> set_fanout(const BenchOptions& options, load::Plan& plan) {
  if (options.connections) {
    return fail(ErrorCode::usage,
                "--connections: in --mode fanout there are --publishers and --subscribers");
  }
  if (!plan.payload.messages.empty() || !options.script.file.empty()) {
    return fail(ErrorCode::usage,
                "--mode fanout makes its own payloads, without --payload and --script; --publish "
                "says what stands around them");
  }
  return plan_fanout(options.fanout, options.match, plan);
}

Expected<void> set_model(const BenchOptions& options, load::Plan& plan) {
  const bool open = options.rate.has_value() || !options.stages.empty();
  if (open && options.window) {
    return fail(ErrorCode::usage,
                "--window is the closed model, --rate and --stages the open one: choose one");
  }
  if (options.rate && !options.stages.empty()) {
    return fail(ErrorCode::usage, "--rate and --stages exclude each other");
  }
  if (!open && plan.poisson) {
    return fail(ErrorCode::usage, "--poisson needs --rate or --stages");
  }
  plan.model = open ? stats::Model::open : stats::Model::closed;
  plan.rate = options.rate.value_or(0);
  plan.window = options.window.value_or(1);
  if (!options.stages.empty()) {
    auto stages = load::parse_stages(options.stages);
    if (!stages) {
      return std::unexpected(stages.error());
    }
    plan.stages = std::move(*stages);
  }
  return {};
}

Expected<void> check_duration(const BenchOptions& options, const load::Plan& plan) {
  if (options.duration && !options.stages.empty()) {
    return fail(ErrorCode::usage, "--stages have their durations: leave --duration out");
  }
  if (plan.duration <= Nanoseconds::zero()) {
    return fail(ErrorCode::usage, "--duration 0 measures nothing: write 10s, 500ms or 2m");
  }
  return {};
}

Nanoseconds duration_of(const BenchOptions& options, const load::Plan& plan) {
  Nanoseconds staged{0};
  for (const load::Stage& stage : plan.stages) {
    staged += stage.duration;
  }
  if (options.duration) {
    return *options.duration;
  }
  if (!plan.stages.empty()) {
    return staged;
  }
  return plan.max_messages != 0 ? kNoLimit : load::Plan{}.duration;
}

}  // namespace

void add_bench_options(CLI::App& app, BenchOptions& options) {
  add_load_options(app, options);
  add_message_options(app, options);
  add_result_options(app, options);
  add_connect_options(app, options.connect);
  add_bench_script_options(app, options.script);
  add_bench_fanout_options(app, options.fanout);
}

Expected<load::Plan> make_plan(const BenchOptions& options) {
  load::Plan plan = options.plan;
  auto messages = read_messages(options);
  if (!messages) {
    return std::unexpected(messages.error());
  }
  plan.connections = options.connections.value_or(plan.connections);
  plan.payload.messages = std::move(*messages);
  plan.payload.size_bytes = options.size.value_or(plan.payload.size_bytes);
  plan.payload.type = options.binary ? ws::MessageType::binary : ws::MessageType::text;
  plan.late = options.late == "drop" ? load::Late::drop : load::Late::send;
  plan.on_close = options.on_close == "reconnect" ? load::OnClose::reconnect : load::OnClose::stop;
  plan.seed = options.seed.value_or(std::random_device{}());
  if (auto set = set_model(options, plan); !set) {
    return std::unexpected(set.error());
  }
  auto matched = options.fanout.chosen() ? set_fanout(options, plan) : set_match(options, plan);
  if (!matched) {
    return std::unexpected(std::move(matched.error()));
  }
  plan.duration = duration_of(options, plan);
  if (auto checked = check_duration(options, plan); !checked) {
    return std::unexpected(checked.error());
  }
  if (auto valid = load::validate(plan); !valid) {
    return std::unexpected(valid.error());
  }
  return plan;
}

net::IoChoice io_choice(const BenchOptions& options) {
  if (options.io == "auto") {
    return net::IoChoice::automatic;
  }
  return options.io == "epoll" ? net::IoChoice::epoll : net::IoChoice::uring;
}

std::uint32_t thread_count(const BenchOptions& options) {
  if (options.threads != 0) {
    return options.threads;
  }
  return std::max(1U, std::thread::hardware_concurrency() - 1);
}

}  // namespace wskit::cli
