// SPDX-License-Identifier: MIT
// Faults of the connection that wskit proxy makes, seen from a client.
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include <zlib.h>

#include "tests/cli/fault_proxy.h"
#include "tests/cli/scratch_file.h"

using namespace wskit;
using namespace wskit::test;
using namespace std::chrono_literals;

namespace {

/// What zlib makes of a compressed message, in bytes; 0 when it is none.
std::size_t inflated_size(const std::string& message) {
  std::string input = message + std::string("\x00\x00\xff\xff", 4);
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, -15) == Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  std::vector<Bytef> output(65'536);
  int status = Z_OK;
  while (status == Z_OK) {
    stream.next_out = output.data();
    stream.avail_out = static_cast<uInt>(output.size());
    status = inflate(&stream, Z_SYNC_FLUSH);
  }
  const std::size_t size = stream.total_out;
  inflateEnd(&stream);
  // All was used, and nothing was wrong.
  return status == Z_BUF_ERROR && stream.avail_in == 0 ? size : 0;
}

}  // namespace

TEST_CASE("a close comes behind so many messages, with the code and the reason of the rule") {
  FaultProxy proxy({"close:4001,after:3,reason:enough"});
  RawClient client = proxy.open();
  CHECK(echo(client, "one") == "one");
  CHECK(echo(client, "two") == "two");
  CHECK(echo(client, "three") == "three");
  const auto close = client.read_frame();
  REQUIRE(close.has_value());
  CHECK(close->opcode == 8);
  CHECK(close->close_code() == 4001);
  CHECK(close->payload.substr(2) == "enough");
  REQUIRE(client.send_frame(0x88, std::string("\x0f\xa1", 2)));
  // The server's own answer to the client's Close does not come.
  CHECK(client.read_all().empty());
  CHECK_THAT(proxy.said(),
             Catch::Contains("wskit proxy: connection 1: fault close:4001,after:3,reason:enough "
                             "at ") &&
                 Catch::EndsWith("fault close:4001,after:3,reason:enough: once\n"));
}

TEST_CASE("a close has any code, also one that must not be, or none") {
  const FaultProxy proxy(
      {"close:1005,conn:1", "close:none,conn:2", "close:0,conn:3", "close,conn:4"});
  CHECK(proxy.open().read_frame().value().close_code() == 1005);
  const RawFrame bare = proxy.open().read_frame().value();
  CHECK(bare.opcode == 8);
  CHECK(bare.payload.empty());
  CHECK(proxy.open().read_frame().value().payload == std::string(2, '\0'));
  CHECK(proxy.open().read_close() == 1011);
}

TEST_CASE("messages are late by the delay, and in order") {
  FaultProxy proxy({"delay:150ms"});
  RawClient client = proxy.open();
  REQUIRE(client.send_frame(kTextFrame, "first"));
  REQUIRE(client.send_frame(kTextFrame, "second"));
  const auto start = std::chrono::steady_clock::now();
  CHECK(client.read_frame().value().payload == "first");
  CHECK(std::chrono::steady_clock::now() - start >= 140ms);
  CHECK(client.read_frame().value().payload == "second");
  CHECK_THAT(proxy.said(), Catch::EndsWith("fault delay:150ms: 2 times\n"));
}

TEST_CASE("a rule is for the paths, connections and directions that it names") {
  const FaultProxy proxy({"close:4001,match:/room/*", "close:4002,conn:2", "close:4003,dir:send"});
  RawClient other = proxy.open("/lobby?x=/room/1");
  // In the server's direction: it is the server that got a Close, and answers it.
  CHECK(other.read_close() == 4003);
  RawClient second = proxy.open("/lobby");
  CHECK(second.read_frame().value().close_code() == 4002);
  RawClient room = proxy.open("/room/7?x=y");
  CHECK(room.read_frame().value().close_code() == 4001);
}

TEST_CASE("the same seed makes the same connections fail") {
  const auto closed = [](const std::string& seed) {
    const FaultProxy proxy({"close:4001,percent:50"}, {"--seed", seed});
    std::string which;
    for (int i = 0; i < 12; ++i) {
      RawClient client = proxy.open();
      REQUIRE(client.send_frame(kTextFrame, "x"));
      which += client.read_frame().value().opcode == 8 ? 'c' : '.';
    }
    return which;
  };
  const std::string first = closed("7");
  CHECK(first == closed("7"));
  CHECK(first.contains('c'));
  CHECK(first.contains('.'));
  CHECK(first != closed("8"));
}

