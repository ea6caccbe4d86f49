// SPDX-License-Identifier: MIT
// JSON that is nested deeper than any parser's stack, wherever a server process parses it.
// Resident memory: not under a sanitizer.
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "tests/net/serve/server_process.h"

using namespace wskit::test;
using namespace std::chrono_literals;

namespace {

using JsonClock = std::chrono::steady_clock;

constexpr unsigned kJsonText = 0x81;
constexpr unsigned kDepths[] = {257, 100'000, 1'000'000};

std::string nested(unsigned depth, char open, char close) {
  return std::string(depth, open).append(depth, close);
}

/// Messages that have such a value in a place of theirs.
using Frames = std::vector<std::pair<std::string, std::string>>;  // what stands before and after it

const Frames kAzureFrames = {
    {"", ""},
    {R"({"type":"ping","further":)", "}"},
    {R"({"type":"event","event":"e","dataType":"json","data":)", "}"},
    {R"({"type":"sendToGroup","group":"room","dataType":"json","data":)", "}"},
    {R"({"type":)", "}"}};

const Frames kCentrifugoFrames = {{"", ""},
                                  {R"({"id":1,"connect":{"data":)", "}}"},
                                  {R"({"id":1,"connect":)", "}"},
                                  {R"({"id":)", ",\"rpc\":{}}"},
                                  {R"({"id":1,"rpc":{"method":"m","data":)", "}}"},
                                  {R"({"id":1,"publish":{"channel":"c","data":)", "}}"}};

struct Protocol {
  const char* headers;
  const char* path;
  const Frames& frames;
  int code;
};

void check_deep(ServerProcess& server, const Protocol& protocol, unsigned depth) {
  for (const auto& [before, after] : protocol.frames) {
    for (const auto& value : {nested(depth, '[', ']'), std::string(depth, '[')}) {
      INFO(protocol.path << " " << before << " " << depth);
      RawClient client(server.port());
      REQUIRE(client.upgrade(protocol.headers, protocol.path));
      const auto start = JsonClock::now();
      REQUIRE(client.send_frame(kJsonText, before + value + after));
      CHECK(client.read_close() == protocol.code);
      CHECK(JsonClock::now() - start < 1s);
    }
  }
}

}  // namespace

TEST_CASE("JSON 257 to a million deep is refused within a second, wherever it is parsed") {
  PubSubProcess server({"--max-message", "16MiB"});
  RawClient reader = server.subscriber("/t/room");
  const std::size_t before = server.memory_kib("VmRSS");
  for (const unsigned depth : kDepths) {
    check_deep(server,
               {.headers = "Sec-WebSocket-Protocol: json.webpubsub.azure.v1\r\n",
                .path = "/client/hubs/chat",
                .frames = kAzureFrames,
                .code = 1008},
               depth);
    check_deep(server,
               {.headers = "Sec-WebSocket-Protocol: json.reliable.webpubsub.azure.v1\r\n",
                .path = "/client/hubs/chat",
                .frames = kAzureFrames,
                .code = 1008},
               depth);
    check_deep(
        server,
        {.headers = "", .path = "/connection/websocket", .frames = kCentrifugoFrames, .code = 3501},
        depth);
    for (const char* begin : {"", R"({"rule":)", R"({"fault":)"}) {
      INFO(begin << depth);
      const auto start = JsonClock::now();
      CHECK_THAT(server.post("/faults", begin + nested(depth, '[', ']')),
                 Catch::StartsWith("HTTP/1.1 4"));
      CHECK(JsonClock::now() - start < 1s);
    }
  }
  CHECK(server.peak_kib() < before + 32 * kMiB);
  CHECK_THAT(server.post("/t/room", "still here"), Catch::StartsWith("HTTP/1.1 200"));
  const auto frame = reader.read_frame();
  REQUIRE(frame);
  CHECK(frame->payload == "still here");
}
