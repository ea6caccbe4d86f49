// SPDX-License-Identifier: MIT
// Behind the relay of the faults a server knows of its clients what it knows of others.
#include <algorithm>
#include <csignal>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <netinet/in.h>
#include <sys/socket.h>

#include "core/json.h"
#include "tests/cli/proxy_process.h"
#include "tests/cli/pubsub_process.h"
#include "tests/cli/scratch_file.h"
#include "tests/cli/wskit.h"
#include "tests/support/process.h"
#include "tests/support/raw_client.h"

using namespace wskit;
using namespace wskit::test;

namespace {

constexpr unsigned kTextMessage = 0x81;
constexpr unsigned kCloseFrame = 0x88;

Exit ask(std::vector<std::string> arguments) {
  const std::vector<std::string> front{"/usr/bin/env", "curl", "-sS", "--max-time", "20"};
  arguments.insert(arguments.begin(), front.begin(), front.end());
  return run(arguments);
}

std::string status(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"-o", "/dev/null", "-w", "%{http_code}"});
  return ask(std::move(arguments)).out;
}

std::uint16_t number_of_port(const std::string& url) {
  return static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
}

RawClient open_at(std::uint16_t port, std::string_view path) {
  RawClient client(port);
  REQUIRE(client.upgrade({}, path));
  return client;
}

/// The address of a client's own end.
std::string own_address(const RawClient& client) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  REQUIRE(::getsockname(client.fd(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
  return "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
}

/// The lines of a log in JSON about one event.
std::vector<Json> events_of(const std::string& log, const std::string& event) {
  std::vector<Json> events;
  for (std::size_t at = 0; at < log.size();) {
    const std::size_t end = std::min(log.find('\n', at), log.size());
    const auto line = parse_json(log.substr(at, end - at));
    if (line && line->value("event", "") == event) {
      events.push_back(*line);
    }
    at = end + 1;
  }
  return events;
}

std::string log_after_end(Process& server) {
  server.signal(SIGTERM);
  const Exit exit = server.wait();
  CHECK(exit.code == 0);
  return exit.err;
}

}  // namespace

TEST_CASE("connections with faults have their clients' addresses, in lists and in logs") {
  PubSubProcess server({"--log", "json", "--drain-time", "0s"});
  const std::uint16_t port = number_of_port(server.url(""));
  CHECK(status({"-d", "delay:1ms,match:/t/ruled", server.http_url("/faults")}) == "201");
  const RawClient ruled = open_at(port, "/t/ruled");
  CHECK(status({"-X", "DELETE", server.http_url("/faults")}) == "204");
  const RawClient asking = open_at(port, "/t/a?fault=delay:1ms");
  const RawClient direct = open_at(port, "/t/a");
  const Json listed = parse_json(ask({server.http_url("/connections")}).out).value();
  REQUIRE(listed["connections"].size() == 3);
  CHECK(listed["connections"][0]["address"] == own_address(direct));
  CHECK(listed["connections"][1]["address"] == own_address(asking));
  CHECK(listed["connections"][2]["address"] == own_address(ruled));

  CHECK(status({server.http_url("/nowhere?fault=upgrade-delay:1ms")}) == "404");
  CHECK(RawClient(port)
            .request(upgrade_request("", "/nowhere?fault=upgrade-delay:1ms"))
            .starts_with("HTTP/1.1 404"));
  const std::string log = log_after_end(server.process());
  const auto opened = events_of(log, "open");
  REQUIRE(opened.size() == 3);
  CHECK(opened[0]["peer"] == own_address(ruled));
  CHECK(opened[1]["peer"] == own_address(asking));
  CHECK(opened[2]["peer"] == own_address(direct));
  // The number that faults are told with.
  CHECK(opened[0]["connection"] == 2);
  CHECK(opened[1]["connection"] == 4);
  CHECK_FALSE(opened[2].contains("connection"));
  for (const std::string event : {"request", "refuse"}) {
    const auto told = events_of(log, event);
    REQUIRE_FALSE(told.empty());
    CHECK_THAT(told.back()["peer"].get<std::string>(), Catch::StartsWith("127.0.0.1:"));
  }
}

TEST_CASE("connections with faults count for their clients' addresses") {
  const EchoProcess server({"--fault", "delay:1ms", "--max-connections-per-address", "1"});
  const std::uint16_t port = number_of_port(server.url());
  const RawClient first = open_at(port, "/");
  CHECK(RawClient(port).request(upgrade_request()).starts_with("HTTP/1.1 429"));
  // Another address has a place of its own: 101, and nothing more.
  const std::vector<std::string> upgrade{"--max-time",
                                         "2",
                                         "-H",
                                         "Connection: Upgrade",
                                         "-H",
                                         "Upgrade: websocket",
                                         "-H",
                                         "Sec-WebSocket-Version: 13",
                                         "-H",
                                         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                                         "http://127.0.0.1:" + std::to_string(port) + "/"};
  std::vector<std::string> other{"--interface", "127.0.0.2"};
  other.insert(other.end(), upgrade.begin(), upgrade.end());
  CHECK(status(other) == "101");
  CHECK(status(upgrade) == "429");
}

TEST_CASE("a log says whether a client has closed, or a fault") {
  EchoProcess server({"--log", "json", "--drain-time", "0s", "--fault", "close:4001,conn:1",
                      "--fault", "close:4002,conn:2,dir:send", "--fault",
                      "data-after-close:4003,conn:3", "--fault", "delay:1ms"});
  const std::uint16_t port = number_of_port(server.url());
  const auto closing = [&](bool by_fault) {
    RawClient client = open_at(port, "/");
    if (by_fault) {
      REQUIRE(client.read_frame().value().opcode == 8);
    }
    REQUIRE(client.send_frame(kCloseFrame, std::string("\x0f\xa0", 2)));
    CHECK(client.wait_for_end());
  };
  closing(true);
  closing(true);
  closing(true);
  closing(false);
  const auto closed = events_of(log_after_end(server.process()), "close");
  REQUIRE(closed.size() == 4);
  CHECK(closed[0]["by"] == "fault");
  CHECK(closed[1]["by"] == "fault");
  CHECK(closed[1]["code"] == 4002);
  CHECK(closed[2]["by"] == "fault");
  CHECK(closed[3]["by"] == "peer");
}

TEST_CASE("faults happen on a unix socket too, by rule, by URL and over HTTP") {
  const ScratchFile socket("faults.sock");
  Process server({WSKIT_BINARY, "serve", "echo", "--unix-socket", socket.path(), "--log", "json",
                  "--drain-time", "0s"});
  CHECK_THAT(server.read_line(), Catch::StartsWith("ws+unix:"));
  const auto open = [&](std::string_view path) {
    RawClient client = RawClient::over_unix(socket.path());
    REQUIRE(client.upgrade({}, path));
    return client;
  };
  RawClient asking = open("/?fault=close:4001,after:1");
  REQUIRE(asking.send_frame(kTextMessage, "hello"));
  CHECK(asking.read_frame().value().payload == "hello");
  CHECK(asking.read_close() == 4001);
  const std::vector<std::string> unix{"--unix-socket", socket.path()};
  const auto over_unix = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), unix.begin(), unix.end());
    return status(std::move(arguments));
  };
  CHECK(over_unix({"-d", "duplicate,match:/ruled", "http://x/faults"}) == "201");
  RawClient ruled = open("/ruled");
  REQUIRE(ruled.send_frame(kTextMessage, "twice"));
  CHECK(ruled.read_frame().value().payload == "twice");
  CHECK(ruled.read_frame().value().payload == "twice");
  CHECK(over_unix({"http://x/healthz?fault=reject:418"}) == "418");
  const auto opened = events_of(log_after_end(server), "open");
  REQUIRE(opened.size() == 2);
  CHECK(opened[0]["peer"] == "unix");
  CHECK(opened[1]["peer"] == "unix");
}