TEST_CASE("rules come from a file too, and what is no rule is a usage error that names it") {
  const ScratchFile file("faults.txt");
  file.write("# the second connection dies\nclose:4001,conn:2\n");
  const FaultProxy proxy({}, {"--fault-file", file.path()});
  RawClient first = proxy.open();
  CHECK(echo(first, "x") == "x");
  CHECK(proxy.open().read_frame().value().close_code() == 4001);

  file.write("clos:4001\n");
  const std::vector<std::string> front{"proxy", "--listen", "127.0.0.1:0", "--to",
                                       "ws://localhost"};
  const auto run = [&](const std::string& option, const std::string& value) {
    std::vector<std::string> arguments = front;
    arguments.insert(arguments.end(), {option, value});
    return test::wskit(arguments);
  };
  const Exit bad_file = run("--fault-file", file.path());
  CHECK(bad_file.code == 2);
  CHECK_THAT(bad_file.err, Catch::Contains("line 1: 'clos' is no fault; there are "));
  const Exit bad_rule = run("--fault", "delay");
  CHECK(bad_rule.code == 2);
  CHECK_THAT(bad_rule.err, Catch::Contains("--fault") && Catch::Contains("delay needs a value"));
  const Exit no_file = run("--fault-file", "/nonexistent");
  CHECK(no_file.code == 2);
  CHECK_THAT(no_file.err, Catch::Contains("/nonexistent"));
}

TEST_CASE("a quiet proxy says the counts, and not each fault") {
  FaultProxy proxy({"delay:1ms", "drop,after:100"}, {"-q"});
  RawClient client = proxy.open();
  CHECK(echo(client, "x") == "x");
  const std::string said = proxy.said();
  CHECK_THAT(said, Catch::EndsWith("fault delay:1ms: once\nfault drop,after:100: never\n") &&
                       !Catch::Contains("connection 1: fault"));
}

TEST_CASE("a recording says which fault happened, and has what passed") {
  const ScratchFile recording("faulty.jsonl");
  FaultProxy proxy({"close:4001,after:1"}, {"--record", recording.path()});
  RawClient client = proxy.open();
  CHECK(echo(client, "x") == "x");
  CHECK(client.read_close() == 4001);
  (void)proxy.said();
  CHECK_THAT(recording.content(), Catch::Contains(R"("ev":"fault","rule":"close:4001,after:1")") &&
                                      Catch::Contains(R"("type":"close")"));
}

TEST_CASE("an upgrade is late, and frames come behind it") {
  const FaultProxy proxy({"upgrade-delay:200ms", "close:4001"});
  RawClient client = proxy.connect();
  const auto start = std::chrono::steady_clock::now();
  REQUIRE(client.upgrade());
  CHECK(std::chrono::steady_clock::now() - start >= 190ms);
  CHECK(client.read_close() == 4001);
}

TEST_CASE("an upgrade stalls within its answer") {
  FaultProxy proxy({"upgrade-stall:12"});
  RawClient client = proxy.connect();
  REQUIRE(client.send(upgrade_request()));
  client.shut_down_writing();
  // The client's end passes on, so that the server ends too: what came before is all there was.
  CHECK(client.read_all() == "HTTP/1.1 101");
  CHECK_THAT(proxy.said(), Catch::EndsWith("fault upgrade-stall:12: once\n"));
}

TEST_CASE("an upgrade is rejected with status, headers and body, and the server is not asked") {
  FaultProxy proxy({R"(reject:429,header:Retry-After: 5,body:too many\, wait,conn:1)"});
  RawClient client = proxy.connect();
  const std::string head = client.request(upgrade_request());
  CHECK_THAT(head, Catch::StartsWith("HTTP/1.1 429 ") && Catch::Contains("\r\nRetry-After: 5\r\n"));
  CHECK_THAT(client.read_all(), Catch::StartsWith("too many, wait"));
  RawClient second = proxy.open();
  CHECK(echo(second, "x") == "x");
}

