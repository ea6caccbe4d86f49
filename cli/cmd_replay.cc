// SPDX-License-Identifier: MIT
#include "cli/cmd_replay.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
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
#include "cli/replay_clients.h"
#include "cli/replay_input.h"
#include "cli/standard_streams.h"
#include "cli/terminal_options.h"
#include "core/bytes.h"
#include "core/error.h"
#include "core/parse.h"
#include "report/file.h"
#include "report/replay_json.h"
#include "report/replay_text.h"
#include "session/replay.h"
#include "stats/replay_result.h"

namespace wskit::cli {
namespace {

struct ReplayPace {
  std::string name = "original";
  session::Pace pace = session::Pace::timed;
  double speed = 1;
};

/// What `wskit replay` was told.
struct ReplayCommand {
  ConnectOptions connect;
  std::string file;
  std::string input_format = "auto";
  ReplayPace pace;
  std::string only;
  /// 0: once; negative: for ever.
  std::int64_t loop = 0;
  std::uint64_t connection = 0;
  bool check = false;
  std::vector<std::string> ignored;
  Nanoseconds timeout = std::chrono::seconds(30);
  Nanoseconds eof_wait = std::chrono::seconds(1);
  Nanoseconds max_time{0};
  std::string json_file;
  std::string color = "auto";
  bool quiet = false;
};

Expected<ReplayPace> parse_pace(std::string_view text) {
  if (text == "original") {
    return ReplayPace{};
  }
  if (text == "asap") {
    return ReplayPace{.name = "asap", .pace = session::Pace::asap};
  }
  if (text == "reply") {
    return ReplayPace{.name = "reply", .pace = session::Pace::reply};
  }
  const auto speed = text.starts_with('x') ? parse_rate(text.substr(1)) : Expected<double>(0);
  if (!speed || *speed < 1e-6 || *speed > 1e6) {
    return fail(ErrorCode::usage,
                fmt::format("'{}' is no pace: original, x2 (twice as fast; from x0.000001 to "
                            "x1000000), asap or reply",
                            escape(text)));
  }
  return ReplayPace{.name = std::string(text), .pace = session::Pace::timed, .speed = *speed};
}

void add_shown_duration(CLI::App& app, const std::string& names, Nanoseconds& value,
                        const std::string& description) {
  add_duration(app, names, value, description)
      ->default_str(value == Nanoseconds(0) ? "" : format_duration(value))
      ->group("Replay");
}

void add_replay_options(CLI::App& app, ReplayCommand& options) {
  const std::string group = "Replay";
  add_parsed(app, "--pace", options.pace, parse_pace)
      ->description(
          "When messages are sent: original (as recorded), xN (N times as fast), asap, or "
          "reply (after as many answers as were recorded before)")
      ->type_name("PACE")
      ->default_str("original")
      ->group(group);
  app.add_option("--only", options.only,
                 "send: what was received does not matter, nothing waits for it")
      ->check(CLI::IsMember({"send"}))
      ->type_name("send")
      ->group(group);
  // A flag: an option with an optional value would swallow the file.
  app.add_flag("--loop{-1}", options.loop,
               "Play it again and again, at most N times (--loop=N), over new connections")
      ->group(group);
  add_parsed(app, "--conn", options.connection,
             [](std::string_view text) {
               return parse_integer(text, 1, std::numeric_limits<std::uint64_t>::max());
             })
      ->description("Play only this connection of the recording")
      ->type_name("N")
      ->group(group);
  add_shown_duration(app, "--timeout", options.timeout,
                     "How long to wait for recorded answers, with --pace reply and --check");
  add_shown_duration(app, "--eof-wait", options.eof_wait,
                     "How long to wait for them otherwise before a connection is closed");
  add_shown_duration(app, "--max-time", options.max_time,
                     "End after this time, connecting included");
  app.add_option("--input-format", options.input_format,
                 "What the file is: jsonl (a recording), har, line (a message a line), or auto")
      ->check(CLI::IsMember({"auto", "jsonl", "har", "line"}))
      ->type_name("FORMAT")
      ->capture_default_str()
      ->group(group);
}

void add_result_options(CLI::App& app, ReplayCommand& options) {
  const std::string group = "Result";
  app.add_flag("--check", options.check,
               "Fail (exit 1) when what comes back is not what was recorded")
      ->group(group);
  app.add_option("--ignore", options.ignored,
                 "Do not compare this place of JSON messages: a pointer as /a/0/b, * for any step "
                 "(repeatable)")
      ->allow_extra_args(false)
      ->type_name("POINTER")
      ->check(not_empty())
      ->group(group);
  add_json_option(app, options.json_file, group);
  add_color_option(app, options.color, group);
  app.add_flag("-q,--quiet", options.quiet, "No report and no warnings; differences all the same")
      ->group(group);
}

Expected<void> check_options(const ReplayCommand& options, const ReplayInput& input) {
  if (!options.only.empty() && (options.check || options.pace.pace == session::Pace::reply)) {
    return fail(ErrorCode::usage,
                fmt::format("--only send passes over what was received, and {} needs it",
                            options.check ? "--check" : "--pace reply"));
  }
  if (!options.ignored.empty() && !options.check) {
    return fail(ErrorCode::usage, "--ignore is for --check, which is not given");
  }
  if (options.check && input.is_plain()) {
    return fail(
        ErrorCode::usage,
        fmt::format("--check: {} has a message a line and no answers to compare", options.file));
  }
  if (options.file == "-" && options.loop != 0) {
    return fail(ErrorCode::usage, "--loop: standard input can be read only once");
  }
  return {};
}

Expected<session::ReplayOptions> make_replay_options(const ReplayCommand& options,
                                                     const ReplayInput& input) {
  auto ignored = script::IgnoredPlaces::parse(options.ignored);
  if (!ignored) {
    return fail(ErrorCode::usage, fmt::format("--ignore: {}", ignored.error().message));
  }
  return session::ReplayOptions{
      .pace = options.pace.pace,
      .speed = options.pace.speed,
      .check = options.check,
      .ignored = std::move(*ignored),
      .only_send = !options.only.empty(),
      .one_answer_each = input.is_plain(),
      .connection = options.connection,
      .rounds = options.loop < 0
                    ? 0
                    : static_cast<std::uint64_t>(std::max<std::int64_t>(options.loop, 1)),
      .timeout = options.timeout,
      .quiet = options.eof_wait,
      .max_time = options.max_time,
      .session = {}};
}

/// Everything between the options and the exit code.
class ReplayRun final : session::ReplayWatcher {
 public:
  ReplayRun(const ReplayCommand& options, ReplayInput input)
      : options_(options), input_(std::move(input)) {}

