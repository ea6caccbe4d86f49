// SPDX-License-Identifier: MIT
#include "cli/cmd_test.h"

#include <chrono>
#include <cstdlib>
#include <expected>
#include <memory>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include "cli/command.h"
#include "cli/hints.h"
#include "cli/script_network.h"
#include "cli/signal_watch.h"
#include "cli/standard_streams.h"
#include "cli/terminal_options.h"
#include "cli/test_options.h"
#include "cli/test_progress.h"
#include "cli/test_recorder.h"
#include "cli/test_suite.h"
#include "core/error.h"
#include "report/case_json.h"
#include "report/case_text.h"
#include "report/file.h"
#include "report/github.h"
#include "report/junit.h"
#include "report/tap.h"
#include "script/redaction.h"
#include "script/script_grammar.h"

namespace wskit::cli {
namespace {

constexpr std::string_view kTestName = "test";

std::uint64_t fresh_seed() {
  std::random_device device;
  return device();
}

/// As GitHub documents it: "true" there.
bool is_in_github_actions() {
  const char* const value = std::getenv("GITHUB_ACTIONS");
  return value != nullptr && std::string_view(value) == "true";
}

/// The reports that were asked for: their files are opened before anything is run.
class Reports {
 public:
  [[nodiscard]] Expected<void> open(const TestOptions& options) {
    const std::pair<const std::string&, Write> wanted[] = {
        {options.junit_file, report::write_junit},
        {options.tap_file, report::write_tap},
        {options.json_file, report::write_case_json}};
    for (const auto& [path, write] : wanted) {
      if (auto added = path.empty() ? Expected<void>() : add(path, write); !added) {
        return added;
      }
    }
    return {};
  }
  [[nodiscard]] Expected<void> write(const stats::CaseRun& run) {
    for (auto& [file, write] : files_) {
      if (auto written = file.commit(write(run)); !written) {
        return written;
      }
    }
    return printed_ == nullptr ? Expected<void>() : print(printed_(run));
  }
  /// One of them goes to standard output, as a file named - says.
  [[nodiscard]] static bool printed(const TestOptions& options) {
    return options.junit_file == "-" || options.tap_file == "-" || options.json_file == "-";
  }

 private:
  using Write = std::string (*)(const stats::CaseRun&);

  [[nodiscard]] Expected<void> add(const std::string& path, Write report) {
    if (path == "-") {
      return std::exchange(printed_, report) == nullptr
                 ? Expected<void>()
                 : fail(ErrorCode::usage, "only one report can go to standard output");
    }
    auto file = report::PendingFile::open(path);
    if (!file) {
      return std::unexpected(std::move(file.error()));
    }
    files_.emplace_back(std::move(*file), report);
    return {};
  }

  Write printed_ = nullptr;
  std::vector<std::pair<report::PendingFile, Write>> files_;
};

/// Everything between understood scripts and the exit code.
class TestCommandRun {
 public:
  TestCommandRun(const TestOptions& options, const std::vector<script::Script>& scripts)
      : options_(options),
        scripts_(scripts),
        says_(Reports::printed(options)),
        text_(text_options(options.color, says_ ? STDERR_FILENO : STDOUT_FILENO)),
        annotates_(is_in_github_actions()) {}

  [[nodiscard]] int run() {
    if (const auto ran = play(); !ran) {
      return complain(kTestName, ran.error());
    }
    if (signal_) {
      return signal_exit_code(*signal_);
    }
    if (record_failed_) {
      return exit_code(ErrorCode::unwritable_file);
    }
    const stats::CaseCounts counts = stats::count_cases(run_.cases);
    return counts.failed + counts.errored == 0 ? EXIT_SUCCESS : exit_code(ErrorCode::unmet);
  }

 private:
  [[nodiscard]] Expected<void> play();
  [[nodiscard]] Expected<std::unique_ptr<TestRecorder>> make_recorder(net::Loop& loop,
                                                                      ScriptNetwork& network) const;
  void show(const stats::CaseResult& result);
  void tell(const std::string& text);