TEST_CASE("an answer has a wrong accept key") {
  const FaultProxy proxy({"bad-accept"});
  RawClient client = proxy.connect();
  const std::string head = client.request(upgrade_request());
  CHECK_THAT(head, Catch::StartsWith("HTTP/1.1 101 ") &&
                       Catch::Contains("\r\nSec-WebSocket-Accept: ") &&
                       !Catch::Contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
  CHECK(test::wskit({"send", proxy.url(), "x", "-1"}).code != 0);
}

TEST_CASE("an answer has a subprotocol that nobody asked for, or none") {
  const FaultProxy proxy({"subprotocol:never-asked,conn:1", "subprotocol:none,conn:2"});
  const std::string asks = "Sec-WebSocket-Protocol: echo\r\n";
  RawClient first = proxy.connect();
  CHECK_THAT(first.request(upgrade_request(asks)),
             Catch::Contains("\r\nSec-WebSocket-Protocol: never-asked\r\n"));
  RawClient second = proxy.connect();
  const std::string head = second.request(upgrade_request(asks));
  CHECK_THAT(head, Catch::StartsWith("HTTP/1.1 101 ") &&
                       !Catch::Contains("Sec-WebSocket-Protocol", Catch::CaseSensitive::No));
}

TEST_CASE("data come behind a close") {
  const FaultProxy proxy({"data-after-close:4009,after:1"});
  RawClient client = proxy.open();
  CHECK(echo(client, "x") == "x");
  CHECK(client.read_frame().value().close_code() == 4009);
  const RawFrame behind = client.read_frame().value();
  CHECK(behind.opcode == 1);
  CHECK(behind.payload == "data after close");
  CHECK(echo(client, "still there") == "still there");
}

TEST_CASE("the stream ends without a close, and the other direction goes on") {
  FaultProxy proxy({"fin,after:1"});
  RawClient client = proxy.open();
  CHECK(echo(client, "x") == "x");
  CHECK(client.read_all().empty());
  CHECK(client.send_frame(kTextFrame, "into the void"));
}

TEST_CASE("a connection is reset behind the messages before") {
  const FaultProxy proxy({"rst,after:1"});
  RawClient client = proxy.open();
  CHECK(echo(client, "x") == "x");
  CHECK(client.wait_for_end());
  CHECK(client.was_reset());
}

TEST_CASE("a connection opens and dies after a time") {
  const FaultProxy proxy({"rst,at:500ms"});
  RawClient client = proxy.open();
  const auto start = std::chrono::steady_clock::now();
  CHECK(echo(client, "alive") == "alive");
  CHECK(client.wait_for_end());
  CHECK(std::chrono::steady_clock::now() - start >= 400ms);
  CHECK(client.was_reset());
}

TEST_CASE("a half-open connection is neither read nor written, and stays") {
  FaultProxy proxy({"half-open,after:1"});
  RawClient client = proxy.open();
  CHECK(echo(client, "x") == "x");
  REQUIRE(client.send_frame(kTextFrame, "nobody reads this"));
  CHECK_FALSE(client.read_frame(200ms).has_value());
  // Not even the client's end is answered.
  client.shut_down_writing();
  CHECK_FALSE(client.wait_for_end(200ms));
  // As much as the kernel takes, and no more.
  RawClient writer = proxy.open();
  CHECK(echo(writer, "x") == "x");
  const std::string much = masked_frame(0x82, std::string(64'000'000, '\0'));
  CHECK_FALSE(writer.send(much, 300ms));
}

TEST_CASE("reading stalls for a time, and what was sent comes then") {
  FaultProxy proxy({"stall:250ms,after:1"});
  RawClient client = proxy.open();
  const auto start = std::chrono::steady_clock::now();
  CHECK(echo(client, "before") == "before");
  CHECK(echo(client, "behind") == "behind");
  CHECK(std::chrono::steady_clock::now() - start >= 240ms);
  CHECK_THAT(proxy.said(), Catch::EndsWith("fault stall:250ms,after:1: once\n"));
}

TEST_CASE("so many bytes a second pass, in the direction of the rule") {
  const auto time_of = [](const std::string& rule) {
    const FaultProxy proxy({rule});
    RawClient client = proxy.open();
    const auto start = std::chrono::steady_clock::now();
    CHECK(echo(client, std::string(20'000, 'x')).size() == 20'000);
    return std::chrono::steady_clock::now() - start;
  };
  CHECK(time_of("bandwidth:50kB") >= 380ms);
  CHECK(time_of("slow-read:50kB") >= 380ms);
  CHECK(time_of("bandwidth:50kB,dir:both") >= 780ms);
}

TEST_CASE("a slow reader makes the writer wait") {
  const FaultProxy proxy({"slow-read:1k"});
  RawClient client = proxy.open();
  CHECK_FALSE(client.send(masked_frame(0x82, std::string(64'000'000, '\0')), 300ms));
}

TEST_CASE("an oversized message comes") {
  const FaultProxy proxy({"oversize:1000000"});
  RawClient client = proxy.open();
  const RawFrame frame = client.read_frame().value();
  CHECK(frame.opcode == 2);
  CHECK(frame.payload == std::string(1'000'000, '\0'));
}

TEST_CASE("many Pings come, and the connection goes on") {
  const FaultProxy proxy({"ping-flood:500,after:1"});
  RawClient client = proxy.open();
  CHECK(echo(client, "x") == "x");
  for (int i = 1; i <= 500; ++i) {
    const RawFrame ping = client.read_frame().value();
    REQUIRE(ping.opcode == 9);
    REQUIRE(ping.payload == "flood " + std::to_string(i));
  }
  CHECK(echo(client, "y") == "y");
}

TEST_CASE("a small frame inflates to much, where compression was agreed on") {
  const FaultProxy proxy({"bomb:3MiB"});
  RawClient without = proxy.open();
  CHECK(echo(without, "no compression, no bomb") == "no compression, no bomb");
  RawClient client = proxy.open("/", "Sec-WebSocket-Extensions: permessage-deflate\r\n");
  const RawFrame frame = client.read_frame().value();
  CHECK(frame.rsv == 4);
  CHECK(frame.payload.size() < 20'000);
  CHECK(inflated_size(frame.payload) == 3U << 20U);
}

TEST_CASE("requests for no WebSocket have no faults") {
  const FaultProxy proxy({"reject:503", "upgrade-stall"});
  RawClient client = proxy.connect();
  CHECK_THAT(client.request("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"),
             Catch::StartsWith("HTTP/1.1 200 "));
}
