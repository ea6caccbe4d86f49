// SPDX-License-Identifier: MIT
#include <string>
#include <vector>

#include "tests/cli/pubsub_process.h"
#include "tests/cli/wskit.h"

using namespace wskit;
using namespace wskit::test;

namespace {

Exit fanout(const std::string& url, std::vector<std::string> more) {
  more.insert(more.begin(), {"bench", url, "--mode", "fanout"});
  return test::wskit(more);
}

}  // namespace

TEST_CASE("fan-out in the closed model: every message reaches every subscriber") {
  const PubSubProcess server;
  const Exit exit =
      fanout(server.url("/"), {"--subscribers", "20", "-n", "100", "--threshold", "reach>=1",
                               "--threshold", "each.p99<10s", "--json", "-", "-q"});
  INFO(exit.err);
  CHECK(exit.code == 0);
  const Json result = result_of(exit);
  CHECK(result["run"]["match"] == "fanout");
  CHECK(result["run"]["connections"] == 21);
  CHECK(result["counts"]["ok"] == 100);
  CHECK(result["fanout"]["expected"] == 2000);
  CHECK(result["fanout"]["delivered"] == 2000);
  CHECK(result["fanout"]["gaps"] == 0);
  CHECK(result["metrics"]["each"]["count"] == 2000);
  CHECK(result["metrics"]["last"]["count"] == 100);
  CHECK_FALSE(result["metrics"].contains("response"));
}

TEST_CASE("fan-out in the open model: topics on several threads, text and binary, windows") {
  const PubSubProcess server({"--threads", "2"});
  const std::vector<std::vector<std::string>> runs{
      {"-r", "200", "-d", "500ms", "--topics", "4", "--subscribers", "8", "-t", "2"},
      {"-r", "200", "-d", "500ms", "--binary", "--size", "16"},
      {"-n", "500", "--window", "16", "--publishers", "3", "--size", "1k"},
      {"-n", "50", "--topic", "a b/{{n}}/\xc3\xa9"},
      {"-n", "50", "--compress"}};
  for (const auto& arguments : runs) {
    std::vector<std::string> all = arguments;
    all.insert(all.end(), {"--threshold", "reach>=1", "--threshold", "errors==0", "--threshold",
                           "duplicate==0", "--threshold", "unmatched==0", "--json", "-", "-q"});
    const Exit exit = fanout(server.url("/"), all);
    INFO(arguments[0] << " " << arguments[1] << " " << arguments.back() << ": " << exit.err);
    CHECK(exit.code == 0);
    CHECK(result_of(exit)["verdict"]["sums_hold"] == true);
  }
}

TEST_CASE("fan-out to event streams and to long polls") {
  const PubSubProcess server({"--threads", "2"});
  const std::vector<std::vector<std::string>> runs{
      {"-n", "200", "--window", "8"},
      {"-r", "100", "-d", "500ms", "--topics", "2", "-t", "2"},
      {"-n", "50", "--binary", "--size", "100"}};
  for (const std::string transport : {"sse", "poll"}) {
    for (const auto& arguments : runs) {
      std::vector<std::string> all = arguments;
      all.insert(all.end(), {"--transport", transport, "--subscribers", "10", "--threshold",
                             "reach>=1", "--threshold", "errors==0", "--threshold", "duplicate==0",
                             "--threshold", "unmatched==0", "--json", "-", "-q"});
      const Exit exit = fanout(server.url("/"), all);
      INFO(transport << " " << arguments[0] << " " << arguments[1] << ": " << exit.err);
      CHECK(exit.code == 0);
      const Json result = result_of(exit);
      CHECK(result["run"]["match"] == "fanout over " + transport);
      CHECK(result["connections"]["opened"] == (arguments[0] == "-r" ? 12 : 11));
      CHECK(result["metrics"]["each"]["count"].get<int>() == result["fanout"]["expected"]);
      CHECK(result["fanout"]["expected"].get<int>() > 0);
      CHECK(result["counts"]["wire_bytes_received"].get<int>() > 0);
    }
  }
}

