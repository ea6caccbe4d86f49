// SPDX-License-Identifier: MIT
#include "cli/cmd_record.h"

#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/cmd_connect.h"
#include "cli/connect_options.h"
#include "cli/exchange_options.h"
#include "cli/hints.h"
#include "cli/parsed_option.h"
#include "cli/recording_files.h"
#include "cli/standard_streams.h"
#include "report/file.h"
#include "wire/uri.h"

namespace wskit::cli {
namespace {

/// What `wskit record` was told.
struct RecordCommand {
  ConnectCommand session;
  std::string output;
  std::string har_file;
  std::string har_url;
  std::vector<std::string> convert;
  bool force = false;
};

/// "ws.example-20260120-153045.jsonl".
std::string default_name(const std::string& url) {
  std::string host = "session";
  if (const auto uri = wire::parse_uri(url)) {
    host = uri->host;
  }
  for (char& c : host) {
    c = c == ':' || c == '/' || c == '%' ? '_' : c;
  }
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  return fmt::format("{}-{:%Y%m%d-%H%M%S}.jsonl", host, fmt::localtime(now));
}

int record_session(const RecordCommand& options) {
  ConnectCommand session = options.session;
  session.command = "record";
  session.flags.record_file =
      options.output.empty() ? default_name(session.connect.url) : options.output;
  if (!session.flags.quiet) {
    say(fmt::format("wskit record: recording to {}\n", session.flags.record_file));
  }
  return run_connect(session);
}

Expected<void> import_har(const RecordCommand& options) {
  auto recording = read_har({.file = options.har_file,
                             .url = options.har_url,
                             .with_secrets = options.session.flags.record_secrets});
  if (!recording) {
    return std::unexpected(recording.error());
  }
  return options.output.empty() || options.output == "-"
             ? print(*recording)
             : report::write_file(options.output, *recording);
}

Expected<void> check_options(const RecordCommand& options) {
  const bool imports = !options.har_file.empty();
  const bool converts = !options.convert.empty();
  const bool connects = !options.session.connect.url.empty();
  if (static_cast<int>(imports) + static_cast<int>(converts) + static_cast<int>(connects) != 1) {
    return fail(ErrorCode::usage, "one of URL, --import FILE and --convert FROM TO is needed");
  }
  if (!options.har_url.empty() && !imports) {
    return fail(ErrorCode::usage, "--url chooses what --import imports, which is not given");
  }
  if (options.force && !converts) {
    return fail(ErrorCode::usage, "--force is for --convert, which is not given");
  }
  if (converts && !options.output.empty()) {
    return fail(ErrorCode::usage, "--convert names its output itself: --output contradicts it");
  }
  return {};
}

int run_record(const RecordCommand& options) {
  auto done = check_options(options);
  if (done && !options.session.connect.url.empty()) {
    return record_session(options);
  }
  if (done) {
    done = options.har_file.empty()
               ? convert_recording(options.convert[0], options.convert[1], options.force)
               : import_har(options);
  }
  return done ? EXIT_SUCCESS : complain("record", done.error());
}

void add_record_options(CLI::App& app, RecordCommand& options) {
  const std::string group = "Record";
  app.add_option("-o,--output", options.output,
                 "The recording; of a session by default HOST-DATE-TIME.jsonl, of an import - "
                 "(standard output)")
      ->type_name("FILE")
      ->check(not_empty())
      ->group(group);
  app.add_option("--import", options.har_file,
                 "Make it from the WebSockets of a HAR file, as browsers export it")
      ->type_name("FILE")
      ->check(not_empty())
      ->group(group);
  app.add_option("--url", options.har_url, "Import those whose URL this regular expression matches")
      ->type_name("REGEX")
      ->check(not_empty())
      ->group(group);
  app.add_option("--convert", options.convert,
                 "Make a script (.wst) of a recording (.jsonl), or the recording of such a script")
      ->type_name("FROM TO")
      ->expected(2)
      ->check(not_empty())
      ->group(group);
  app.add_flag("--force", options.force, "Let --convert replace a file that exists")->group(group);
}

}  // namespace

void add_record(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<RecordCommand>();
  CLI::App& record = *app.add_subcommand(
      "record", "Record a session, import one from a browser, or make a script of a recording");
  add_record_options(record, *options);
  add_session_options(record, options->session);
  add_recording_flags(record, options->session.flags);
  record.add_flag("-q,--quiet", options->session.flags.quiet, "No notes and warnings, errors only")
      ->group("Output");
  add_life_flags(record, options->session.flags);
  add_connect_options(record, options->session.connect);
  record.get_option("URL")->required(false);
  record.callback([options, &chosen, &record] {
    options->session.ping_interval_given = record.count("--ping-interval") != 0;
    chosen = [options] { return run_record(*options); };
  });
}

}  // namespace wskit::cli
