// SPDX-License-Identifier: MIT
// Clients that are not ours against `wskit serve pubsub`.
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "core/json.h"
#include "tests/cli/pubsub_process.h"
#include "tests/support/catch.h"
#include "tests/support/process.h"

using namespace wskit;
using namespace wskit::test;

namespace {

const std::string kDirectory = WSKIT_INTEROP_DIRECTORY;

bool is_installed(const std::vector<std::string>& command) {
  return run(command).code == 0;
}

}  // namespace

TEST_CASE("python websockets publish, leave and come back, and miss nothing") {
  if (!is_installed({WSKIT_PYTHON, "-c", "import websockets"})) {
    skip("python3-websockets is not installed");
  }
  const PubSubProcess server({"--threads", "3"});
  Process clients(
      {WSKIT_PYTHON, kDirectory + "/pubsub_websockets.py", server.url(""), server.http_url("")});
  const Exit exit = clients.wait(std::chrono::seconds(60));
  INFO(exit.err);
  REQUIRE(exit.code == 0);
  const Json seen = parse_json(exit.out).value();
  CHECK(seen["complete"] == 5);
  CHECK(seen["binary"] == Json::array({0, 255}));
}

TEST_CASE("curl reads events as they come, and goes on after the last id") {
  if (!is_installed({"/usr/bin/env", "curl", "--version"})) {
    skip("curl is not installed");
  }
  const PubSubProcess server({"--threads", "2"});
  const auto curl = [&](std::vector<std::string> arguments) {
    const std::vector<std::string> front{"/usr/bin/env", "curl", "-sSN", "--max-time", "30"};
    arguments.insert(arguments.begin(), front.begin(), front.end());
    return arguments;
  };
  const std::string topic = server.http_url("/t/news");
  REQUIRE(run(curl({"-d", "one", topic})).code == 0);
  std::string id;
  {
    Process events(curl({"-H", "Accept: text/event-stream", topic + "?after=0"}));
    id = events.read_line().substr(4);
    CHECK(events.read_line() == "data: one");
  }
  REQUIRE(run(curl({"--data-binary", "two\nlines", topic})).code == 0);
  Process events(curl({"-H", "Accept: text/event-stream", "-H", "Last-Event-ID: " + id, topic}));
  CHECK(events.read_line().starts_with("id: "));
  CHECK(events.read_line() == "data: two");
  CHECK(events.read_line() == "data: lines");
  Process lines(curl({topic + "?stream=1&after=" + id}));
  CHECK(parse_json(lines.read_line()).value()["data"] == "two\nlines");
}

TEST_CASE("npm ws publishes, breaks off, goes on after its last message, and misses nothing") {
  const std::string modules = kDirectory + "/node_modules";
  if (!std::filesystem::exists(modules + "/ws/package.json")) {
    skip("npm's ws is not installed; scripts/npm-packages does it");
  }
  setenv("WSKIT_NODE_MODULES", modules.c_str(), 1);
  const PubSubProcess server({"--threads", "2"});
  Process client({"/usr/bin/env", "node", kDirectory + "/ws_pubsub.js", server.url("/t/room")});
  const Exit exit = client.wait(std::chrono::seconds(60));
  INFO(exit.err);
  REQUIRE(exit.code == 0);
  const Json seen = parse_json(exit.out).value();
  CHECK(seen["count"] == 200);
  CHECK(seen["in_order"] == true);
  CHECK(seen["binary"] == Json::array({true, 0, 255}));
  CHECK(seen["close"] == 1000);
}

TEST_CASE("Azure's client publishes, loses its connection, comes back, and misses nothing") {
  const std::string modules = kDirectory + "/node_modules";
  if (!std::filesystem::exists(modules + "/@azure/web-pubsub-client/package.json")) {
    skip("npm's @azure/web-pubsub-client is not installed; scripts/npm-packages does it");
  }
  setenv("WSKIT_NODE_MODULES", modules.c_str(), 1);
  const PubSubProcess server({"--threads", "1"});
  Process client(
      {"/usr/bin/env", "node", kDirectory + "/azure_client.js", server.url("/client/hubs/chat")});
  const Exit exit = client.wait(std::chrono::seconds(60));
  INFO(exit.err);
  REQUIRE(exit.code == 0);
  const Json seen = parse_json(exit.out).value();
  CHECK(seen["types"] == parse_json(R"([["json",{"hello":"world"}],["text","text"],
                                        ["binary",[0,255]]])")
                             .value());
  CHECK(seen["duplicates"] == Json::array({false, true}));
  CHECK(seen["once"] == Json::array({1, 2}));
  CHECK(seen["first_echo"] == 1);  // not the 2 that was sent with noEcho
  CHECK(seen["count"] == 300);
  CHECK(seen["recovered"] == true);
  CHECK(seen["same_connection"] == true);
  CHECK(seen["disconnects"] == 0);
  CHECK(seen["taken_over"] == true);
  CHECK(seen["new_connection"] == true);
  CHECK(seen["refused"] == "Forbidden");
}

TEST_CASE("Centrifugo's client publishes, loses its connection, comes back, and misses nothing") {
  const std::string modules = kDirectory + "/node_modules";
  if (!std::filesystem::exists(modules + "/centrifuge/package.json")) {
    skip("npm's centrifuge is not installed; scripts/npm-packages does it");
  }
  setenv("WSKIT_NODE_MODULES", modules.c_str(), 1);
  const PubSubProcess open({"--threads", "2"});
  const PubSubProcess guarded({"--auth-jwt-secret", "a secret of more than thirty-two bytes"});
  const std::string path = "/connection/websocket";
  Process client({"/usr/bin/env", "node", kDirectory + "/centrifuge_client.js", open.url(path),
                  guarded.url(path)});
  const Exit exit = client.wait(std::chrono::seconds(60));
  INFO(exit.err);
  REQUIRE(exit.code == 0);
  const Json seen = parse_json(exit.out).value();
  CHECK(seen["types"] == parse_json(R"([{"hello":"world"},"text","posted"])").value());
  CHECK(seen["from_client"] == Json::array({true, true, false}));
  CHECK(seen["count"] == 300);
  CHECK(seen["recovered"] == true);
  CHECK(seen["recoveries"] == true);
  CHECK(seen["present"] == 2);
  CHECK(seen["stats"] == parse_json(R"({"numUsers":1,"numClients":2})").value());
  CHECK(seen["events"] == Json::array({"join", "leave"}));
  CHECK(seen["same"] == true);
  CHECK(seen["last"] == Json::array({300, 299}));
  CHECK(seen["after"] == Json::array({298, 299, 300}));
  CHECK(seen["lost"] == 112);
  CHECK(seen["refused"] == 104);
  CHECK(seen["wildcard"] == 102);
  CHECK(seen["forbidden"] == 103);
  CHECK(seen["may_not"] == 103);
  CHECK(seen["user"] == "ann");
  CHECK(seen["connections"] == 1);
  CHECK(seen["forged"] == 3500);
}
