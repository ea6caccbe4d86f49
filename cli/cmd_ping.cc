// SPDX-License-Identifier: MIT
#include "cli/cmd_ping.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include "cli/client_stack.h"
#include "cli/command.h"
#include "cli/connect_options.h"
#include "cli/hints.h"
#include "cli/output_options.h"
#include "cli/parsed_option.h"
#include "cli/standard_streams.h"
#include "cli/stop_signals.h"
#include "cli/terminal_options.h"
#include "core/error.h"
#include "core/parse.h"
#include "net/dialer.h"
#include "report/file.h"
#include "report/ping_json.h"
#include "report/ping_text.h"
#include "session/ping.h"
#include "stats/ping_result.h"

namespace wskit::cli {
namespace {

constexpr std::uint64_t kMaxPings = 1'000'000'000;
constexpr std::uint64_t kMaxDays = 100'000;

/// What `wskit ping` was told.
struct PingCommand {
  ConnectOptions connect;
  session::PingOptions ping;
  std::vector<stats::RoundTripLimit> limits;
  std::optional<std::uint32_t> expiry_days;
  std::string json_file;
  std::string color = "auto";
  bool quiet = false;
};

/// Everything that can be known to be wrong before the connection.
struct PreparedPing {
  ConnectPlan connect;
  std::string url;
  std::optional<report::PendingFile> json;
};

std::chrono::sys_seconds wall_seconds() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

Expected<std::uint64_t> parse_pings(std::string_view text) {
  return parse_count(text, 0, kMaxPings);
}

Expected<std::optional<std::uint32_t>> parse_days(std::string_view text) {
  const auto days = parse_integer(text, 0, kMaxDays);
  if (!days) {
    return std::unexpected(days.error());
  }
  return static_cast<std::uint32_t>(*days);
}

std::vector<stats::RoundTripLimit> parse_limits(const std::vector<std::string>& texts) {
  std::vector<stats::RoundTripLimit> limits;
  for (const std::string& text : texts) {
    auto limit = stats::parse_round_trip_limit(text);
    if (!limit) {
      throw CLI::ValidationError("--fail-above", limit.error().message);
    }
    limits.push_back(std::move(*limit));
  }
  return limits;
}

void add_ping_options(CLI::App& app, PingCommand& options) {
  const std::string group = "Pings";
  add_parsed(app, "-c,--count", options.ping.count, parse_pings)
      ->description("Pings to send; 0 only opens the connection")
      ->type_name("N")
      ->default_str("5")
      ->group(group);
  add_parsed(app, "-i,--interval", options.ping.interval, parse_duration)
      ->description("From one ping to the next; the first is sent at once")
      ->type_name("DURATION")
      ->default_str("1s")
      ->group(group);
  add_parsed(app, "--timeout", options.ping.timeout, parse_duration)
      ->description("A ping without a pong for so long is lost")
      ->type_name("DURATION")
      ->default_str("5s")
      ->group(group);
}

void add_check_options(CLI::App& app, PingCommand& options) {
  const std::string group = "Result";
  app.add_option_function<std::vector<std::string>>(
         "--fail-above",
         [&options](const std::vector<std::string>& texts) {
           options.limits = parse_limits(texts);
         },
         "Fail (exit 1) when a round trip takes longer, or a statistic of them: 50ms, 'avg:20ms', "
         "'p99:50ms' (repeatable)")
      ->type_name("[STATISTIC:]DURATION")
      ->allow_extra_args(false)
      ->group(group);
  add_parsed(app, "--fail-expiry", options.expiry_days, parse_days)
      ->description("Fail (exit 1) when a certificate of the server ends within so many days")
      ->type_name("DAYS")
      ->group(group);
  add_json_option(app, options.json_file, group);
  add_color_option(app, options.color, group);
  app.add_flag("-q,--quiet", options.quiet, "No text, only what was asked for")->group(group);
}

Expected<void> check_options(const PingCommand& options, const wire::Uri& uri) {
  if (options.ping.interval < std::chrono::milliseconds(1)) {
    return fail(ErrorCode::usage, "--interval is less than 1ms: that is a load test, see bench");
  }
  if (options.ping.timeout <= Nanoseconds::zero()) {
    return fail(ErrorCode::usage, "--timeout 0 loses every ping: write 5s or 500ms");
  }
  if (options.ping.count == 0 && !options.limits.empty()) {
    return fail(ErrorCode::usage, "--fail-above needs round trips, and --count 0 has none");
  }
  if (options.expiry_days && !uri.tls && !options.connect.follow) {
    return fail(ErrorCode::usage, "--fail-expiry needs a certificate, and ws:// has none: wss://");
  }
  return {};
}

Expected<PreparedPing> prepare(const PingCommand& options) {
  auto connect = make_connect_plan(options.connect);
  if (!connect) {
    return std::unexpected(connect.error());
  }
  const wire::Uri& uri = connect->request.options().uri;
  if (auto checked = check_options(options, uri); !checked) {
    return std::unexpected(checked.error());
  }
  // Redirects may lead from ws to wss.
  connect->dial.tls.describe_certificates = uri.tls || options.connect.follow;
  // Nobody waits for a server that has answered all pings and does not answer the Close frame.
  connect->client.connection.close_timeout = std::chrono::seconds(1);
  std::string url = uri.display();
  PreparedPing prepared{
      .connect = std::move(*connect), .url = std::move(url), .json = std::nullopt};
  if (!options.json_file.empty() && options.json_file != "-") {
    auto file = report::PendingFile::open(options.json_file);
    if (!file) {
      return std::unexpected(file.error());
    }
    prepared.json.emplace(std::move(*file));
  }
  return prepared;
}

/// Writes the text while the pings go on: to standard output, unless the JSON goes there.
class PingPrinter final : public session::PingObserver {
 public:
  explicit PingPrinter(const PingCommand& options)
      : quiet_(options.quiet),
        descriptor_(options.json_file == "-" ? STDERR_FILENO : STDOUT_FILENO),
        text_(text_options(options.color, descriptor_)),
        pings_(options.ping.count != 0) {}

