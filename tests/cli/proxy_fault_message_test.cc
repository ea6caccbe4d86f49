// SPDX-License-Identifier: MIT
// Faults of messages and frames that wskit proxy makes, seen from a client.
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "tests/cli/fault_proxy.h"

using namespace wskit;
using namespace wskit::test;
using namespace std::chrono_literals;

namespace {

/// What comes for one text through a proxy with this rule.
RawFrame frame_for(const std::string& rule, const std::string& text) {
  const FaultProxy proxy({rule});
  RawClient client = proxy.open();
  REQUIRE(client.send_frame(kTextFrame, text));
  const auto frame = client.read_frame();
  REQUIRE(frame.has_value());
  return *frame;
}

/// Sends texts, and a Ping whose Pong ends what is read.
std::vector<std::string> echoes(RawClient& client, const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    REQUIRE(client.send_frame(kTextFrame, text));
  }
  REQUIRE(client.send_frame(kPingFrame, "end"));
  std::vector<std::string> got;
  for (auto frame = client.read_frame(); frame && frame->opcode != 10;
       frame = client.read_frame()) {
    got.push_back(frame->payload);
  }
  return got;
}

const std::vector<std::string> kFive{"1", "2", "3", "4", "5"};

}  // namespace

TEST_CASE("messages are lost, as the rule counts them") {
  FaultProxy proxy({"drop,after:1,every:2,times:1", "drop,dir:send,after:4"});
  RawClient client = proxy.open();
  CHECK(echoes(client, kFive) == std::vector<std::string>{"1", "3", "4"});
  CHECK_THAT(proxy.said(), Catch::Contains("fault drop,dir:send,after:4: once\n"));
}

