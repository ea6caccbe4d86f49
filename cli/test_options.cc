// SPDX-License-Identifier: MIT
#include "cli/test_options.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/output_options.h"
#include "cli/parsed_option.h"
#include "cli/redaction_options.h"
#include "core/parse.h"
#include "wire/uri.h"

namespace wskit::cli {
namespace {

constexpr std::uint64_t kMost = 1'000'000'000;

bool is_url(std::string_view text) {
  return text.starts_with("ws://") || text.starts_with("wss://") || text.starts_with("ws+unix:");
}

Expected<double> parse_scale(std::string_view text) {
  double scale = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), scale);
  if (error != std::errc() || end != text.data() + text.size() || !(scale > 0) || scale > 1000) {
    return fail(ErrorCode::usage, fmt::format("'{}' is not a factor like 0.5 or 10", text));
  }
  return scale;
}

void add_choice_options(CLI::App& app, TestOptions& options) {
  const std::string group = "Tests";
  const auto count = [](std::string_view text) { return parse_integer(text, 1, kMost); };
  add_parsed(app, "-j,--jobs", options.jobs, count)
      ->description("Run so many files side by side")
      ->type_name("N")
      ->default_str("1")
      ->group(group);
  add_parsed(app, "--repeat", options.repeat, count)
      ->description("Run everything so often")
      ->type_name("N")
      ->default_str("1")
      ->group(group);
  app.add_flag("--shuffle", options.shuffle, "Run files and tests in an order of chance")
      ->group(group);
  add_parsed(app, "--seed", options.seed,
             [](std::string_view text) -> Expected<std::optional<std::uint64_t>> {
               const auto seed = parse_integer(text, 0, std::numeric_limits<std::int64_t>::max());
               return seed ? Expected<std::optional<std::uint64_t>>(*seed)
                           : std::unexpected(seed.error());
             })
      ->description("For --shuffle, {{rand}} and {{uuid}}; a report says which one was used")
      ->type_name("N")
      ->group(group);
  app.add_option("--filter", options.filter, "Only tests whose name matches (PCRE2)")
      ->type_name("REGEX")
      ->check(not_empty())
      ->group(group);
  app.add_flag("--fail-fast", options.fail_fast, "End after the first test that fails")
      ->group(group);
  app.add_flag("--list", options.list, "Check the scripts, list their tests, and run nothing")
      ->group(group);
  app.add_flag("--grammar", options.grammar, "Print the grammar of scripts (EBNF)")->group(group);
  app.add_flag("--grammar-json", options.grammar_json,
               "Print it for editors: rules and words (JSON)")
      ->group(group);
}

void add_time_options(CLI::App& app, TestOptions& options) {
  const std::string group = "Tests";
  add_parsed(app, "--timeout", options.timeout, parse_duration)
      ->description("How long < waits where the script does not say it")
      ->type_name("DURATION")
      ->default_str("5s")
      ->group(group);
  add_parsed(app, "--timeout-scale", options.timeout_scale, parse_scale)
      ->description("Multiply all deadlines: for slow machines")
      ->type_name("FACTOR")
      ->default_str("1")
      ->group(group);
  add_parsed(app, "--max-time", options.max_time, parse_duration)
      ->description("How long one test may take; 0 for no limit")
      ->type_name("DURATION")
      ->default_str("5m")
      ->group(group);
}

}  // namespace

void add_test_options(CLI::App& app, TestOptions& options) {
  app.add_option(
         "FILE", options.files,
         "Scripts (.wst) or recordings with expectations (.jsonl), and a URL in place of their own")
      ->type_name("FILE... [URL]");
  add_choice_options(app, options);
  add_script_options(app, options.script);
  add_time_options(app, options);
  const std::string group = "Output";
  app.add_option("--report-junit", options.junit_file,
                 "Write a JUnit report (XML); - for standard output")
      ->type_name("FILE")
      ->group(group);
  app.add_option("--report-tap", options.tap_file,
                 "Write a report in TAP 14; - for standard output")
      ->type_name("FILE")
      ->group(group);
  app.add_option("--report-json", options.json_file,
                 "Write a report as JSON; - for standard output")
      ->type_name("FILE")
      ->group(group);
  CLI::Option* const record =
      app.add_option("--record", options.record_file,
                     "Record all connections in this file (JSON Lines), which can be replayed")
          ->type_name("FILE")
          ->group(group);
  add_redaction_options(app, {.redact = options.redact, .record_secrets = options.record_secrets},
                        group);
  app.get_option("--redact")->needs(record);
  app.get_option("--record-secrets")->needs(record);
  app.add_flag("-q,--quiet", options.quiet, "Print failures and the summary only")->group(group);
  add_color_option(app, options.color, group);
  add_connect_options_without_url(app, options.connect);
}

Expected<void> take_url(TestOptions& options) {
  const auto other = std::ranges::find_if(
      options.files, [](const std::string& file) { return file.contains("://") && !is_url(file); });
  if (other != options.files.end()) {
    const auto why = wire::parse_uri(*other);
    return fail(ErrorCode::usage, fmt::format("a script's server is ws:// or wss://: {}",
                                              why ? *other : why.error().message));
  }
  const auto url = std::ranges::find_if(options.files, is_url);
  if (url == options.files.end()) {
    return {};
  }
  options.connect.url = *url;
  options.files.erase(url);
  if (std::ranges::any_of(options.files, is_url)) {
    return fail(ErrorCode::usage, "two URLs: a script names its further ones itself");
  }
  return {};
}

}  // namespace wskit::cli
