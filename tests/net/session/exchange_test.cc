// SPDX-License-Identifier: MIT
#include "session/exchange.h"

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

TEST_CASE("an exchange ends with the reply that matches") {
  SimLoop loop;
  const SimEchoServer server(loop);
  const SimExchange run(loop, server, {.goal = matching("text:b")}, messages({"a", "b"}));
  loop.run();
  REQUIRE(run.outcome);
  CHECK_FALSE(run.code());
  CHECK(run.outcome->sent == 2);
  CHECK(run.outcome->received == 2);
}

TEST_CASE("what comes behind the wanted reply is not put out") {
  SimLoop loop;
  const SimEchoServer server(
      loop, {.on_message = [](std::uint64_t, const std::string& payload, const Send& send) {
        send(wire::Opcode::text, payload);
        send(wire::Opcode::text, "after");
        send(wire::Opcode::binary, "that");
      }});
  const SimExchange run(loop, server, {.goal = replies(1)}, messages({"a"}));
  loop.run();
  REQUIRE(run.outcome);
  CHECK_FALSE(run.code());
  CHECK(run.outcome->received == 1);
  CHECK(run.frames ==
        std::vector<std::string>{"send text a", "recv text a", "send close ", "recv close "});
}

TEST_CASE("a reply that does not come is a time limit, counted from the end of the input") {
  SimLoop loop;
  const SimEchoServer server(loop);
  auto input = std::make_unique<TestInput>();
  TestInput& source = *input;
  const SimExchange run(loop, server, {.goal = matching("text:z", 30s)}, std::move(input));
  loop.advance(1min);
  source.give("a");
  loop.advance(1min);
  CHECK_FALSE(run.outcome);
  source.end();
  loop.run();
  REQUIRE(run.outcome);
  CHECK(run.code() == ErrorCode::timeout);
  CHECK_THAT(run.message(), Catch::Contains("0 of 1 message to match text:z came (1 received)"));
  CHECK(run.done_at == 2min + 30s);
}

TEST_CASE("quiet is counted from the last message") {
  SimLoop loop;
  SimEchoServer server(loop);
  const SimExchange run(loop, server, {.goal = {.quiet = 1s}}, messages({"a"}));
  for (int i = 0; i < 10; ++i) {
    loop.advance(900ms);
    server.send(wire::Opcode::text, "more");
  }
  CHECK_FALSE(run.outcome);
  loop.run();
  REQUIRE(run.outcome);
  CHECK_FALSE(run.code());
  CHECK(run.done_at == 9s + 1s);
  CHECK(run.outcome->received == 11);
}

TEST_CASE("pings and pongs do not break the quiet") {
  SimLoop loop;
  SimEchoServer server(loop, {.on_ping = pong});
  const SimExchange run(loop, server, {.session = {.ping_interval = 400ms}, .goal = {.quiet = 1s}},
                        messages({"a"}));
  for (int i = 0; i < 10; ++i) {
    loop.advance(300ms);
    server.send(wire::Opcode::ping, "there?");
  }
  REQUIRE(run.outcome);
  CHECK_FALSE(run.code());
  CHECK(run.done_at == 1s);
}

TEST_CASE("it is not quiet while something is unsent") {
  SimLoop loop;
  loop.network.to_listener = 800ms;
  loop.network.socket_buffer = 64 << 10;
  const SimEchoServer server(
      loop, {.on_message = [](std::uint64_t, const std::string&, const Send& send) {
        send(wire::Opcode::text, "got it");
      }});
  const SimExchange run(loop, server, {.goal = {.quiet = 2s}},
                        messages({std::string(512 << 10, 'x')}));
  loop.run();
  REQUIRE(run.outcome);
  CHECK_FALSE(run.code());
  CHECK(run.saw("recv text got it"));
  CHECK(run.done_at > 6400ms);
}

TEST_CASE("without an end of quiet it lasts until the peer closes") {
  SimLoop loop;
  SimEchoServer server(loop);
  const SimExchange run(loop, server, {}, messages({"a"}));
  loop.advance(24h);
  CHECK_FALSE(run.outcome);
  server.send(wire::Opcode::close, close_payload(1000));
  loop.run();
  REQUIRE(run.outcome);
  CHECK_FALSE(run.code());
}

TEST_CASE("a time to linger is kept, whatever comes") {
  SimLoop loop;
  const SimEchoServer server(loop);
  const SimExchange run(loop, server, {.goal = {.linger = 5s}}, messages({"a"}));
  loop.run();
  REQUIRE(run.outcome);
  CHECK_FALSE(run.code());
  CHECK(run.done_at == 5s);
}
