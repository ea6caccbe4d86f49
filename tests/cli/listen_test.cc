// SPDX-License-Identifier: MIT
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

#include <unistd.h>

#include "script/recording.h"
#include "tests/cli/wskit.h"

using namespace wskit;
using namespace wskit::test;

TEST_CASE("listen ends after the wanted number of messages") {
  const EchoProcess server;
  const Exit exit = test::wskit({"listen", server.url(), "--init", "one", "--init", "two", "--init",
                                 "three", "--count", "2"});
  CHECK(exit.out == "one\ntwo\n");
  CHECK(exit.err.empty());
  CHECK(exit.code == 0);
}

TEST_CASE("listen ends with the message that matches") {
  const EchoProcess server;
  const Exit exit = test::wskit({"listen", server.url(), "--init", "a 1", "--init", "b 2", "--init",
                                 "c 3", "--until", "re:^b"});
  CHECK(exit.out == "a 1\nb 2\n");
  CHECK(exit.code == 0);
}

TEST_CASE("a time alone is a success, and a time limit for what did not come") {
  const EchoProcess server;
  CHECK(test::wskit({"listen", server.url(), "--max-time", "3s"}).code == 0);
  const Exit exit =
      test::wskit({"listen", server.url(), "--init", "x", "--count", "2", "--max-time", "3s"});
  CHECK(exit.out == "x\n");
  CHECK(exit.code == 28);
  CHECK_THAT(exit.err, Catch::Contains("1 of 2 messages came"));
}

TEST_CASE("a signal ends listen in order with its own code") {
  const EchoProcess server;
  Process listen({WSKIT_BINARY, "listen", server.url(), "--init", "ready"});
  CHECK(listen.read_line() == "ready");
  listen.signal(SIGINT);
  CHECK(listen.wait().code == 130);
}

TEST_CASE("a server that goes away is a lost connection, and one that drains is not") {
  EchoProcess killed;
  Process first({WSKIT_BINARY, "listen", killed.url(), "--init", "ready"});
  CHECK(first.read_line() == "ready");
  killed.process().signal(SIGKILL);
  CHECK(first.wait().code == 56);

  EchoProcess drained;
  Process second({WSKIT_BINARY, "listen", drained.url(), "--init", "ready"});
  CHECK(second.read_line() == "ready");
  drained.process().signal(SIGTERM);
  CHECK(second.wait().code == 0);
}

TEST_CASE("listen notices that its reader went though nothing arrives") {
  const EchoProcess server;
  const Exit exit = test::run(
      {"/bin/bash", "-c",
       WSKIT_BINARY " listen " + server.url() + " --init x | head -1; echo ${PIPESTATUS[0]}"});
  CHECK(exit.out == "x\n141\n");
  CHECK(exit.err.empty());
}

TEST_CASE("a connection that is lost is made again, with the init messages") {
  const std::string socket =
      std::filesystem::temp_directory_path() / ("wskit-listen-" + std::to_string(::getpid()));
  const std::vector<std::string> serve{WSKIT_BINARY, "serve", "echo", "--unix-socket", socket};
  auto server = std::make_unique<Process>(serve);
  CHECK_FALSE(server->read_line().empty());
  Process listen({WSKIT_BINARY, "listen", "ws+unix:" + socket, "--init", "hello", "--reconnect"});
  CHECK(listen.read_line() == "hello");
  server->signal(SIGKILL);
  CHECK(server->wait().code == 128 + SIGKILL);
  std::filesystem::remove(socket);
  server = std::make_unique<Process>(serve);
  CHECK(listen.read_line() == "hello");
  CHECK_THAT(listen.err(), Catch::Contains("connecting again in"));
  listen.signal(SIGTERM);
  CHECK(listen.wait().code == 128 + SIGTERM);
  std::filesystem::remove(socket);
}

TEST_CASE("an option whose value may be left out does not swallow the URL") {
  const EchoProcess server;
  const Exit exit =
      test::wskit({"listen", "--reconnect", server.url(), "--init", "[1,2]", "--count", "1"});
  CHECK(exit.out == "[1,2]\n");
  CHECK(exit.code == 0);
}

TEST_CASE("attempts to connect again are counted") {
  const Exit exit = test::wskit({"listen", "ws://127.0.0.1:1/", "--reconnect=1"});
  CHECK(exit.code == 7);
  CHECK_THAT(exit.err, Catch::Contains("connecting again in"));
  CHECK(std::ranges::count(exit.err, '\n') == 2);
}

TEST_CASE("a recording holds both directions and can be read again") {
  const EchoProcess server;
  const std::string file =
      std::filesystem::temp_directory_path() / ("wskit-record-" + std::to_string(::getpid()));
  const Exit exit =
      test::wskit({"listen", server.url(), "--init", "hi", "--count", "1", "--record", file});
  CHECK(exit.code == 0);
  std::ifstream recording(file);
  std::vector<std::string> seen;
  for (std::string line; std::getline(recording, line);) {
    const auto json = parse_json(line);
    REQUIRE(json.has_value());
    seen.push_back(json->value("dir", "") + " " + json->value("type", "") + " " +
                   json->value("data", ""));
  }
  std::filesystem::remove(file);
  CHECK(seen == std::vector<std::string>{"  ", "  ", "send text hi", "recv text hi", "send close ",
                                         "recv close "});
}

TEST_CASE("an application heartbeat is sent again and again") {
  const EchoProcess server;
  const Exit exit = test::wskit({"listen", server.url(), "--heartbeat", "beat",
                                 "--heartbeat-interval", "20ms", "--count", "3"});
  CHECK(exit.out == "beat\nbeat\nbeat\n");
  CHECK(exit.code == 0);
}

TEST_CASE("a peer that stops answering pings is found dead, code 56") {
  EchoProcess server;
  Process listen({WSKIT_BINARY, "listen", server.url(), "--init", "ready", "--ping-interval",
                  "50ms", "--ping-timeout", "200ms"});
  CHECK(listen.read_line() == "ready");
  server.process().signal(SIGSTOP);
  const Exit exit = listen.wait();
  server.process().signal(SIGCONT);
  CHECK(exit.code == 56);
  CHECK_THAT(exit.err, Catch::Contains("the peer is dead"));
}

TEST_CASE("the time is over in time though the server does not answer the Close frame") {
  EchoProcess server;
  Process listen({WSKIT_BINARY, "listen", server.url(), "--init", "ready", "--max-time", "3s"});
  CHECK(listen.read_line() == "ready");
  server.process().signal(SIGSTOP);
  const Exit exit = listen.wait();
  server.process().signal(SIGCONT);
  CHECK(exit.code == 0);
  CHECK(exit.err.empty());
}

TEST_CASE("the time may be over between two connections") {
  EchoProcess server;
  Process listen({WSKIT_BINARY, "listen", server.url(), "--init", "ready", "--max-time", "3s",
                  "--reconnect", "-q"});
  CHECK(listen.read_line() == "ready");
  server.process().signal(SIGKILL);
  const Exit exit = listen.wait();
  CHECK(exit.code == 0);
  CHECK(exit.err.empty());
}
