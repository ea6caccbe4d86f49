// SPDX-License-Identifier: MIT
// How exchanges end by the peer, by the clock and by the user, with reconnections and without.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "tests/net/session/sim_exchange.h"

using namespace wskit;
using namespace wskit::test;
using namespace std::chrono_literals;

namespace {

using Send = SimEchoOptions::Send;

}  // namespace

TEST_CASE("a peer that closes before the wanted replies leaves them unmet") {
  SimLoop loop;
  const SimEchoServer server(
      loop, {.on_message = [](std::uint64_t, const std::string& payload, const Send& send) {
        send(wire::Opcode::text, payload);
        send(wire::Opcode::close, close_payload(1000, "enough"));
      }});
  const SimExchange run(loop, server, {.goal = replies(2, 30s)}, messages({"a"}));
  loop.run();
  REQUIRE(run.outcome);
  CHECK(run.code() == ErrorCode::unmet);
  CHECK_THAT(run.message(), Catch::Contains("1000 (") && Catch::Contains("enough") &&
                                Catch::Contains("1 of 2 messages came (1 received)"));
  CHECK(run.done_at == 0s);
}

TEST_CASE("a peer that closes before all was sent leaves that unmet") {
  SimLoop loop;
  SimEchoServer server(loop);
  auto input = std::make_unique<TestInput>();
  TestInput& source = *input;
  const SimExchange run(loop, server, {}, std::move(input));
  loop.advance(1s);
  source.give("a");
  loop.advance(1s);
  server.send(wire::Opcode::close, close_payload(1001));
  loop.run();
  REQUIRE(run.outcome);
  CHECK(run.code() == ErrorCode::unmet);
  CHECK_THAT(run.message(), Catch::Contains("before all was sent; 1 message was sent"));
}

TEST_CASE("a peer that closes with an error is the failure, unless that was expected") {
  for (const bool expected : {false, true}) {
    SimLoop loop;
    SimEchoServer server(loop);
    session::ExchangeOptions options{.goal = replies(1, 30s)};
    if (expected) {
      options.expect_close = 1011;
    }
    const SimExchange run(loop, server, std::move(options), std::make_unique<TestInput>());
    loop.advance(1s);
    server.send(wire::Opcode::close, close_payload(1011, "broken"));
    loop.run();
    REQUIRE(run.outcome);
    CHECK(run.code() == (expected ? std::nullopt : std::optional(ErrorCode::closed_remote)));
  }
}

TEST_CASE("another close than the expected one is unmet, and a lost connection is itself") {
  for (const bool cut : {false, true}) {
    SimLoop loop;
    SimEchoServer server(loop);
    const SimExchange run(loop, server, {.expect_close = 4001}, messages({}));
    loop.advance(1s);
    cut ? server.drop() : server.send(wire::Opcode::close, close_payload(4002));
    loop.run();
    REQUIRE(run.outcome);
    CHECK(run.code() == (cut ? ErrorCode::reset : ErrorCode::unmet));
  }
}

TEST_CASE("the longest time is a success or a time limit, as it was asked for") {
  for (const bool ends : {false, true}) {
    SimLoop loop;
    const SimEchoServer server(loop);
    const SimExchange run(loop, server, {.goal = {.max_time = 1min, .max_time_ends = ends}},
                          nullptr);
    loop.run();
    REQUIRE(run.outcome);
    CHECK(run.code() == (ends ? std::nullopt : std::optional(ErrorCode::timeout)));
    CHECK(run.done_at == 1min);
  }
}

TEST_CASE("a longest time without a connection is a time limit") {
  SimLoop loop;
  const SimEchoServer server(loop, {.refuse = [](std::uint64_t) { return true; }});
  const SimExchange run(
      loop, server,
      {.session = {.reconnect = {.attempts = session::ReconnectPolicy::kUnlimited}},
       .goal = {.max_time = 1min, .max_time_ends = true}},
      nullptr);
  loop.run();
  REQUIRE(run.outcome);
  CHECK(run.code() == ErrorCode::timeout);
  CHECK(run.done_at == 1min);
}

TEST_CASE("a longest time that is over between two connections is a success as well") {
  SimLoop loop;
  SimEchoServer server(loop);
  const SimExchange run(
      loop, server,
      {.session = {.reconnect = {.attempts = session::ReconnectPolicy::kUnlimited}},
       .goal = {.max_time = 1min, .max_time_ends = true}},
      nullptr);
  loop.advance(10s);
  server.kill();
  loop.run();
  REQUIRE(run.outcome);
  CHECK(run.lost > 0);
  CHECK_FALSE(run.code());
  CHECK(run.done_at == 1min);
}

TEST_CASE("after a new connection the quiet ends an exchange whose input is at its end") {
  SimLoop loop;
  SimEchoServer server(loop);
  const SimExchange run(loop, server,
                        {.session = {.reconnect = {.attempts = 1}}, .goal = {.quiet = 5s}},
                        messages({"a"}));
  loop.advance(2s);
  server.drop();
  loop.run();
  CHECK(run.lost == 1);
  REQUIRE(run.outcome);
  CHECK_FALSE(run.code());
  CHECK(run.done_at > 7s);
  CHECK(run.done_at < 8s);
}

