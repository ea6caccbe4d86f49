// SPDX-License-Identifier: MIT
#include "cli/cmd_serve_script.h"

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/announce.h"
#include "cli/hints.h"
#include "cli/listen_tls.h"
#include "cli/parsed_option.h"
#include "cli/proxy_command_options.h"
#include "cli/script_options.h"
#include "cli/signal_watch.h"
#include "cli/standard_streams.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/parse.h"
#include "load/limits.h"
#include "net/loop.h"
#include "report/lines.h"
#include "report/terminal.h"
#include "script/mirror.h"
#include "script/player_failure.h"
#include "serve/listen_address.h"
#include "session/script_server.h"

namespace wskit::cli {
namespace {

constexpr std::string_view kServeScriptName = "serve script";
constexpr std::uint64_t kMaxSessions = 1'000'000'000'000;

struct ServeScriptOptions {
  std::string file;
  ScriptOptions script;
  /// How long an expectation waits where the script does not say it.
  Nanoseconds timeout = std::chrono::hours(24);
  serve::ListenAddress listen{.port = 9001};
  ListenTls tls;
  std::string ready_file;
  bool mirror = false;
  bool to_the_end = false;
  /// 0 for no limit.
  std::uint64_t sessions = 0;
  /// Nothing: another one at each start.
  std::optional<std::uint64_t> seed;
  bool quiet = false;
};

/// Everything between the options and the exit code, in the order of its making.
class ServeScriptRun final : session::ScriptServerWatcher {
 public:
  ServeScriptRun(const ServeScriptOptions& options, const script::Script& script)
      : options_(options), script_(script) {}

  [[nodiscard]] int run() {
    if (const auto prepared = prepare(); !prepared) {
      return complain(kServeScriptName, prepared.error());
    }
    loop_->run();
    return failed_ == 0 ? EXIT_SUCCESS : exit_code(ErrorCode::unmet);
  }

 private:
  [[nodiscard]] Expected<void> prepare();
  [[nodiscard]] Expected<void> tell_where() const;

  void on_session(std::uint64_t connection, const script::Test& test,
                  const std::optional<script::Failure>& failure) override;
  void on_left(std::uint64_t connection, const script::Test& test,
               const script::Place& place) override;
  void on_refused(std::uint64_t connection, const Error& error) override;
  void count_session();
  void on_accept_error(const Error& error) override { complain(kServeScriptName, error); }
  void on_drained() override { loop_->stop(); }