TEST_CASE("a share of the messages is lost, the same with the same seed") {
  const auto left = [](const std::string& seed) {
    const FaultProxy proxy({"drop,percent:50"}, {"--seed", seed});
    RawClient client = proxy.open();
    return echoes(client, {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"});
  };
  const auto first = left("3");
  CHECK((!first.empty() && first.size() < 12));
  CHECK(first == left("3"));
  CHECK(first != left("4"));
}

TEST_CASE("messages are doubled and reordered") {
  {
    const FaultProxy proxy({"duplicate:2,after:1,times:1"});
    RawClient client = proxy.open();
    CHECK(echoes(client, kFive) == std::vector<std::string>{"1", "2", "2", "2", "3", "4", "5"});
  }
  const FaultProxy proxy({"reorder:2,times:1"});
  RawClient client = proxy.open();
  CHECK(echoes(client, kFive) == std::vector<std::string>{"2", "3", "1", "4", "5"});
}

TEST_CASE("a message that is to be overtaken comes before the end when no other comes") {
  const FaultProxy proxy({"reorder:5"});
  RawClient client = proxy.open();
  REQUIRE(client.send_frame(kTextFrame, "only"));
  REQUIRE(client.send_frame(0x88, std::string("\x03\xe8", 2)));
  CHECK(client.read_frame().value().opcode == 8);
  CHECK(client.read_frame().value().payload == "only");
}

TEST_CASE("a message is corrupted in so many bits, and keeps its length") {
  const std::string text(1000, 'a');
  const RawFrame frame = frame_for("corrupt:3", text);
  REQUIRE(frame.payload.size() == text.size());
  int differences = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    differences += frame.payload[i] != text[i] ? 1 : 0;
  }
  CHECK((differences >= 1 && differences <= 3));
  CHECK(frame.opcode == 1);
}

TEST_CASE("what a client sends is corrupted below its mask") {
  const RawFrame frame = frame_for("corrupt,dir:send", std::string(100, '\x01'));
  CHECK(frame.opcode == 1);
  CHECK(frame.payload.size() == 100);
  CHECK(frame.payload != std::string(100, '\x01'));
}

TEST_CASE("a message comes in fragments of so many bytes") {
  const FaultProxy proxy({"fragment:2"});
  RawClient client = proxy.open();
  REQUIRE(client.send_frame(kTextFrame, "abcde"));
  const RawFrame first = client.read_frame().value();
  const RawFrame second = client.read_frame().value();
  const RawFrame third = client.read_frame().value();
  CHECK((first.opcode == 1 && !first.fin && first.payload == "ab"));
  CHECK((second.opcode == 0 && !second.fin && second.payload == "cd"));
  CHECK((third.opcode == 0 && third.fin && third.payload == "e"));
}

TEST_CASE("another message begins within a message") {
  const FaultProxy proxy({"interleave"});
  RawClient client = proxy.open();
  REQUIRE(client.send_frame(kTextFrame, "abcd"));
  const RawFrame first = client.read_frame().value();
  const RawFrame other = client.read_frame().value();
  const RawFrame last = client.read_frame().value();
  CHECK((first.opcode == 1 && !first.fin && first.payload == "ab"));
  CHECK((other.opcode == 1 && other.fin && other.payload == "interleaved"));
  CHECK((last.opcode == 0 && last.fin && last.payload == "cd"));
}

TEST_CASE("a server's frame is masked") {
  const FaultProxy proxy({"mask", "fin,after:1"});
  RawClient client = proxy.open();
  REQUIRE(client.send_frame(kTextFrame, "hidden"));
  const std::string raw = client.read_all();
  REQUIRE(raw.size() == 12);
  CHECK_THAT(raw, Catch::StartsWith("\x81\x86"));
  std::string payload = raw.substr(6);
  for (std::size_t i = 0; i < payload.size(); ++i) {
    payload[i] = static_cast<char>(payload[i] ^ raw[2 + i % 4]);
  }
  CHECK(payload == "hidden");
}

TEST_CASE("frames have reserved bits and opcodes") {
  CHECK(frame_for("reserved-bit", "x").rsv == 2);
  CHECK(frame_for("reserved-bit:1", "x").rsv == 4);
  CHECK(frame_for("reserved-bit:3", "x").rsv == 1);
  const RawFrame frame = frame_for("reserved-opcode:11", "x");
  CHECK(frame.opcode == 11);
  CHECK(frame.payload == "x");
  CHECK(frame_for("reserved-opcode", "x").opcode == 3);
}

TEST_CASE("a frame's length is longer than need be, or far too long") {
  const auto raw_for = [](const std::string& rule, std::size_t bytes) {
    const FaultProxy proxy({rule, "fin,after:1"});
    RawClient client = proxy.open();
    REQUIRE(client.send_frame(kTextFrame, std::string(bytes, 'x')));
    return client.read_all();
  };
  CHECK(raw_for("bad-length", 1) == std::string("\x81\x7e\x00\x01x", 5));
  CHECK(raw_for("bad-length:64", 1) == std::string("\x81\x7f\0\0\0\0\0\0\0\x01x", 11));
  // 200 bytes in 16 bits would be right.
  CHECK_THAT(raw_for("bad-length:16", 200),
             Catch::StartsWith(std::string("\x81\x7f\0\0\0\0\0\0\0\xc8x", 11)));
  CHECK(raw_for("bad-length:huge", 1) == std::string("\x81\x7f\x80\0\0\0\0\0\0\x01x", 11));
}

TEST_CASE("text is not UTF-8") {
  const RawFrame frame = frame_for("bad-utf8", "good");
  CHECK(frame.opcode == 1);
  CHECK(frame.payload == "\xC3\x28");
}

TEST_CASE("messages come torn into small pieces, with time between them") {
  const FaultProxy proxy({"torn:2,gap:30ms,dir:recv"});
  RawClient client = proxy.open();
  REQUIRE(client.send_frame(kTextFrame, "abcdef"));
  const auto start = std::chrono::steady_clock::now();
  const RawFrame frame = client.read_frame().value();
  CHECK(frame.payload == "abcdef");
  // Eight bytes: three gaps.
  CHECK(std::chrono::steady_clock::now() - start >= 85ms);
}

TEST_CASE("half of a frame comes, and then the end") {
  const FaultProxy proxy({"truncate"});
  RawClient client = proxy.open();
  REQUIRE(client.send_frame(kTextFrame, "abcdef"));
  CHECK(client.read_all() ==
        "\x81\x06"
        "ab");
}

TEST_CASE("a message is never late by more than delay and jitter, nor by less") {
  const FaultProxy proxy({"delay:100ms,jitter:50ms"});
  RawClient client = proxy.open();
  REQUIRE(client.send_frame(kTextFrame, "x"));
  const auto late = time_to_frame(client);
  CHECK(late >= 45ms);
}

TEST_CASE("Pongs do not come, come late, or are wrong") {
  {
    const FaultProxy proxy({"no-pong"});
    RawClient client = proxy.open();
    REQUIRE(client.send_frame(kPingFrame, "p"));
    CHECK(echo(client, "x") == "x");
  }
  {
    const FaultProxy proxy({"wrong-pong"});
    RawClient client = proxy.open();
    REQUIRE(client.send_frame(kPingFrame, "p"));
    const RawFrame pong = client.read_frame().value();
    CHECK(pong.opcode == 10);
    CHECK(pong.payload != "p");
  }
  const FaultProxy proxy({"late-pong:150ms"});
  RawClient client = proxy.open();
  REQUIRE(client.send_frame(kPingFrame, "p"));
  CHECK(echo(client, "overtakes") == "overtakes");
  const RawFrame pong = client.read_frame().value();
  CHECK(pong.opcode == 10);
  CHECK(pong.payload == "p");
}

TEST_CASE("messages that no rule strikes keep their frames") {
  const FaultProxy proxy({"drop,after:100,dir:both"});
  RawClient client = proxy.open();
  // The echo server makes one frame of two; its answer is what must not change.
  REQUIRE(client.send_frame(0x01, "a"));
  REQUIRE(client.send_frame(kPingFrame, "between"));
  REQUIRE(client.send_frame(0x80, "b"));
  std::string message;
  bool ponged = false;
  while (message.size() < 2) {
    const RawFrame frame = client.read_frame().value();
    ponged = ponged || (frame.opcode == 10 && frame.payload == "between");
    message += frame.opcode < 8 ? frame.payload : "";
  }
  CHECK(message == "ab");
  CHECK(ponged);
}

TEST_CASE("compression is not offered where a lost message would spoil the next") {
  const std::string offer = "Sec-WebSocket-Extensions: permessage-deflate\r\n";
  const FaultProxy losing({"drop,conn:2", "delay:1ms,conn:1"});
  RawClient first = losing.connect();
  CHECK_THAT(first.request(upgrade_request(offer)), Catch::Contains("permessage-deflate"));
  RawClient second = losing.connect();
  CHECK_THAT(second.request(upgrade_request(offer)), !Catch::Contains("permessage-deflate"));
}