  int run() {
    auto plan = prepare();
    if (!plan) {
      return complain("replay", plan.error());
    }
    if (auto played = play(*plan); !played) {
      return complain("replay", played.error());
    }
    const auto finished = plan->watcher->finish();
    if (const auto nothing = why_nothing_was_played()) {
      return complain("replay", *nothing);
    }
    const auto written = write_result();
    const auto told = tell();
    for (const auto* const outcome : {&written, &finished, &told}) {
      if (!*outcome) {
        return complain("replay", outcome->error());
      }
    }
    return conclude();
  }

 private:
  Expected<ConnectPlan> prepare() {
    if (auto checked = check_options(options_, input_); !checked) {
      return std::unexpected(checked.error());
    }
    auto replay = make_replay_options(options_, input_);
    if (!replay) {
      return std::unexpected(replay.error());
    }
    replay_ = std::move(*replay);
    auto plan = make_connect_plan(options_.connect);
    if (!plan) {
      return plan;
    }
    result_.file = input_.name();
    result_.pace = options_.pace.name;
    result_.url = plan->request.options().uri.display();
    if (!options_.json_file.empty() && options_.json_file != "-") {
      auto file = report::PendingFile::open(options_.json_file);
      if (!file) {
        return std::unexpected(file.error());
      }
      json_.emplace(std::move(*file));
    }
    if (!options_.quiet) {
      warn("replay", options_.connect, plan->request.options().uri);
      warn_of_redacted(input_.head(), *plan);
    }
    return plan;
  }

