// SPDX-License-Identifier: MIT
#include "session/replay.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/net/load/sim_echo_server.h"
#include "tests/net/session/sim_client.h"
#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::test;
using namespace std::chrono_literals;

namespace {

using Send = SimEchoOptions::Send;
using session::Pace;

/// A recorded line, without its opening brace and its time.
std::string at(const std::string& seconds, const std::string& rest) {
  return "{\"t\":" + seconds + "," + rest + "}\n";
}

std::string text(const std::string& direction, const std::string& payload, int connection = 1) {
  return "\"conn\":" + std::to_string(connection) + ",\"dir\":\"" + direction +
         R"(","type":"text","data":")" + payload + "\"";
}

const std::string kHead = "{\"wskit\":1}\n";

/// A replay on the simulated loop.
class SimReplay final : session::ReplayWatcher {
 public:
  SimReplay(SimLoop& loop, const SimEchoServer& server, std::string recording,
            session::ReplayOptions options = {})
      : loop_(loop),
        recording_(std::move(recording)),
        options_(std::move(options)),
        client_(loop, server.url()),
        replay_([this](const std::string&) { return &client_.client(); }, loop, options_, result) {
    result.file = "a.jsonl";
    session::ReplayWatcher& watcher = *this;
    const Instant start = loop.now();
    start_ = start;
    replay_.start(
        [this] {
          return std::make_unique<session::ReplaySource>(
              recording_, session::ReplaySourceOptions{.name = "a.jsonl"});
        },
        watcher);
  }

  stats::ReplayResult result;
  Nanoseconds done_at{-1};
  void interrupt() { replay_.interrupt(); }

 private:
  void on_done() override {
    done_at = loop_.now() - start_;
    loop_.stop();
  }

  SimLoop& loop_;
  std::string recording_;
  session::ReplayOptions options_;
  SimClient client_;
  session::Replay replay_;
  Instant start_;
};

}  // namespace

TEST_CASE("what was sent is sent again at its times") {
  SimLoop loop;
  const SimEchoServer server(loop);
  const SimReplay run(loop, server,
                      kHead + at("0.5", R"("conn":1,"ev":"open")") + at("1.5", text("send", "a")) +
                          at("1.6", text("recv", "a")) + at("4.5", text("send", "b")) +
                          at("4.5", text("recv", "b")));
  loop.advance(900ms);
  CHECK(server.received().empty());
  loop.advance(200ms);
  CHECK(server.received() == std::vector<std::string>{"a"});
  loop.advance(2800ms);
  CHECK(server.received().size() == 1);
  loop.advance(200ms);
  CHECK(server.received() == std::vector<std::string>{"a", "b"});
  loop.run();
  CHECK_FALSE(run.result.error.has_value());
  CHECK(run.result.sent == 2);
  CHECK(run.result.recorded == 2);
  REQUIRE(run.result.deviation.has_value());
  CHECK(run.result.deviation->count() == 2);
  CHECK(run.result.deviation->max() < 1ms);
}

TEST_CASE("a replay can be faster than its recording") {
  SimLoop loop;
  const SimEchoServer server(loop);
  const SimReplay run(loop, server,
                      kHead + at("0", R"("ev":"open")") + at("10", text("send", "a")) +
                          at("20", text("send", "b")) + at("20", text("recv", "a")) +
                          at("20", text("recv", "b")),
                      {.speed = 10});
  loop.advance(1100ms);
  CHECK(server.received() == std::vector<std::string>{"a"});
  loop.run();
  CHECK(server.received() == std::vector<std::string>{"a", "b"});
  CHECK(run.done_at >= 2s);
  CHECK(run.done_at < 2100ms);
}

TEST_CASE("as soon as possible is without waiting") {
  SimLoop loop;
  const SimEchoServer server(loop);
  const SimReplay run(loop, server,
                      kHead + at("100", text("send", "a")) + at("200", text("recv", "a")) +
                          at("300", text("send", "b")) + at("400", text("recv", "b")),
                      {.pace = Pace::asap});
  loop.run();
  CHECK(server.received() == std::vector<std::string>{"a", "b"});
  CHECK(run.done_at < 100ms);
  CHECK(run.result.received == 2);
  CHECK_FALSE(run.result.deviation.has_value());
}

TEST_CASE("the next message waits for as many answers as were recorded before it") {
  SimLoop loop;
  const SimEchoServer server(loop, {.delay = 3s});
  const SimReplay run(loop, server,
                      kHead + at("0", text("send", "a")) + at("0", text("send", "b")) +
                          at("0", text("recv", "a")) + at("0", text("recv", "b")) +
                          at("0", text("send", "c")) + at("0", text("recv", "c")),
                      {.pace = Pace::reply});
  loop.advance(2s);
  CHECK(server.received() == std::vector<std::string>{"a", "b"});
  loop.advance(2s);
  CHECK(server.received() == std::vector<std::string>{"a", "b", "c"});
  loop.run();
  CHECK_FALSE(run.result.error.has_value());
}

