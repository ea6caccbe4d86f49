// SPDX-License-Identifier: MIT
#include <chrono>
#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include "tests/cli/pubsub_process.h"
#include "tests/cli/wskit.h"

using namespace wskit;
using namespace wskit::test;

namespace {

Exit curl(std::vector<std::string> arguments) {
  const std::vector<std::string> front{"/usr/bin/env", "curl", "-sS", "--max-time", "20"};
  arguments.insert(arguments.begin(), front.begin(), front.end());
  return run(arguments);
}

Exit pubsub(std::vector<std::string> arguments) {
  const std::vector<std::string> front{"serve", "pubsub", "--listen", "127.0.0.1:0"};
  arguments.insert(arguments.begin(), front.begin(), front.end());
  return test::wskit(arguments);
}

}  // namespace

TEST_CASE("serve pubsub passes what wskit send sends to its topic on, and curl reads it") {
  const PubSubProcess server({"--threads", "2"});
  const Exit sent = test::wskit({"send", server.url("/t/room"), "hello", "-1"});
  CHECK(sent.code == 0);
  CHECK(sent.out == "hello\n");
  CHECK(curl({"-d", "from curl", server.http_url("/t/room")}).code == 0);
  const Exit polled = curl({server.http_url("/t/room?after=0")});
  INFO(polled.err);
  const Json answer = result_of(polled);
  REQUIRE(answer["messages"].size() == 2);
  CHECK(answer["messages"][0]["data"] == "hello");
  CHECK(answer["messages"][1]["data"] == "from curl");
}

TEST_CASE("serve pubsub retains what --history lets it") {
  const PubSubProcess server({"--history", "1"});
  for (const std::string text : {"1", "2"}) {
    CHECK(curl({"-d", text, server.http_url("/t/room")}).code == 0);
  }
  const Json answer = result_of(curl({server.http_url("/t/room?after=0")}));
  REQUIRE(answer["messages"].size() == 1);
  CHECK(answer["messages"][0]["data"] == "2");
}

TEST_CASE("serve pubsub closes with 1012 when it is told to end, and ends with 0") {
  PubSubProcess server({"--drain-time", "100ms"});
  Process listening({WSKIT_BINARY, "listen", server.url("/t/room?after=0")});
  CHECK(curl({"-d", "connected", server.http_url("/t/room")}).code == 0);
  CHECK(listening.read_line() == "connected");
  server.process().signal(SIGTERM);
  CHECK(server.process().wait().code == 0);
  const Exit exit = listening.wait();
  CHECK(exit.code == 56);
  CHECK(exit.err.find("1012") != std::string::npos);
}

TEST_CASE("a second signal ends serve pubsub at once, in the middle of its drain") {
  PubSubProcess server({"--drain-time", "10m"});
  std::vector<std::unique_ptr<Process>> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(std::make_unique<Process>(
        std::vector<std::string>{WSKIT_BINARY, "listen", server.url("/t/room?after=0")}));
  }
  CHECK(curl({"-d", "connected", server.http_url("/t/room")}).code == 0);
  for (const auto& client : clients) {
    CHECK(client->read_line() == "connected");
  }
  server.process().signal(SIGTERM);
  // The first one is closed early, the last one would be in minutes.
  int ended = 0;
  while (ended == 0) {
    for (const auto& client : clients) {
      ended += client->read_line(std::chrono::milliseconds(20)).empty() &&
                       client->err().find("1012") != std::string::npos
                   ? 1
                   : 0;
    }
  }
  server.process().signal(SIGTERM);
  CHECK(server.process().wait().code == 0);
}

TEST_CASE("serve pubsub refuses bad options in one line, with 2") {
  const std::vector<std::vector<std::string>> bad{
      {"--slow", "never"},      {"--slow", "a/#=close,0"},    {"--slow", "close,64KiB"},
      {"--history", "-1"},      {"--history-age", "old"},     {"--max-queue", "lots"},
      {"--cert", "/none"},      {"--auth-jwt-audience", "x"}, {"--max-topics", "0"},
      {"--threads", "0"},       {"--subprotocol", "a b"},     {"--allow-origin", "foo"},
      {"--max-message", "9PiB"}};
  for (const auto& arguments : bad) {
    INFO(arguments[0] << " " << arguments[1]);
    const Exit exit = pubsub(arguments);
    CHECK(exit.code == 2);
    CHECK(exit.out.empty());
    CHECK(exit.err.starts_with("wskit"));
    CHECK(exit.err.find(arguments[0].substr(2)) != std::string::npos);
  }
}

TEST_CASE("serve pubsub refuses two policies for the same topics") {
  CHECK(pubsub({"--slow", "close", "--slow", "latest"})
            .err.starts_with("wskit serve pubsub: --slow: is given twice without a FILTER"));
  const Exit exit = pubsub({"--slow", "a/#=close", "--slow", "latest", "--slow", "a/#=drop-old"});
  CHECK(exit.code == 2);
  CHECK(exit.err.starts_with("wskit serve pubsub: --slow: is given twice for 'a/#'"));
}

TEST_CASE("serve pubsub says that a name does not exist before it asks whom to let in") {
  const Exit exit = test::wskit({"serve", "pubsub", "--listen", "no.such.host.invalid:0"});
  CHECK(exit.code == 6);
  CHECK(exit.err.find("no.such.host.invalid") != std::string::npos);
  CHECK(exit.err.find("publish") == std::string::npos);
  const Exit exposed = test::wskit({"serve", "pubsub", "--listen", "0.0.0.0:0"});
  CHECK(exposed.code == 2);
  CHECK(exposed.err.find("--allow-anonymous") != std::string::npos);
}
