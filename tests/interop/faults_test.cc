// SPDX-License-Identifier: MIT
// What python3-websockets, which is not ours, says of the faults that wskit proxy and wskit serve
// make: the same, whoever makes them, and however they were asked for.
#include <string>
#include <vector>

#include "tests/cli/proxy_process.h"
#include "tests/cli/wskit.h"

using namespace wskit;
using namespace wskit::test;

namespace {

std::string seen_at(const std::string& url) {
  const Exit exit = run({"/usr/bin/python3", WSKIT_INTEROP_DIRECTORY "/faults_client.py", url});
  INFO(exit.err);
  CHECK(exit.code == 0);
  return exit.out;
}

std::string outcome(const std::vector<std::string>& rules) {
  const EchoProcess server;
  std::vector<std::string> options;
  std::string query = "?";
  for (const std::string& rule : rules) {
    options.insert(options.end(), {"--fault", rule});
    query += "&fault=" + rule;
  }
  const ProxyProcess proxy(server.url(), options);
  const EchoProcess faulty(options);
  const std::string seen = seen_at(proxy.url());
  CHECK(seen_at(faulty.url()) == seen);
  CHECK(seen_at(server.url() + query) == seen);
  return seen;
}

/// The client found a protocol error, 1002, by itself.
constexpr const char* kIllegal = "closed received=None sent=1002\n";

}  // namespace

TEST_CASE("python3-websockets gets its echo where no fault strikes") {
  CHECK(outcome({"close:4001,after:5", "torn:1"}) == "echo hello\n");
  CHECK(outcome({"fragment:2", "delay:20ms,jitter:10ms,dir:both"}) == "echo hello\n");
}

TEST_CASE("python3-websockets sees closes as they are") {
  CHECK(outcome({"close:4001"}) == "closed received=4001 sent=4001\n");
  CHECK(outcome({"close:none"}) == "closed received=1005 sent=1005\n");
  CHECK(outcome({"close:1005"}) == kIllegal);
  CHECK(outcome({"fin"}) == "closed received=None sent=None\n");
  CHECK(outcome({"rst"}) == "closed received=None sent=None\n");
}

TEST_CASE("python3-websockets finds each illegal frame") {
  CHECK(outcome({"mask"}) == kIllegal);
  CHECK(outcome({"reserved-bit:1"}) == kIllegal);
  CHECK(outcome({"reserved-bit:2"}) == kIllegal);
  CHECK(outcome({"reserved-bit:3"}) == kIllegal);
  CHECK(outcome({"reserved-opcode:3"}) == kIllegal);
  CHECK(outcome({"reserved-opcode:15"}) == kIllegal);
  CHECK(outcome({"interleave"}) == kIllegal);
  CHECK(outcome({"bad-utf8"}) == "closed received=None sent=1007\n");
  CHECK(outcome({"oversize:2MiB"}) == "closed received=None sent=1009\n");
  CHECK(outcome({"bomb:16MiB"}) == "closed received=None sent=1009\n");
}

TEST_CASE("python3-websockets refuses wrong answers to its upgrade") {
  CHECK_THAT(outcome({"reject:429"}),
             Catch::StartsWith("refused InvalidStatusCode") && Catch::Contains("429"));
  CHECK_THAT(outcome({"bad-accept"}),
             Catch::StartsWith("refused InvalidHeader") && Catch::Contains("Sec-WebSocket-Accept"));
  CHECK_THAT(outcome({"subprotocol:other"}), Catch::StartsWith("refused NegotiationError"));
  CHECK_THAT(outcome({"upgrade-stall"}), Catch::StartsWith("refused TimeoutError"));
}

TEST_CASE("python3-websockets finds a peer that is silent or answers no Ping") {
  const char* const unanswered = "closed received=None sent=1011\n";
  CHECK(outcome({"half-open"}) == unanswered);
  CHECK(outcome({"no-pong", "drop"}) == unanswered);
  CHECK(outcome({"wrong-pong", "drop"}) == unanswered);
  CHECK(outcome({"late-pong:900ms", "drop"}) == unanswered);
}