TEST_CASE("clients with certificates have faults, and are who their certificates say") {
  const std::string directory = WSKIT_TEST_CERTIFICATES;
  const auto file = [&](const std::string& name) { return directory + "/" + name; };
  const PubSubProcess server({"--cert", file("server.pem"), "--key", file("server.key"),
                              "--auth-client-ca", file("ca.pem"), "--allow-faults", "on"});
  const std::string topic = "https" + server.url("/t/a").substr(3);
  const std::vector<std::string> trusting{"--cacert", file("ca.pem")};
  const auto as = [&](const std::string& who, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), trusting.begin(), trusting.end());
    if (!who.empty()) {
      arguments.insert(arguments.begin(),
                       {"--cert", file(who + ".pem"), "--key", file(who + ".key")});
    }
    return arguments;
  };
  CHECK(status(as("client", {"-d", "x", topic})) == "200");
  CHECK(status(as("client", {topic + "?after=0"})) == "200");
  CHECK(status(as("client", {topic + "?after=0&fault=reject:418"})) == "418");
  CHECK(status(as("", {"-d", "x", topic})) == "403");
  CHECK(status(as("", {topic + "?after=0&fault=upgrade-delay:1ms"})) == "403");
  // One of an authority that the server does not know ends the handshake.
  CHECK(ask(as("other-client", {topic})).code != 0);
  const std::string faults = "https" + server.url("/faults").substr(3);
  CHECK(status(as("", {"-d", "upgrade-delay:1ms", faults})) == "403");
  CHECK(status(as("client", {"-d", "upgrade-delay:1ms", faults})) == "201");
  CHECK(status(as("client", {topic + "?after=0"})) == "200");
  CHECK_THAT(ask(as("client", {faults})).out, Catch::Contains("\"fired\":1"));
}

