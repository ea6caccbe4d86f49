// SPDX-License-Identifier: MIT
#include "cli/proxy_command_options.h"

#include <chrono>
#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/announce.h"
#include "cli/parsed_option.h"
#include "cli/redaction_options.h"
#include "core/parse.h"
#include "net/look_up.h"
#include "wire/handshake.h"

namespace wskit::cli {
namespace {

Expected<std::size_t> parse_connections(std::string_view text) {
  const auto number = parse_integer(text, 0, std::numeric_limits<std::int64_t>::max());
  if (!number) {
    return std::unexpected(number.error());
  }
  return static_cast<std::size_t>(*number);
}

Expected<net::IoChoice> parse_io(std::string_view text) {
  if (text == "auto") {
    return net::IoChoice::automatic;
  }
  if (text == "epoll" || text == "uring") {
    return text == "epoll" ? net::IoChoice::epoll : net::IoChoice::uring;
  }
  return fail(ErrorCode::usage, fmt::format("'{}' is none of auto, epoll and uring", text));
}

Expected<Nanoseconds> parse_time_out(std::string_view text) {
  auto time = parse_duration(text);
  if (time && time->count() == 0) {
    return fail(ErrorCode::usage, fmt::format("'{}' leaves no time for any handshake", text));
  }
  return time;
}

void add_where(CLI::App& app, ProxyCommandOptions& options) {
  const std::string group = "Where";
  add_parsed(app, "--listen", options.listen, serve::parse_listen_address)
      ->description("Listen here; port 0 takes a free one, a port alone is on 127.0.0.1")
      ->type_name("HOST:PORT|unix:PATH")
      ->default_str("127.0.0.1:9000")
      ->group(group);
  add_ready_file(app, options.ready_file, group);
  app.add_flag("--keep-host", options.keep_host,
               "Pass the client's Host header on; without it the server gets its own name")
      ->group("Request");
}

void add_recording(CLI::App& app, ProxyCommandOptions& options) {
  const std::string group = "Recording";
  app.add_option("--record", options.record_file,
                 "Record all that passes (JSON Lines); {conn} in the name makes a file for each "
                 "connection")
      ->type_name("FILE")
      ->check(not_empty())
      ->group(group);
  app.add_flag("--record-frames", options.record_frames,
               "A line for each frame of a message too, with its size")
      ->group(group);
  add_redaction_options(app, {.redact = options.redact, .record_secrets = options.record_secrets},
                        group);
  add_parsed(app, "--max-message", options.target.max_message_bytes, parse_size)
      ->description("Longest message to record, inflated; longer ones pass all the same")
      ->type_name("SIZE")
      ->default_str("64MiB")
      ->group(group);
}

void add_limits(CLI::App& app, ProxyCommandOptions& options) {
  const std::string group = "Limits";
  add_parsed(app, "--max-connections", options.max_connections, parse_connections)
      ->description("Refuse further connections with 503; 0 for no limit but the open files")
      ->type_name("N")
      ->default_str("0")
      ->group(group);
  add_parsed(app, "--handshake-timeout", options.handshake_timeout, parse_time_out)
      ->description("From accepting to the client's whole request")
      ->type_name("DURATION")
      ->default_str("10s")
      ->group(group);
  add_parsed(app, "--drain-time", options.drain_time, parse_duration)
      ->description("On a signal wait this long for connections to end; a second signal ends all")
      ->type_name("DURATION")
      ->default_str("5s")
      ->group(group);
  add_parsed(app, "--io", options.io, parse_io)
      ->description("Event loop: auto (io_uring, else epoll), epoll or uring")
      ->type_name("LOOP")
      ->default_str("auto")
      ->group(group);
}

}  // namespace

void add_proxy_command_options(CLI::App& app, ProxyCommandOptions& options) {
  add_where(app, options);
  add_listen_tls(app, options.tls);
  add_target_options(app, options.target);
  add_recording(app, options);
  add_fault_options(app, options.faults);
  add_allow_faults(app, options.allow_faults, "off");
  add_limits(app, options);
}

relay::RelayOptions relay_options(const ProxyCommandOptions& options, const ConnectPlan& plan) {
  const wire::UpgradeOptions& given = plan.request.options();
  const wire::Uri& uri = given.uri;
  const std::string& unix_socket = options.target.unix_socket;
  relay::RelayOptions relay{
      .request = {.target = uri,
                  .keep_host = options.keep_host,
                  .headers = given.headers,
                  .removed = given.removed},
      .target = {.host = uri.host,
                 .port = uri.port,
                 .unix_path = unix_socket.empty() ? uri.unix_path : unix_socket,
                 .secure = uri.tls},
      .max_connections = options.max_connections,
      .request_timeout = options.handshake_timeout};
  if (!given.origin.empty()) {
    relay.request.headers.push_back({.name = "Origin", .value = given.origin});
  }
  if (uri.credentials) {
    relay.request.headers.push_back(
        {.name = "Authorization", .value = wire::basic_authorization(*uri.credentials)});
  }
  return relay;
}

Expected<script::Redaction> make_redaction(const ProxyCommandOptions& options) {
  if (options.record_file.empty() &&
      (options.record_frames || options.record_secrets || !options.redact.empty())) {
    return fail(ErrorCode::usage, fmt::format("{} is for recordings; --record FILE makes one",
                                              options.record_frames    ? "--record-frames"
                                              : options.record_secrets ? "--record-secrets"
                                                                       : "--redact"));
  }
  auto redaction = script::Redaction::parse(options.redact);
  if (!redaction) {
    return fail(ErrorCode::usage, fmt::format("--redact: {}", redaction.error().message));
  }
  return redaction;
}

relay::RecorderOptions recorder_options(const ProxyCommandOptions& options,
                                        const relay::RequestRules& request,
                                        const script::Redaction& redaction) {
  relay::RecorderOptions recorder{
      .path = options.record_file,
      .transcript = {.frames = options.record_frames,
                     .secrets = options.record_secrets,
                     .redaction = &redaction,
                     .max_message_bytes = options.target.max_message_bytes},
      .start = std::chrono::time_point_cast<std::chrono::microseconds>(
          std::chrono::system_clock::now())};
  recorder.url = relay::recorded_url(request.target, recorder.transcript);
  wire::HttpRequest added;
  for (const wire::Header& header : request.headers) {
    added.headers.add(header.name, header.value);
  }
  recorder.headers = relay::recorded_headers(added, recorder.transcript);
  return recorder;
}

Expected<net::SocketAddress> find_address(const serve::ListenAddress& address) {
  if (address.is_unix()) {
    return net::SocketAddress::unix_path(address.unix_path);
  }
  if (auto numeric = net::SocketAddress::ip(address.host, address.port)) {
    return numeric;
  }
  auto found = net::look_up(address.host, AF_UNSPEC);
  if (!found) {
    return fail(found.error().code,
                fmt::format("listen: {}; --listen takes an address or a name of this machine",
                            found.error().message));
  }
  found->front().set_port(address.port);
  return found->front();
}

}  // namespace wskit::cli