  const ServeScriptOptions& options_;
  const script::Script& script_;
  std::function<std::int64_t()> wall_clock_ = [] {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  };
  std::unique_ptr<net::Loop> loop_;
  std::unique_ptr<SignalWatch> signals_;
  ListenSecurity security_;
  std::optional<session::ScriptServer> server_;
  std::uint64_t played_ = 0;
  std::uint64_t failed_ = 0;
};

Expected<void> ServeScriptRun::prepare() {
  auto loop = net::make_loop(net::IoChoice::epoll);
  if (!loop) {
    return std::unexpected(std::move(loop.error()));
  }
  loop_ = std::move(*loop);
  auto signals = SignalWatch::create(*loop_, [this](int) { server_->drain(); });
  if (!signals) {
    return std::unexpected(std::move(signals.error()));
  }
  signals_ = std::move(*signals);
  auto security = secure_listening(*loop_, options_.tls);
  if (!security) {
    return std::unexpected(std::move(security.error()));
  }
  security_ = *std::move(security);
  if (options_.tls.self_signed) {
    if (auto told = tell_how_to_trust(options_.tls, *security_.certificate); !told) {
      return told;
    }
  }
  const auto address = find_address(options_.listen);
  if (!address) {
    return std::unexpected(address.error());
  }
  session::ScriptServerWatcher& watcher = *this;
  const std::uint64_t seed = options_.seed ? *options_.seed : std::random_device()();
  server_.emplace(session::ScriptServer::Setup{
      .script = script_,
      .options = {.timeout = options_.timeout, .seed = seed, .wall_clock = &wall_clock_},
      .loop = *loop_,
      .tls = security_.acceptor.get(),
      .to_the_end = options_.to_the_end,
      .watcher = watcher});
  if (auto listening = server_->listen(*address); !listening) {
    return listening;
  }
  return tell_where();
}

Expected<void> ServeScriptRun::tell_where() const {
  serve::ListenAddress actual = options_.listen;
  actual.port = server_->address().port();
  return announce(serve::url_of(actual, security_.certificate.has_value()), options_.ready_file);
}

void ServeScriptRun::on_session(std::uint64_t connection, const script::Test& test,
                                const std::optional<script::Failure>& failure) {
  if (failure) {
    ++failed_;
    say(fmt::format("wskit {}: connection {}: {}: {}\n", kServeScriptName, connection,
                    report::printable(test.name), report::printable(failure->message)));
    for (const std::string& line : report::portable_lines(script::describe(script_, *failure))) {
      say("    " + line + "\n");
    }
  } else if (!options_.quiet) {
    say(fmt::format("wskit {}: connection {}: {}: played to its end\n", kServeScriptName,
                    connection, report::printable(test.name)));
  }
  count_session();
}

void ServeScriptRun::on_left(std::uint64_t connection, const script::Test& test,
                             const script::Place& place) {
  if (!options_.quiet) {
    say(fmt::format("wskit {}: connection {}: {}: the client left at line {}\n", kServeScriptName,
                    connection, report::printable(test.name), place.line));
  }
  count_session();
}

void ServeScriptRun::count_session() {
  if (++played_ == options_.sessions) {
    loop_->post([this] { server_->drain(); });
  }
}

void ServeScriptRun::on_refused(std::uint64_t connection, const Error& error) {
  if (!options_.quiet) {
    say(fmt::format("wskit {}: connection {}: {}\n", kServeScriptName, connection,
                    report::printable(error.message)));
  }
}

Expected<script::Script> load(const ServeScriptOptions& options) {
  const auto variables = read_variables(options.script);
  if (!variables) {
    return std::unexpected(variables.error());
  }
  auto script = load_script(options.file, *variables,
                            options.mirror ? ScriptSide::any_client : ScriptSide::server);
  if (!script || !options.mirror) {
    return script;
  }
  auto turned = script::mirrored(*std::move(script));
  if (!turned) {
    return fail(ErrorCode::usage, turned.error().describe());
  }
  return *std::move(turned);
}

int run_serve_script(const ServeScriptOptions& options) {
  (void)load::raise_limits();
  auto script = load(options);
  return script ? ServeScriptRun(options, *script).run()
                : complain(kServeScriptName, script.error());
}

void add_where(CLI::App& app, ServeScriptOptions& options) {
  add_parsed(app, "--listen", options.listen, serve::parse_listen_address)
      ->description("Listen here; port 0 takes a free one, a port alone is on 127.0.0.1")
      ->type_name("HOST:PORT|unix:PATH")
      ->default_str("127.0.0.1:9001")
      ->group("Where");
  add_ready_file(app, options.ready_file, "Where");
  add_listen_tls(app, options.tls);
}

void add_how(CLI::App& app, ServeScriptOptions& options) {
  const std::string group = "Script";
  app.add_flag("--mirror", options.mirror,
               "The script is a client's: expect what it sends and send what it expects")
      ->group(group);
  app.add_flag("--to-the-end", options.to_the_end,
               "A client that closes before the script is over is a failure, too")
      ->group(group);
  add_parsed(app, "--sessions", options.sessions,
             [](std::string_view text) { return parse_integer(text, 1, kMaxSessions); })
      ->description("End after so many sessions")
      ->type_name("N")
      ->group(group);
  add_parsed(app, "--seed", options.seed,
             [](std::string_view text) -> Expected<std::optional<std::uint64_t>> {
               const auto seed = parse_integer(text, 0, std::numeric_limits<std::int64_t>::max());
               return seed ? Expected<std::optional<std::uint64_t>>(*seed)
                           : std::unexpected(seed.error());
             })
      ->description("For {{rand}} and {{uuid}}; each connection has its own of it")
      ->type_name("N")
      ->group(group);
  add_script_options(app, options.script);
  add_parsed(app, "--timeout", options.timeout, parse_duration)
      ->description("How long < waits where the script does not say it")
      ->type_name("DURATION")
      ->default_str("24h")
      ->group(group);
  app.add_flag("-q,--quiet", options.quiet, "Say on standard error only what failed")
      ->group("Output");
}

}  // namespace

void add_serve_script(CLI::App& serve, Command& chosen) {
  CLI::App& app = *serve.add_subcommand("script", "Play a script with each client: a mock server");
  auto options = std::make_shared<ServeScriptOptions>();
  app.add_option("FILE", options->file, "A script (.wst) of the server's side")
      ->type_name("FILE")
      ->required();
  add_where(app, *options);
  add_how(app, *options);
  app.callback([options, &chosen] { chosen = [options] { return run_serve_script(*options); }; });
}

}  // namespace wskit::cli