TEST_CASE("an answer that is needed and does not come is a time limit, with its place") {
  SimLoop loop;
  const SimEchoServer server(loop, {.fault = [](std::uint64_t) { return EchoFault::drop; }});
  const SimReplay run(
      loop, server,
      kHead + at("0", text("send", "a")) + at("0", text("recv", "a")) + at("0", text("send", "b")),
      {.pace = Pace::reply, .timeout = 5s});
  loop.run();
  REQUIRE(run.result.error.has_value());
  CHECK(run.result.error->code == ErrorCode::timeout);
  CHECK_THAT(run.result.error->message, Catch::Contains("a.jsonl:4: 0 of 1 recorded answers"));
  CHECK(run.done_at >= 5s);
  CHECK(run.done_at < 6500ms);
}

TEST_CASE("messages that nobody waits for do not prolong the wait for an answer") {
  SimLoop loop;
  SimEchoServer server(loop, {.fault = [](std::uint64_t) { return EchoFault::drop; }});
  const SimReplay run(loop, server,
                      kHead + at("0", text("send", "a", 1)) + at("0", text("recv", "a", 1)) +
                          at("0", R"("conn":2,"ev":"open")"));
  loop.advance(100ms);
  for (int i = 0; i < 20 && run.done_at < 0s; ++i) {
    server.send(wire::Opcode::text, "tick");
    loop.advance(500ms);
  }
  CHECK(run.done_at >= 1s);
  CHECK(run.done_at < 3s);
}

TEST_CASE("answers that come too late for one connection are still waited for on the others") {
  SimLoop loop;
  const SimEchoServer server(loop, {.delay = 3s});
  const SimReplay run(loop, server,
                      kHead + at("0", text("send", "a", 1)) + at("0", text("send", "b", 2)) +
                          at("0", text("recv", "a", 1)) + at("0", text("recv", "b", 2)) +
                          at("0", R"("conn":2,"dir":"send","type":"close","code":1000)") +
                          at("0", text("send", "c", 1)),
                      {.pace = Pace::reply});
  loop.advance(2s);
  CHECK(server.received() == std::vector<std::string>{"a", "b"});
  loop.advance(2s);
  CHECK(server.received() == std::vector<std::string>{"a", "b", "c"});
}

TEST_CASE("each connection of a recording is one, on a common clock") {
  SimLoop loop;
  const SimEchoServer server(loop);
  const std::string recording = kHead + at("0.1", R"("conn":1,"ev":"open")") +
                                at("1", text("send", "a", 1)) + at("2", R"("conn":7,"ev":"open")") +
                                at("3", text("send", "b", 7)) + at("3", text("recv", "b", 7)) +
                                at("4", text("send", "c", 1)) + at("4", text("recv", "a", 1)) +
                                at("4", text("recv", "c", 1));
  SECTION("all of them") {
    const SimReplay run(loop, server, recording);
    loop.advance(1800ms);
    CHECK(server.connections() == 1);
    loop.advance(200ms);
    CHECK(server.connections() == 2);
    loop.run();
    CHECK(server.received() == std::vector<std::string>{"a", "b", "c"});
    CHECK(run.result.connections == 2);
  }
  SECTION("one of them") {
    const SimReplay run(loop, server, recording, {.connection = 7});
    loop.run();
    CHECK(server.connections() == 1);
    CHECK(server.received() == std::vector<std::string>{"b"});
    CHECK(run.done_at < 1200ms);
  }
}

TEST_CASE("pings and the close are sent as recorded, pongs are not") {
  SimLoop loop;
  std::vector<std::string> pings;
  const SimEchoServer server(
      loop, {.on_ping = [&](std::uint64_t, const std::string& payload, const Send& send) {
        pings.push_back(payload);
        send(wire::Opcode::pong, payload);
      }});
  const SimReplay run(loop, server,
                      kHead + at("0", R"("dir":"send","type":"ping","b64":"cA==")") +
                          at("0", R"("dir":"send","type":"pong","b64":"cA==")") +
                          at("0", R"("dir":"send","type":"close","code":4000,"reason":"x")") +
                          at("0", R"("dir":"recv","type":"close","code":4000,"reason":"x")"),
                      {.check = true});
  loop.run();
  CHECK(pings == std::vector<std::string>{"p"});
  CHECK_FALSE(run.result.error.has_value());
  CHECK(run.result.check->failures() == 0);
  CHECK(run.result.check->compared == 1);
}

