// SPDX-License-Identifier: MIT
#include "cli/bench_fanout.h"

#include <limits>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/parsed_option.h"
#include "core/parse.h"
#include "http/request.h"
#include "wire/authority.h"

namespace wskit::cli {
namespace {

Expected<std::uint32_t> parse_members(std::string_view text) {
  const auto value = wskit::parse_count(text, 1, std::numeric_limits<std::uint32_t>::max() / 2);
  if (!value) {
    return std::unexpected(value.error());
  }
  return static_cast<std::uint32_t>(*value);
}

/// `name` is one of the option's.
load::FanoutTransport transport_of(std::string_view name) {
  if (name == "ws") {
    return load::FanoutTransport::ws;
  }
  return name == "sse" ? load::FanoutTransport::sse : load::FanoutTransport::poll;
}

std::vector<CLI::Option*> add_members(CLI::App& app, BenchFanoutOptions& options,
                                      const std::string& group) {
  return {add_parsed(app, "--topics", options.topics, parse_members)
              ->description("Topics")
              ->type_name("N")
              ->default_str("1")
              ->group(group),
          app.add_option("--topic", options.topic,
                         "Their names, with {{n}} for 0, 1, 2, ... and {{run}} for the run's id")
              ->type_name("TEMPLATE")
              ->check(not_empty())
              ->capture_default_str()
              ->group(group),
          add_parsed(app, "--publishers", options.publishers, parse_members)
              ->description("Connections that publish, each to one topic; default: one a topic")
              ->type_name("N")
              ->group(group),
          add_parsed(app, "--subscribers", options.subscribers, parse_members)
              ->description("Connections that subscribe, each to one topic")
              ->type_name("N")
              ->default_str(std::to_string(options.subscribers))
              ->group(group),
          app.add_option("--transport", options.transport,
                         "How subscribers receive: ws, sse (an event stream each), or poll (long "
                         "polls, a connection each)")
              ->check(CLI::IsMember({"ws", "sse", "poll"}))
              ->capture_default_str()
              ->group(group)};
}

std::vector<CLI::Option*> add_templates(CLI::App& app, BenchFanoutOptions& options,
                                        const std::string& group) {
  return {app.add_option("--hello", options.hello,
                         "A message that all connections, publishers too, send first, with "
                         "{{topic}} in it (repeatable); then all have the URL as it is")
              ->type_name("TEMPLATE")
              ->allow_extra_args(false)
              ->check(not_empty())
              ->group(group),
          app.add_option("--subscribe", options.subscribe,
                         "A message that subscribers send once they are open, with {{topic}} in it "
                         "(repeatable); then all connections have the URL as it is")
              ->type_name("TEMPLATE")
              ->allow_extra_args(false)
              ->check(not_empty())
              ->group(group),
          app.add_option("--subscribed", options.subscribed,
                         "A subscriber is there once a message with this in it came, within "
                         "--connect-timeout; default: at once")
              ->type_name("TEXT")
              ->check(not_empty())
              ->group(group),
          app.add_option("--publish", options.publish,
                         "What publishers send, with {{topic}} and {{payload}} in it; default: the "
                         "payload alone")
              ->type_name("TEMPLATE")
              ->check(not_empty())
              ->group(group)};
}

std::vector<CLI::Option*> add_heartbeat(CLI::App& app, BenchFanoutOptions& options,
                                        const std::string& group) {
  auto* const ping = app.add_option("--ping", options.ping,
                                    "A message of the server's own protocol that wants --pong")
                         ->type_name("TEXT")
                         ->check(not_empty())
                         ->group(group);
  auto* const pong = app.add_option("--pong", options.pong, "What connections answer a --ping with")
                         ->type_name("TEXT")
                         ->check(not_empty())
                         ->group(group);
  ping->needs(pong);
  pong->needs(ping);
  return {ping, pong};
}

/// "/base?x=1" gives "/base/t/TOPIC?x=1".
std::string topic_target(std::string_view base, std::string_view topic) {
  const std::size_t mark = base.find('?');
  std::string_view path = base.substr(0, mark);
  while (path.ends_with('/')) {
    path.remove_suffix(1);
  }
  const std::string_view query = mark == std::string_view::npos ? "" : base.substr(mark);
  return fmt::format("{}/t/{}{}", path, wire::percent_encode(topic), query);
}

http::Request http_request(const wire::UpgradeOptions& options, std::string_view unix_socket,
                           load::FanoutTransport transport) {
  http::Request request{.uri = options.uri, .headers = options.headers};
  if (!unix_socket.empty()) {
    request.uri.unix_path = unix_socket;
  }
  const auto add = [&request](const char* name, std::string value) {
    request.headers.push_back({.name = name, .value = std::move(value)});
  };
  add("Accept", transport == load::FanoutTransport::sse ? "text/event-stream" : "application/json");
  if (!options.origin.empty()) {
    add("Origin", options.origin);
  }
  return request;
}

}  // namespace

void add_bench_fanout_options(CLI::App& app, BenchFanoutOptions& options) {
  const std::string group = "Fan-out";
  auto* const mode =
      app.add_option("--mode", options.mode,
                     "What is measured: messages, from sending to the reply on the same "
                     "connection; or fanout, from publishing to the delivery at subscribers")
          ->check(CLI::IsMember({"messages", "fanout"}))
          ->capture_default_str()
          ->group(group);
  std::vector<CLI::Option*> all = add_members(app, options, group);
  for (const auto& more :
       {add_templates(app, options, group), add_heartbeat(app, options, group)}) {
    all.insert(all.end(), more.begin(), more.end());
  }
  for (CLI::Option* const option : all) {
    option->needs(mode);
  }
}

Expected<void> plan_fanout(const BenchFanoutOptions& options, const std::string& match,
                           load::Plan& plan) {
  if (!match.empty() && !match.starts_with('/')) {
    return fail(ErrorCode::usage,
                fmt::format("--match {}: in --mode fanout it is a JSON pointer to the payload in a "
                            "delivery, such as /data",
                            match));
  }
  if (plan.payload.type == ws::MessageType::binary && !(options.publish.empty() && match.empty())) {
    return fail(ErrorCode::usage, "--publish and --match /POINTER are for text, not for --binary");
  }
  const load::FanoutTransport transport = transport_of(options.transport);
  const bool by_messages = !options.hello.empty() || !options.subscribe.empty() ||
                           !options.subscribed.empty() || !options.publish.empty() ||
                           !options.ping.empty();
  if (by_messages && transport != load::FanoutTransport::ws) {
    return fail(ErrorCode::usage,
                "--hello, --subscribe, --subscribed, --publish and --ping are for WebSocket, not "
                "for --transport sse and poll: there each topic has a URL");
  }
  load::FanoutPlan& fanout = plan.fanout.emplace();
  fanout.transport = transport;
  for (std::uint32_t n = 0; n < options.topics; ++n) {
    fanout.topics.push_back(
        load::replace_placeholder(load::replace_placeholder(options.topic, "n", std::to_string(n)),
                                  "run", fmt::format("{:016x}", plan.seed)));
  }
  if (fanout.topics.size() > 1 && fanout.topics[0] == fanout.topics[1]) {
    return fail(ErrorCode::usage,
                fmt::format("--topic '{}' is one name for --topics {}: put {{{{n}}}} into it",
                            options.topic, options.topics));
  }
  fanout.publishers = options.publishers == 0 ? options.topics : options.publishers;
  fanout.subscribers = options.subscribers;
  fanout.hello = options.hello;
  fanout.subscribe = options.subscribe;
  fanout.subscribed = options.subscribed;
  fanout.ping = options.ping;
  fanout.pong = options.pong;
  fanout.publish = options.publish;
  fanout.pointer = match;
  plan.match = load::Match::echo;
  plan.connections = fanout.publishers + fanout.subscribers;
  return {};
}

Expected<void> add_topic_requests(const ConnectPlan& connect, load::FanoutPlan& plan) {
  if (!plan.hello.empty() || !plan.subscribe.empty() || !plan.publish.empty()) {
    return {};
  }
  for (const std::string& topic : plan.topics) {
    wire::UpgradeOptions options = connect.request.options();
    options.uri.target = topic_target(options.uri.target, topic);
    if (plan.transport != load::FanoutTransport::ws) {
      plan.http_requests.push_back(
          http_request(options, connect.client.unix_socket, plan.transport));
    }
    // A publisher does not hear itself.
    options.uri.target += options.uri.target.find('?') == std::string::npos ? "?echo=0" : "&echo=0";
    auto made = wire::UpgradeRequest::make(std::move(options));
    if (!made) {
      return std::unexpected(std::move(made.error()));
    }
    plan.requests.push_back(std::move(*made));
  }
  return plan.http_requests.empty() ? Expected<void>()
                                    : http::check_request(plan.http_requests.front());
}

}  // namespace wskit::cli