  /// The one to stop at the end; before the first call.
  void set_loop(net::Loop& loop) { loop_ = &loop; }
  [[nodiscard]] const Expected<void>& outcome() const { return outcome_; }

  void on_open(const stats::PingResult& so_far) override {
    const bool picture = isatty(descriptor_) == 1;
    write(report::ping_opening_text(so_far, picture, text_) +
          report::certificates_text(so_far, wall_seconds(), text_) + (pings_ ? "\n" : ""));
  }
  void on_round_trip(std::uint64_t number, Nanoseconds time) override {
    write(report::pong_line(number, time, text_));
  }
  void on_lost(std::uint64_t number) override { write(report::lost_line(number, text_)); }
  void on_end() override { stop(); }

  /// What only the end knows.
  void finish(const stats::PingResult& result) {
    if (!result.opening) {
      write(report::certificates_text(result, wall_seconds(), text_));
    }
    write(report::ping_summary_text(result, text_));
  }

 private:
  void write(const std::string& text) {
    if (quiet_ || text.empty() || !outcome_) {
      return;
    }
    if (descriptor_ == STDERR_FILENO) {
      return say(text);
    }
    outcome_ = print(text);
    if (!outcome_) {
      stop();
    }
  }

  /// The loop is gone some time after that.
  void stop() {
    if (net::Loop* const loop = std::exchange(loop_, nullptr)) {
      loop->stop();
    }
  }