  const TestOptions& options_;
  const std::vector<script::Script>& scripts_;
  /// Standard output is a report's: people read standard error.
  bool says_;
  report::TextOptions text_;
  bool annotates_;
  bool record_failed_ = false;
  stats::CaseRun run_;
  std::optional<int> signal_;
  Expected<void> printed_;
  TestProgress* progress_ = nullptr;
};

void TestCommandRun::show(const stats::CaseResult& result) {
  const bool failed =
      result.status == stats::CaseStatus::failed || result.status == stats::CaseStatus::errored;
  if ((options_.quiet && !failed) || !printed_) {
    return;
  }
  if (progress_ != nullptr) {
    progress_->clear();
  }
  tell(report::write_case(result, text_));
}

void TestCommandRun::tell(const std::string& text) {
  if (says_) {
    say(text);
  } else {
    printed_ = print(text);
  }
}

Expected<void> TestCommandRun::play() {
  Reports reports;
  if (auto opened = reports.open(options_); !opened) {
    return opened;
  }
  auto loop = net::make_loop(net::IoChoice::epoll);
  if (!loop) {
    return std::unexpected(std::move(loop.error()));
  }
  ScriptNetwork network(**loop, options_.connect);
  run_.seed = options_.seed ? *options_.seed : fresh_seed();
  run_.command = options_.command;
  run_.version = WSKIT_VERSION;
  run_.start =
      std::chrono::time_point_cast<stats::WallClock::duration>(std::chrono::system_clock::now());
  const Instant began = (*loop)->now();
  auto recorder = make_recorder(**loop, network);
  if (!recorder) {
    return std::unexpected(std::move(recorder.error()));
  }
  TestSuite suite({.options = options_,
                   .scripts = scripts_,
                   .seed = run_.seed,
                   .loop = **loop,
                   .network = network,
                   .recorder = recorder->get(),
                   .on_result = [this](const stats::CaseResult& result) { show(result); },
                   .on_done = [&loop] { (*loop)->stop(); }});
  if (const auto planned = suite.plan(); !planned) {
    return std::unexpected(planned.error());
  }
  auto signals = SignalWatch::create(**loop, [&](int signal) {
    signal_ = signal;
    suite.interrupt();
  });
  if (!signals) {
    return std::unexpected(std::move(signals.error()));
  }
  TestProgress progress(**loop, !options_.quiet,
                        [&suite](Instant now) { return suite.running(now); });
  progress_ = &progress;
  suite.start();
  (*loop)->run();
  progress_ = nullptr;
  progress.clear();
  run_.duration = (*loop)->now() - began;
  run_.cases = suite.results();
  if (printed_) {
    tell((annotates_ ? report::github_annotations(run_) : std::string()) +
         report::write_case_summary(run_, options_.shuffle, text_));
  }
  if (auto written = reports.write(run_); !written) {
    return written;
  }
  record_failed_ = *recorder != nullptr && (*recorder)->failed();
  return printed_;
}

Expected<std::unique_ptr<TestRecorder>> TestCommandRun::make_recorder(
    net::Loop& loop, ScriptNetwork& network) const {
  if (options_.record_file.empty()) {
    return nullptr;
  }
  auto redaction = script::Redaction::parse(options_.redact);
  if (!redaction) {
    return fail(ErrorCode::usage, "--redact: " + redaction.error().message);
  }
  auto recorder = TestRecorder::create(options_.record_file, *std::move(redaction),
                                       options_.record_secrets, loop.now());
  if (recorder) {
    network.set_observer(
        [&recording = **recorder](const ConnectPlan& plan) { recording.connecting(plan); });
  }
  return recorder;
}

int list(const std::vector<script::Script>& scripts) {
  std::string text;
  for (const script::Script& script : scripts) {
    for (const script::Test& test : script.tests) {
      text += fmt::format("{}:{}: {}\n", script.files.front(), test.place.line, test.name);
    }
  }
  const auto printed = print(text);
  return printed ? EXIT_SUCCESS : complain(kTestName, printed.error());
}

ScriptSide side_of(const TestOptions& options) {
  if (options.list) {
    return ScriptSide::reader;
  }
  return options.connect.url.empty() ? ScriptSide::client : ScriptSide::any_client;
}

/// Complains of every script with a mistake; then, or where a file cannot be read, the exit code.
std::expected<std::vector<script::Script>, int> load_scripts(const TestOptions& options,
                                                             const ScriptVariables& variables) {
  const ScriptSide side = side_of(options);
  std::vector<script::Script> scripts;
  int code = EXIT_SUCCESS;
  for (const std::string& file : options.files) {
    auto script = load_script(file, variables, side);
    if (script) {
      scripts.push_back(*std::move(script));
      continue;
    }
    code = complain(kTestName, script.error());
    if (script.error().code != ErrorCode::usage) {
      break;
    }
  }
  if (side == ScriptSide::any_client) {
    for (script::Script& script : scripts) {
      script.head.url.reset();  // as --var wins over a value in the head
    }
  }
  if (code != EXIT_SUCCESS) {
    return std::unexpected(code);
  }
  return scripts;
}

int run_test(TestOptions& options) {
  if (options.grammar || options.grammar_json) {
    const auto printed = print(options.grammar ? script::grammar_text() : script::grammar_json());
    return printed ? EXIT_SUCCESS : complain(kTestName, printed.error());
  }
  if (const auto taken = take_url(options); !taken) {
    return complain(kTestName, taken.error());
  }
  if (options.files.empty()) {
    return complain(kTestName, {.code = ErrorCode::usage, .message = "no script: give its file"});
  }
  const auto variables = read_variables(options.script);
  if (!variables) {
    return complain(kTestName, variables.error());
  }
  const auto scripts = load_scripts(options, *variables);
  if (!scripts) {
    return scripts.error();
  }
  if (options.list) {
    return list(*scripts);
  }
  return TestCommandRun(options, *scripts).run();
}

}  // namespace

void add_test(CLI::App& app, Command& chosen, std::string command_line) {
  auto options = std::make_shared<TestOptions>();
  options->command = std::move(command_line);
  CLI::App& test = *app.add_subcommand("test", "Run scripts with expectations, for people and CI");
  add_test_options(test, *options);
  test.callback([options, &chosen] { chosen = [options] { return run_test(*options); }; });
}

}  // namespace wskit::cli