  Expected<void> play(const ConnectPlan& plan) {
    session::Replay* running = nullptr;
    auto stack = ClientStack::create(plan, [&](int signal) {
      signal_ = signal;
      running->interrupt();
    });
    if (!stack) {
      return std::unexpected(stack.error());
    }
    net::Loop& loop = (*stack)->loop();
    loop_ = &loop;
    ReplayClients clients(**stack, plan);
    const auto find_client = [&clients](const std::string& subprotocol) {
      return clients.find(subprotocol);
    };
    session::Replay replay(find_client, loop, replay_, result_);
    running = &replay;
    result_.start = std::chrono::time_point_cast<Nanoseconds>(std::chrono::system_clock::now());
    session::ReplayWatcher& watcher = *this;
    replay.start([this, &loop] { return input_.source(loop); }, watcher);
    loop.run();
    return {};
  }

  void on_done() override { loop_->stop(); }

  Expected<void> write_result() {
    if (json_) {
      return json_->commit(report::write_replay_json(result_));
    }
    return options_.json_file == "-" ? print(report::write_replay_json(result_)) : Expected<void>();
  }

  /// A mistake of the file or of --conn, before anything was connected: there is nothing to report.
  [[nodiscard]] std::optional<Error> why_nothing_was_played() const {
    if (signal_ || result_.connections != 0) {
      return std::nullopt;
    }
    if (result_.error) {
      const bool of_file = result_.error->message.starts_with(input_.name() + ":");
      return of_file ? result_.error : std::nullopt;
    }
    if (options_.connection == 0) {
      return std::nullopt;
    }
    return Error{.code = ErrorCode::usage,
                 .message = fmt::format("--conn: {} has no connection {}", input_.name(),
                                        options_.connection)};
  }

  /// The report, to standard output unless the JSON goes there.
  [[nodiscard]] Expected<void> tell() const {
    if (result_.cut_line != 0 && !options_.quiet) {
      say(fmt::format("wskit replay: warning: {}:{}: the last line was cut off and is left out\n",
                      report::printable(result_.file), result_.cut_line));
    }
    const int descriptor = options_.json_file == "-" ? STDERR_FILENO : STDOUT_FILENO;
    const report::TextOptions text = text_options(options_.color, descriptor);
    const std::string report = options_.quiet ? report::differences_text(result_, text)
                                              : report::replay_text(result_, text);
    if (options_.quiet || descriptor == STDERR_FILENO) {
      say(report);
      return {};
    }
    return print(report);
  }

  [[nodiscard]] int conclude() const {
    if (signal_) {
      return signal_exit_code(*signal_);
    }
    if (result_.error) {
      const bool opening = result_.connections == 0;
      return complain("replay", *result_.error, opening ? result_.url : std::string());
    }
    if (result_.check && result_.check->compared == 0 && result_.check->failures() == 0) {
      return complain("replay", {.code = ErrorCode::unmet,
                                 .message = fmt::format("--check compared nothing: {} has no "
                                                        "received messages",
                                                        input_.name())});
    }
    return result_.check && !result_.check->passed() ? exit_code(ErrorCode::unmet) : EXIT_SUCCESS;
  }

  const ReplayCommand& options_;
  ReplayInput input_;
  session::ReplayOptions replay_;
  stats::ReplayResult result_;
  std::optional<report::PendingFile> json_;
  std::optional<int> signal_;
  net::Loop* loop_ = nullptr;
};

int run_replay(const ReplayCommand& options) {
  auto input =
      ReplayInput::open(options.file, options.input_format, options.connect.max_message_bytes);
  if (!input) {
    Error error = input.error();
    if (options.loop < 0 &&
        parse_integer(options.file, 1, std::numeric_limits<std::int32_t>::max())) {
      error.message += fmt::format("; --loop={} plays it so often", options.file);
    }
    return complain("replay", error);
  }
  return ReplayRun(options, std::move(*input)).run();
}

}  // namespace

void add_replay(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<ReplayCommand>();
  CLI::App& replay = *app.add_subcommand(
      "replay", "Play a recording against a server, and compare what comes back");
  replay
      .add_option("FILE", options->file,
                  "A recording, a HAR file, or a message a line; - for "
                  "standard input")
      ->type_name("FILE")
      ->required()
      ->check(not_empty());
  add_replay_options(replay, *options);
  add_result_options(replay, *options);
  add_connect_options(replay, options->connect);
  replay.callback([options, &chosen] { chosen = [options] { return run_replay(*options); }; });
}

}  // namespace wskit::cli