TEST_CASE("fan-out to event streams: a server without them is told of, and what cannot be asked") {
  const EchoProcess server;
  for (const std::string transport : {"sse", "poll"}) {
    const Exit exit = fanout(server.url(), {"--transport", transport, "-n", "1", "-q"});
    CHECK(exit.code == 22);
    CHECK(exit.err.find("no topic has both") != std::string::npos);
    CHECK(exit.err.find("the server answered 4") != std::string::npos);
  }
  const Exit exit = fanout(server.url(), {"--transport", "sse", "--publish", "{{payload}}"});
  CHECK(exit.code == 2);
  CHECK(exit.err.find("--transport") != std::string::npos);
  const Exit one_name = fanout(server.url(), {"--topic", "same", "--topics", "2"});
  CHECK(one_name.code == 2);
  CHECK(one_name.err.find("{{n}}") != std::string::npos);
}

TEST_CASE("fan-out finds the payload in the envelope that the server puts around it") {
  const PubSubProcess server;
  const Exit exit = fanout(server.url("/?envelope=json"),
                           {"--match", "/data", "-n", "20", "--threshold", "reach>=1", "-q"});
  INFO(exit.err);
  CHECK(exit.code == 0);
}

TEST_CASE("fan-out by messages: an echo server is a topic whose only subscriber is the sender") {
  const EchoProcess server;
  // It answers the subscriptions, and nobody but the publisher hears what is published.
  const Exit exit = fanout(server.url(), {"--subscribe", R"({"join":"{{topic}}"})", "--publish",
                                          R"({"to":"{{topic}}","data":"{{payload}}"})", "--match",
                                          "/data", "--subscribers", "2", "-n", "3", "--timeout",
                                          "200ms", "--threshold", "reach>=1", "--json", "-"});
  CHECK(exit.code == 1);
  const Json result = result_of(exit);
  CHECK(result["counts"]["timeout"] == 3);
  CHECK(result["fanout"]["undelivered"] == 6);
  CHECK(result["fanout"]["reach"] == 0);
  CHECK(exit.err.find("undelivered") != std::string::npos);
}

TEST_CASE("fan-out in Centrifugo's protocol: all introduce themselves, subscribers are confirmed") {
  const PubSubProcess server;
  std::vector<std::string> arguments{
      "--hello",
      R"({"id":1,"connect":{}})",
      "--subscribed",
      R"("subscribe":)",
      "--publish",
      R"({"id":3,"publish":{"channel":"{{topic}}","data":"{{payload}}"}})",
      "--match",
      "/push/pub/data",
      "--subscribers",
      "20",
      "-n",
      "100",
      "--window",
      "20",
      "--connect-timeout",
      "1s",
      "--threshold",
      "reach>=1",
      "--threshold",
      "errors==0",
      "--threshold",
      "unmatched==0",
      "-q",
      "--subscribe"};
  const std::string url = server.url("/connection/websocket");
  arguments.push_back(R"({"id":2,"subscribe":{"channel":"{{topic}}"}})");
  const Exit exit = fanout(url, arguments);
  INFO(exit.err);
  CHECK(exit.code == 0);

  arguments.back() = R"({"id":2,"subscribe":{"channel":""}})";
  const Exit refused = fanout(url, arguments);
  INFO(refused.err);
  CHECK(refused.code == 28);
  CHECK(refused.err.find("confirmed a subscription") != std::string::npos);
  CHECK(refused.err.find(R"("error":{)") != std::string::npos);
}

TEST_CASE("fan-out says at once which options do not go together") {
  const std::vector<std::vector<std::string>> bad{
      {"-c", "3"},
      {"--script", "x.wst"},
      {"--topics", "3", "--subscribers", "2"},
      {"--topics", "3", "--publishers", "2"},
      {"--publish", "no payload"},
      {"--match", "echo"},
      {"--payload", "x"},
      {"--binary", "--match", "/data"},
      {"--hello", "x", "--transport", "sse"},
      {"--subscribed", "x", "--transport", "poll"},
      {"--ping", "x"},
      {"--pong", "x"},
      {"--ping", "x", "--pong", "y", "--transport", "sse"},
      {"--match", "/~"},
      {"--threshold", "service.p99<1s"}};
  for (const auto& arguments : bad) {
    const Exit exit = fanout("ws://127.0.0.1:1/", arguments);
    INFO(arguments[0] << " " << arguments[1] << ": " << exit.err);
    CHECK(exit.code == 2);
  }
  CHECK(test::wskit({"bench", "ws://127.0.0.1:1/", "--topics", "2"}).code == 2);
  CHECK(test::wskit({"bench", "ws://127.0.0.1:1/", "--threshold", "reach>=1"}).code == 2);
}
