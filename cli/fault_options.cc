// SPDX-License-Identifier: MIT
#include "cli/fault_options.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/parsed_option.h"
#include "cli/standard_streams.h"
#include "core/json.h"
#include "core/parse.h"
#include "relay/fault_form.h"
#include "report/file.h"
#include "report/terminal.h"

namespace wskit::cli {
namespace {

constexpr const char* kFaultGroup = "Faults";
constexpr std::string_view kKeyList =
    "Keys of faults (wskit-proxy(1) says which has which): match:PATTERN of paths,\n"
    "  conn:N[-[M]], percent:P, dir:send|recv|both, after:N messages, at:TIME, every:N,\n"
    "  times:N, jitter:TIME, gap:TIME, reason:TEXT, header:NAME: VALUE, body:TEXT\n";
constexpr std::size_t kMaxFaultFileBytes = std::size_t{1} << 20;

CLI::Validator is_fault() {
  return {[](const std::string& text) {
            const auto rule = relay::parse_fault(text);
            return rule ? std::string() : rule.error().message;
          },
          ""};
}

/// A line for each rule: how often it happened.
std::string fault_summary(const std::vector<relay::FaultCount>& faults) {
  std::string text;
  for (const relay::FaultCount& fault : faults) {
    const std::uint64_t count = fault.fired;
    fmt::format_to(std::back_inserter(text), "fault {}: {}\n", report::printable(fault.rule),
                   count == 0   ? "never"
                   : count == 1 ? "once"
                                : fmt::format("{} times", count));
  }
  return text;
}

}  // namespace

void add_fault_options(CLI::App& app, FaultOptions& options) {
  add_fault_rules(app, options);
  add_fault_seed(app, options);
  add_fault_quiet(app, options);
}

void add_fault_rules(CLI::App& app, FaultOptions& options) {
  const std::string group = kFaultGroup;
  app.add_option("--fault", options.rules,
                 "Let this go wrong, as close:4001,after:3 or delay:50ms,percent:10; the faults "
                 "and their keys are at the end of this help (repeatable)")
      ->allow_extra_args(false)
      ->type_name("RULE")
      ->check(is_fault())
      ->group(group);
  app.add_option("--fault-file", options.file,
                 "A rule for --fault on each line; # begins a comment")
      ->type_name("FILE")
      ->check(not_empty())
      ->group(group);
  // The manual's list of faults is made of this.
  app.footer(std::string(kKeyList) + "\nFaults, each to be followed by ,KEY:VALUE...:\n" +
             relay::describe_faults());
}

void add_fault_seed(CLI::App& app, FaultOptions& options) {
  const auto parse_seed = [](std::string_view text) {
    return parse_integer(text, 0, std::numeric_limits<std::int64_t>::max());
  };
  add_parsed(app, "--seed", options.seed, parse_seed)
      ->description("For what faults leave to chance: the same seed does the same again")
      ->type_name("N")
      ->default_str("1")
      ->group(kFaultGroup);
}

void add_fault_quiet(CLI::App& app, FaultOptions& options) {
  app.add_flag("-q,--quiet", options.quiet,
               "Do not say each fault that happens, but the counts in the end")
      ->group(kFaultGroup);
  app.add_option("--fault-report", options.report_file, "Write the counts as JSON in the end")
      ->type_name("FILE")
      ->check(not_empty())
      ->group(kFaultGroup);
}

void add_allow_faults(CLI::App& app, serve::FaultAsking& asking, const std::string& standard) {
  add_parsed(app, "--allow-faults", asking, serve::parse_fault_asking)
      ->description(
          "Let clients ask for faults, by ?fault=RULE in a URL and over HTTP at /faults; auto does "
          "where only this machine can connect, and without TLS")
      ->type_name("auto|on|off")
      ->default_str(standard)
      ->group(kFaultGroup);
}

Expected<std::vector<relay::FaultRule>> fault_rules(const FaultOptions& options) {
  std::vector<relay::FaultRule> rules;
  for (const std::string& text : options.rules) {
    auto rule = relay::parse_fault(text);
    if (!rule) {
      return std::unexpected(std::move(rule.error()));
    }
    rules.push_back(std::move(*rule));
  }
  if (options.file.empty()) {
    return rules;
  }
  const auto text = report::read_file(options.file, kMaxFaultFileBytes);
  if (!text) {
    return std::unexpected(text.error());
  }
  auto more = relay::parse_fault_file(*text);
  if (!more) {
    return fail(ErrorCode::usage,
                fmt::format("--fault-file {}: {}", options.file, more.error().message));
  }
  rules.insert(rules.end(), std::make_move_iterator(more->begin()),
               std::make_move_iterator(more->end()));
  return rules;
}

bool need_certificates(const std::vector<relay::FaultRule>& rules) {
  return std::ranges::any_of(rules, [](const relay::FaultRule& rule) {
    return rule.kind == relay::FaultKind::certificate;
  });
}

Expected<FaultReport> FaultReport::open(const FaultOptions& options) {
  FaultReport report;
  if (options.report_file.empty()) {
    return report;
  }
  auto file = report::PendingFile::open(options.report_file);
  if (!file) {
    return std::unexpected(std::move(file.error()));
  }
  report.file_ = *std::move(file);
  return report;
}

Expected<void> FaultReport::finish(const std::vector<relay::FaultCount>& faults) {
  say(fault_summary(faults));
  if (!file_) {
    return {};
  }
  Json listed = Json::array();
  for (const relay::FaultCount& fault : faults) {
    listed.push_back({{"rule", fault.rule}, {"fired", fault.fired}});
  }
  const Json report = {{"wskit_faults", 1}, {"faults", std::move(listed)}};
  return file_->commit(dump_json(report, 2) + "\n");
}

}  // namespace wskit::cli