TEST_CASE("curl finds wrong certificates and late TLS of serve pubsub, by rule and over HTTP") {
  const ScratchFile trusted("ca.pem");
  const PubSubProcess server({"--self-signed", "--write-ca", trusted.path(), "--allow-faults", "on",
                              "--fault", "certificate:expired,conn:1"});
  const std::string https = "https" + server.url("").substr(3);
  const auto look = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--cacert", trusted.path(), "-w", "%{time_appconnect}"});
    return ask(std::move(arguments));
  };
  CHECK_THAT(look({https + "/healthz"}).err, Catch::Contains("certificate has expired"));
  CHECK(look({"-d", "certificate:wrong-name,conn:3", https + "/faults"}).code == 0);
  CHECK_THAT(look({https + "/healthz"}).err,
             Catch::Contains("no alternative certificate subject name"));
  CHECK(look({"-d", "tls-delay:300ms,conn:5", https + "/faults"}).code == 0);
  const Exit late = look({https + "/healthz"});
  CHECK_THAT(late.out, Catch::StartsWith("ok\n"));
  CHECK(std::stod(late.out.substr(3)) >= 0.3);
}

TEST_CASE("a report of faults that cannot be written is known before the server listens") {
  const std::string nowhere = "/nonexistent/faults.json";
  const auto complaint = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--listen", "127.0.0.1:0", "--fault-report", nowhere});
    const Exit exit = test::wskit(arguments);
    CHECK(exit.code == 23);
    CHECK(exit.out.empty());
    return exit.err;
  };
  CHECK_THAT(complaint({"serve", "echo"}), Catch::Contains(nowhere));
  CHECK_THAT(complaint({"serve", "pubsub", "--fault", "fin"}), Catch::Contains(nowhere));
  CHECK_THAT(complaint({"proxy", "--to", "ws://127.0.0.1:1"}), Catch::Contains(nowhere));
}

TEST_CASE("a report without faults is an empty one") {
  const ScratchFile report("faults.json");
  const auto reported = [&](Process& server) {
    server.signal(SIGTERM);
    CHECK(server.wait().code == 0);
    return parse_json(report.content()).value();
  };
  const Json none = parse_json(R"({"wskit_faults":1,"faults":[]})").value();
  EchoProcess server({"--fault-report", report.path()});
  CHECK(reported(server.process()) == none);
  ProxyProcess proxy("ws://127.0.0.1:1/", {"--fault-report", report.path()});
  CHECK(reported(proxy.process()) == none);
}

TEST_CASE("a bandwidth and a stall end with their rules, on connections that stand") {
  const EchoProcess server;
  const std::uint16_t port = number_of_port(server.url());
  const std::string faults = "http://127.0.0.1:" + std::to_string(port) + "/faults";
  for (const std::string rule : {"bandwidth:200", "slow-read:200", "stall,after:1"}) {
    INFO(rule);
    CHECK(status({"-d", rule, faults}) == "201");
    RawClient client = open_at(port, "/");
    const std::string first(rule == "stall,after:1" ? 1 : 50'000, 'x');
    REQUIRE(client.send_frame(kTextMessage, first));
    REQUIRE(client.send_frame(kTextMessage, "behind"));
    CHECK(status({"-X", "DELETE", faults}) == "204");
    // At this rate it would have been four minutes, and for a stall for ever.
    CHECK(client.read_frame().value().payload == first);
    CHECK(client.read_frame().value().payload == "behind");
    REQUIRE(client.send_frame(kTextMessage, std::string(50'000, 'y')));
    CHECK(client.read_frame().value().payload.size() == 50'000);
  }
}

TEST_CASE("the help of --fault names the keys of rules") {
  const std::vector<std::vector<std::string>> commands{
      {"proxy", "--help"}, {"serve", "echo", "--help"}, {"serve", "pubsub", "--help"}};
  for (const std::vector<std::string>& command : commands) {
    const std::string help = test::wskit(command).out;
    for (const std::string key : {"match", "conn", "percent", "dir", "after", "at", "every",
                                  "times", "jitter", "gap", "reason", "header", "body"}) {
      CHECK_THAT(help, Catch::Contains(" " + key + ":"));
    }
  }
}