  bool quiet_;
  int descriptor_;
  report::TextOptions text_;
  net::Loop* loop_ = nullptr;
  bool pings_;
  Expected<void> outcome_;
};

/// What a run came to.
struct Finding {
  stats::PingResult result;
  std::optional<int> signal;
};

Expected<Finding> run_to_end(const PingCommand& options, const PreparedPing& prepared,
                             PingPrinter& printer) {
  Finding finding;
  session::Ping* running = nullptr;
  auto stack = ClientStack::create(prepared.connect, [&](int signal) {
    finding.signal = signal;
    running->stop();
  });
  if (!stack) {
    return std::unexpected(stack.error());
  }
  session::PingOptions named = options.ping;
  named.url = prepared.url;
  session::Ping ping((*stack)->loop(), (*stack)->client(), named, printer);
  running = &ping;
  printer.set_loop((*stack)->loop());
  const auto start = std::chrono::system_clock::now();
  ping.start();
  (*stack)->loop().run();
  finding.result = ping.result();
  finding.result.start = std::chrono::time_point_cast<Nanoseconds>(start);
  return finding;
}

void judge(const PingCommand& options, stats::PingResult& result) {
  if (!result.opening) {
    return;
  }
  for (const stats::RoundTripLimit& limit : options.limits) {
    result.checks.push_back(stats::check_limit(limit, result.round_trips));
  }
  if (options.expiry_days) {
    result.checks.push_back(
        stats::check_expiry(result.chain, *options.expiry_days, wall_seconds()));
  }
}

Expected<void> write_result(const PingCommand& options, const stats::PingResult& result,
                            std::optional<report::PendingFile>& file) {
  if (file) {
    return file->commit(report::write_ping_json(result));
  }
  return options.json_file == "-" ? print(report::write_ping_json(result)) : Expected<void>();
}

void tell_error(const stats::PingResult& result) {
  if (!result.opening) {
    complain("ping", *result.error, result.url);
    return;
  }
  say(fmt::format("wskit ping: {}: {}\n", result.url, report::printable(result.error->message)));
}

int exit_code_of(const Finding& finding) {
  const stats::RoundTrips& trips = finding.result.round_trips;
  if (finding.signal) {
    return signal_exit_code(*finding.signal);
  }
  if (finding.result.error) {
    return exit_code(finding.result.error->code);
  }
  if (!std::ranges::all_of(finding.result.checks, &stats::PingCheck::ok)) {
    return exit_code(ErrorCode::unmet);
  }
  const bool silent = trips.sent_count() != 0 && trips.answered_count() == 0;
  return silent ? exit_code(ErrorCode::timeout) : 0;
}

int run_ping(const PingCommand& options) {
  const StopSignals signals;
  auto prepared = prepare(options);
  if (!prepared) {
    return complain("ping", prepared.error());
  }
  warn("ping", options.connect, prepared->connect.request.options().uri);
  PingPrinter printer(options);
  auto finding = run_to_end(options, *prepared, printer);
  if (!finding) {
    return complain("ping", finding.error());
  }
  judge(options, finding->result);
  printer.finish(finding->result);
  const auto written = write_result(options, finding->result, prepared->json);
  const auto finished = prepared->connect.watcher->finish();
  for (const auto* const outcome : {&written, &printer.outcome(), &finished}) {
    if (!*outcome) {
      return complain("ping", outcome->error());
    }
  }
  if (finding->result.error && !finding->signal) {
    tell_error(finding->result);
  } else if (options.quiet) {
    for (const std::string& broken : report::broken_checks(finding->result)) {
      say(fmt::format("wskit ping: {}\n", broken));
    }
  }
  return exit_code_of(*finding);
}

}  // namespace

void add_ping(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<PingCommand>();
  CLI::App& ping = *app.add_subcommand(
      "ping", "Measure the steps of a connection and round trips; show the certificates");
  add_ping_options(ping, *options);
  add_check_options(ping, *options);
  add_connect_options(ping, options->connect);
  ping.callback([options, &chosen] { chosen = [options] { return run_ping(*options); }; });
}

}  // namespace wskit::cli
