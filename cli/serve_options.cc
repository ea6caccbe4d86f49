// SPDX-License-Identifier: MIT
#include "cli/serve_options.h"

#include <chrono>
#include <limits>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/announce.h"
#include "cli/parsed_option.h"
#include "core/parse.h"
#include "serve/origin.h"
#include "wire/handshake.h"

namespace wskit::cli {
namespace {

using serve::ServerOptions;

constexpr std::uint64_t kMaxThreads = 256;
constexpr std::uint64_t kMaxNumber = std::numeric_limits<std::int64_t>::max();

template <class Integer, std::uint64_t Low, std::uint64_t High>
Expected<Integer> parse_number(std::string_view text) {
  const auto value = parse_integer(text, Low, High);
  if (!value) {
    return std::unexpected(value.error());
  }
  return static_cast<Integer>(*value);
}

std::string whole_seconds(Nanoseconds duration) {
  return fmt::format("{}s", std::chrono::ceil<std::chrono::seconds>(duration).count());
}

// libwebsockets counts nothing else, and what is rounded would not be what was asked for.
Expected<Nanoseconds> parse_whole_seconds(std::string_view text) {
  auto duration = parse_duration(text);
  if (duration && *duration % std::chrono::seconds(1) != Nanoseconds(0)) {
    return fail(ErrorCode::usage, fmt::format("'{}' is not whole seconds, as they are counted; "
                                              "write {}",
                                              text, whole_seconds(*duration)));
  }
  return duration;
}

// With the default as the options have it, in whole seconds.
void add_limit(CLI::App& app, const std::string& name, Nanoseconds& value,
               const std::string& description) {
  add_duration(app, name, value, description)->default_str(whole_seconds(value))->group("Limits");
}

void add_behaviour(CLI::App& app, ServeEchoOptions& options) {
  const std::string group = "Behaviour";
  add_duration(app, "--delay", options.delay.fixed, "Hold every echo back for this long")
      ->default_str("0")
      ->group(group);
  add_duration(app, "--jitter", options.delay.jitter,
               "Spread the delay evenly by plus or minus this")
      ->default_str("0")
      ->group(group);
  add_parsed(app, "--seed", options.delay.seed, parse_number<std::uint64_t, 0, kMaxNumber>)
      ->description("The same seed spreads the same way, and lets the same faults happen")
      ->type_name("N")
      ->default_str("1")
      ->group(group);
  add_parsed(app, "--stall", options.serve.server.stall, serve::parse_stall)
      ->description("Stand still in the last FOR of each EVERY, all threads together, e.g. 5s,1s")
      ->type_name("EVERY,FOR")
      ->group(group);
}

}  // namespace

void add_serve_where(CLI::App& app, ServeOptions& options) {
  const std::string group = "Where";
  add_parsed(app, "--listen", options.server.listen, serve::parse_listen_address)
      ->description("Listen here; port 0 takes a free one, a port alone is on 127.0.0.1")
      ->type_name("HOST:PORT|unix:PATH")
      ->default_str("127.0.0.1:9001")
      ->group(group);
  app.add_option("--unix-socket", options.unix_path, "Listen on a unix socket")
      ->type_name("PATH")
      ->excludes("--listen")
      ->group(group);
  add_parsed(app, "-t,--threads", options.server.threads, parse_number<unsigned, 1, kMaxThreads>)
      ->description("Threads that share the connections")
      ->type_name("N")
      ->default_str("1")
      ->group(group);
  add_ready_file(app, options.ready_file, group);
  app.add_option("--log", options.log,
                 "Log each connection and request on standard error, one line each, as text or as "
                 "JSON; without it trouble alone is told")
      ->check(CLI::IsMember({"text", "json"}))
      ->group(group);
  add_listen_tls(app, options.tls);
}

void add_serve_faults(CLI::App& app, ServeOptions& options) {
  add_fault_rules(app, options.faults);
  add_allow_faults(app, options.server.faults.asking, "auto");
  add_fault_quiet(app, options.faults);
}

void add_serve_upgrade(CLI::App& app, ServerOptions& server) {
  const std::string group = "Behaviour";
  app.add_flag("!--no-compress", server.compress, "Decline permessage-deflate")->group(group);
  app.add_option(
         "--subprotocol", server.subprotocols,
         "Agree to this subprotocol (repeatable, the preferred first) and to no other; without "
         "it to the first that is offered")
      ->type_name("NAME")
      ->allow_extra_args(false)
      ->check(checked_by(wire::check_subprotocol_name))
      ->group(group);
  app.add_option("--allow-origin", server.allowed_origins,
                 "Let pages of this origin connect too (repeatable), '*' for all; without it only "
                 "clients without an Origin header and pages of this host and port may")
      ->type_name("ORIGIN")
      ->allow_extra_args(false)
      ->check(checked_by(serve::check_allowed_origin))
      ->group(group);
}

void add_serve_limits(CLI::App& app, ServerOptions& server, const std::string& drain) {
  const std::string group = "Limits";
  add_parsed(app, "--max-message", server.max_message, parse_size)
      ->description("Refuse longer messages with 1009")
      ->type_name("SIZE")
      ->default_str(std::to_string(server.max_message >> 20U) + "MiB")
      ->group(group);
  add_parsed(app, "--max-inflate-ratio", server.max_inflate_ratio,
             parse_number<std::uint32_t, 0, std::numeric_limits<std::uint32_t>::max()>)
      ->description(
          "Likewise those above 1 MiB that inflate to more than so many times their compressed "
          "size; 0 for no such limit")
      ->type_name("N")
      ->default_str(std::to_string(server.max_inflate_ratio))
      ->group(group);
  add_parsed(app, "--max-connections", server.max_connections,
             parse_number<std::size_t, 0, kMaxNumber>)
      ->description("Refuse further upgrades with 503; 0 for no limit but the open files")
      ->type_name("N")
      ->default_str("0")
      ->group(group);
  add_parsed(app, "--max-connections-per-address", server.max_connections_per_address,
             parse_number<std::size_t, 0, kMaxNumber>)
      ->description(
          "Refuse further ones of the same address, or of the same IPv6 /64, with 429; "
          "0 for no such limit")
      ->type_name("N")
      ->default_str("0")
      ->group(group);
  add_parsed(app, "--max-header", server.max_header, parse_size)
      ->description("Cut a connection whose request has longer headers; 1KiB to 60KiB")
      ->type_name("SIZE")
      ->default_str(std::to_string(server.max_header >> 10U) + "KiB")
      ->group(group);
  add_parsed(app, "--handshake-timeout", server.handshake_timeout, parse_whole_seconds)
      ->description("From accepting to the end of the request, in whole seconds")
      ->type_name("DURATION")
      ->default_str(whole_seconds(server.handshake_timeout))
      ->group(group);
  add_limit(app, "--ping-interval", server.ping_interval,
            "Ping a connection that was quiet for this long; 0 for never");
  add_limit(app, "--ping-timeout", server.ping_timeout,
            "Drop a connection that does not answer a ping");
  add_limit(app, "--drain-time", server.drain_time, drain);
}

void add_serve_echo_options(CLI::App& app, ServeEchoOptions& options) {
  add_serve_where(app, options.serve);
  add_serve_faults(app, options.serve);
  add_behaviour(app, options);
  add_serve_upgrade(app, options.serve.server);
  add_serve_limits(app, options.serve.server,
                   "On SIGTERM close with 1001 and wait this long at most; a second signal cuts");
}

Expected<serve::ServerOptions> server_options(const ServeOptions& options) {
  ServerOptions server = options.server;
  if (options.unix_path) {
    auto address = serve::parse_listen_address("unix:" + *options.unix_path);
    if (!address) {
      return std::unexpected(std::move(address.error()));
    }
    server.listen = std::move(*address);
  }
  auto certificate = find_certificate(options.tls);
  if (!certificate) {
    return std::unexpected(std::move(certificate.error()));
  }
  server.certificate = std::move(*certificate);
  auto rules = fault_rules(options.faults);
  if (!rules) {
    return std::unexpected(std::move(rules.error()));
  }
  server.faults.rules = std::move(*rules);
  if (server.certificate &&
      (need_certificates(server.faults.rules) || server.faults.asking == serve::FaultAsking::on)) {
    auto flawed = serve::FlawedCertificates::make();
    if (!flawed) {
      return std::unexpected(std::move(flawed.error()));
    }
    server.faults.certificates = *std::move(flawed);
  }
  server.faults.seed = options.faults.seed;
  server.faults.log = !options.faults.quiet;
  server.log_events = !options.log.empty();
  return server;
}

}  // namespace wskit::cli