TEST_CASE("the limit for replies goes on while a lost connection is made again") {
  SimLoop loop;
  SimEchoServer server(loop);
  const SimExchange run(
      loop, server, {.session = {.reconnect = {.attempts = 1}}, .goal = matching("text:z", 30s)},
      messages({"a"}));
  loop.advance(10s);
  server.drop();
  loop.run();
  CHECK(run.lost == 1);
  REQUIRE(run.outcome);
  CHECK(run.code() == ErrorCode::timeout);
  CHECK(run.done_at == 30s);
}

TEST_CASE("what is to be sent waits for the connection to be made again") {
  SimLoop loop;
  SimEchoServer server(loop);
  auto input = std::make_unique<TestInput>();
  TestInput& source = *input;
  const SimExchange run(loop, server,
                        {.session = {.reconnect = {.attempts = 1}}, .goal = replies(1)},
                        std::move(input));
  loop.advance(1s);
  server.send(wire::Opcode::close, close_payload(1012));
  loop.advance(1ms);
  source.give("a");
  loop.run();
  REQUIRE(run.outcome);
  CHECK_FALSE(run.code());
  CHECK(server.connections() == 2);
  CHECK(run.saw("recv text a"));
  // The end of the first connection is a part of the story.
  CHECK(std::ranges::count(run.frames, "recv close ") == 2);
}

TEST_CASE("an interrupt closes in order") {
  SimLoop loop;
  loop.network.to_listener = 100ms;
  loop.network.to_connector = 100ms;
  const SimEchoServer server(loop);
  SimExchange run(loop, server, {.goal = replies(5), .close_reason = "bye"},
                  std::make_unique<TestInput>());
  loop.advance(1s);
  run.exchange().interrupt();
  CHECK_FALSE(run.outcome);
  loop.run();
  REQUIRE(run.outcome);
  CHECK_FALSE(run.code());
  CHECK(run.outcome->end.close_code == wire::CloseCode::normal);
  CHECK(run.frames == std::vector<std::string>{"send close bye", "recv close bye"});
  CHECK(run.done_at == 1200ms);
}

TEST_CASE("without a Close, what was unsent when the connection broke makes a failure") {
  SimLoop loop;
  loop.network.to_listener = 1s;
  loop.network.socket_buffer = 64 << 10;
  SimEchoServer server(loop);
  const SimExchange run(loop, server, {.goal = {.linger = 100ms}, .no_close = true},
                        messages({std::string(512 << 10, 'x')}));
  loop.advance(5s);
  CHECK_FALSE(run.outcome);
  server.drop();
  loop.run();
  REQUIRE(run.outcome);
  CHECK(run.code() == ErrorCode::reset);
}

TEST_CASE("an interrupt while connecting ends at once") {
  SimLoop loop;
  loop.network.to_connector = 1s;
  const SimEchoServer server(loop);
  SimExchange run(loop, server, {}, messages({"a"}));
  loop.advance(100ms);
  run.exchange().interrupt();
  loop.run();
  REQUIRE(run.outcome);
  CHECK_FALSE(run.code());
  CHECK(run.done_at == 100ms);
  CHECK(run.frames.empty());
}

TEST_CASE("what is to be sent while the peer's Close is answered was not sent") {
  SimLoop loop;
  loop.network.to_listener = 1s;
  loop.network.to_connector = 1s;
  SimEchoServer server(loop);
  auto input = std::make_unique<TestInput>();
  TestInput& source = *input;
  const SimExchange run(loop, server, {}, std::move(input));
  loop.advance(10s);
  server.send(wire::Opcode::close, close_payload(1000));
  // The Close is here, the end of the TCP connection is not.
  loop.advance(1500ms);
  source.give("late");
  CHECK_FALSE(run.outcome);
  loop.run();
  REQUIRE(run.outcome);
  CHECK(run.code() == ErrorCode::unmet);
  CHECK_THAT(run.message(), Catch::Contains("before all was sent"));
}

TEST_CASE("what was not sent before a connection was lost is sent on the next one") {
  SimLoop loop;
  loop.network.to_listener = 1s;
  loop.network.to_connector = 1s;
  SimEchoServer server(loop);
  auto input = std::make_unique<TestInput>();
  TestInput& source = *input;
  const SimExchange run(loop, server,
                        {.session = {.reconnect = {.attempts = 3}}, .goal = replies(1, 30s)},
                        std::move(input));
  loop.advance(10s);
  server.send(wire::Opcode::close, close_payload(1012));
  loop.advance(1500ms);
  source.give("late");
  source.end();
  loop.run();
  REQUIRE(run.outcome);
  CHECK_FALSE(run.code());
  CHECK(run.lost == 1);
  CHECK(run.saw("recv text late"));
}

TEST_CASE("a peer that does not read holds the input back") {
  SimLoop loop;
  loop.network.socket_buffer = 64 << 10;
  const SimEchoServer server(loop, {.deaf = true});
  const std::vector<std::string> many(20'000, std::string(1000, 'x'));
  const SimExchange run(loop, server, {.goal = replies(1)}, messages(many));
  loop.advance(1min);
  CHECK_FALSE(run.outcome);
  // The queue's mark, one message above it, and what fits into the sockets.
  CHECK(run.frames.size() > 1000);
  CHECK(run.frames.size() < 1500);
}