TEST_CASE("a check tells what is different, missing and unexpected, by line") {
  SimLoop loop;
  const SimEchoServer server(
      loop, {.on_message = [](std::uint64_t, const std::string& payload, const Send& send) {
        send(wire::Opcode::text, payload);
        if (payload == "twice") {
          send(wire::Opcode::text, payload);
        }
      }});
  const SimReplay run(loop, server,
                      kHead + at("0", text("send", "a")) + at("0", text("recv", "b")) +
                          at("0", text("send", "twice", 2)) + at("0", text("recv", "twice", 2)) +
                          at("0", text("send", "c", 3)) + at("0", text("recv", "c", 3)) +
                          at("0", text("recv", "d", 3)),
                      {.pace = Pace::asap, .check = true, .timeout = 2s});
  loop.run();
  CHECK_FALSE(run.result.error.has_value());
  REQUIRE(run.result.check.has_value());
  const stats::ReplayCheck& check = *run.result.check;
  CHECK(check.compared == 3);
  CHECK(check.different == 1);
  CHECK(check.missing == 1);
  CHECK(check.unexpected == 1);
  REQUIRE(check.first.size() == 3);
  CHECK(check.first[0].line == 3);
  CHECK(check.first[0].expected == "text b");
  CHECK(check.first[0].got == "text a");
  CHECK(check.first[0].place == "byte 0");
  CHECK(check.first[1].kind == stats::ReplayDifference::Kind::unexpected);
  CHECK(check.first[1].connection == 2);
  CHECK(check.first[2].kind == stats::ReplayDifference::Kind::missing);
  CHECK(check.first[2].line == 8);
}

TEST_CASE("rounds are played over new connections, and checked each") {
  SimLoop loop;
  const SimEchoServer server(loop);
  const SimReplay run(loop, server, kHead + at("0", text("send", "a")) + at("0", text("recv", "b")),
                      {.check = true, .rounds = 3});
  loop.run();
  CHECK(server.received() == std::vector<std::string>{"a", "a", "a"});
  CHECK(run.result.rounds == 3);
  CHECK(run.result.connections == 3);
  CHECK(run.result.check->different == 3);
}

TEST_CASE("a server that closes too early is told with the line that was not sent") {
  SimLoop loop;
  const SimEchoServer server(
      loop, {.on_message = [](std::uint64_t, const std::string&, const Send& send) {
        send(wire::Opcode::close, std::string("\x03\xe8", 2));
      }});
  const SimReplay run(loop, server,
                      kHead + at("0", text("send", "a")) + at("9", text("send", "b")));
  loop.run();
  REQUIRE(run.result.error.has_value());
  CHECK_THAT(run.result.error->message,
             Catch::Contains("a.jsonl:3: ") && Catch::Contains("before this was sent"));
}

TEST_CASE("a connection that is lost ends the replay") {
  SimLoop loop;
  const SimEchoServer server(loop, {.fault = [](std::uint64_t) { return EchoFault::reset; }});
  const SimReplay run(loop, server,
                      kHead + at("0", text("send", "a")) + at("9", text("send", "b")));
  loop.run();
  REQUIRE(run.result.error.has_value());
  CHECK(run.result.error->code == ErrorCode::reset);
  CHECK(run.done_at < 1s);
}

TEST_CASE("a line that cannot be read ends it with its place") {
  SimLoop loop;
  const SimEchoServer server(loop);
  const SimReplay run(loop, server, kHead + at("0", R"("ev":"open")") + "nonsense\n");
  loop.run();
  REQUIRE(run.result.error.has_value());
  CHECK(run.result.error->code == ErrorCode::usage);
  CHECK_THAT(run.result.error->message, Catch::StartsWith("a.jsonl:3: not JSON"));
}

TEST_CASE("an interrupted replay closes its connections") {
  SimLoop loop;
  const SimEchoServer server(loop);
  SimReplay run(loop, server, kHead + at("0", text("send", "a")) + at("99", text("send", "b")));
  loop.advance(1s);
  run.interrupt();
  loop.run();
  CHECK(run.result.interrupted);
  CHECK_FALSE(run.result.error.has_value());
  CHECK(run.done_at < 2s);
}

TEST_CASE("a flood that the recording does not know is bounded in memory") {
  SimLoop loop;
  SimEchoServer server(loop);
  const SimReplay run(loop, server, kHead + at("0", R"("ev":"open")") + at("5", text("recv", "x")),
                      {.check = true, .timeout = 1s});
  loop.advance(1s);
  for (int i = 0; i < 20'000; ++i) {
    server.send(wire::Opcode::text, "x");
  }
  loop.advance(1s);
  CHECK(run.result.received < 20'000);
  loop.run();
  CHECK(run.result.check->compared == 1);
  CHECK(run.result.check->unexpected == 19'999);
}
