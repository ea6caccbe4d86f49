// SPDX-License-Identifier: MIT
#include "session/exchange.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "tests/net/load/sim_echo_server.h"
#include "tests/net/session/sim_client.h"
#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::test;
using namespace std::chrono_literals;
using session::ExchangeOptions;
using session::Goal;
using session::Input;

namespace {

using Send = SimEchoOptions::Send;

std::string close_payload(unsigned code, const std::string& reason = {}) {
  return std::string{static_cast<char>(code >> 8U), static_cast<char>(code)} + reason;
}

void pong(std::uint64_t /*number*/, const std::string& payload, const Send& send) {
  send(wire::Opcode::pong, payload);
}

/// An input that gives what the test puts into it.
class TestInput final : public Input {
 public:
  void set_handler(session::InputHandler& handler) override { handler_ = &handler; }
  [[nodiscard]] Expected<Next> next() override {
    if (waiting_.empty()) {
      return Next{.state = over_ ? State::end : State::later, .message = {}};
    }
    given_ = std::move(waiting_.front());
    waiting_.erase(waiting_.begin());
    return Next{.state = State::message, .message = given_.view()};
  }
  void give(std::string payload) {
    waiting_.push_back({.type = script::MessageType::text, .payload = std::move(payload)});
    handler_->on_input();
  }
  void end() {
    over_ = true;
    handler_->on_input();
  }

 private:
  session::InputHandler* handler_ = nullptr;
  std::vector<script::Message> waiting_;
  script::Message given_;
  bool over_ = false;
};

std::unique_ptr<Input> messages(const std::vector<std::string>& payloads) {
  std::vector<script::Message> list;
  for (const std::string& payload : payloads) {
    list.push_back({.type = script::MessageType::text, .payload = payload});
  }
  return std::make_unique<session::ListInput>(std::move(list));
}

/// An exchange with a server on the same simulated loop, and what its watcher was told.
class SimExchange final : session::ExchangeWatcher {
 public:
  SimExchange(SimLoop& loop, const SimEchoServer& server, ExchangeOptions options,
              std::unique_ptr<Input> input)
      : loop_(loop),
        options_(std::move(options)),
        client_(loop, server.url()),
        exchange_(client_.client(), loop, options_, *this),
        start_(loop.now()) {
    if (input != nullptr) {
      exchange_.set_input(std::move(input));
    }
    exchange_.start();
  }

  [[nodiscard]] session::Exchange& exchange() { return exchange_; }
  /// Code and text of the failure, or nothing for a success.
  [[nodiscard]] std::optional<ErrorCode> code() const {
    return outcome->error ? std::optional(outcome->error->code) : std::nullopt;
  }
  [[nodiscard]] const std::string& message() const { return outcome->error->message; }
  [[nodiscard]] bool saw(const std::string& frame) const {
    return std::ranges::find(frames, frame) != frames.end();
  }

  /// "send text hi"
  std::vector<std::string> frames;
  int lost = 0;
  std::optional<session::Outcome> outcome;
  Nanoseconds done_at{-1};

 private:
  void on_open(const ws::Opened& /*opened*/) override {}
  void on_lost(const session::ConnectionEnd& /*end*/, Nanoseconds /*wait*/) override { ++lost; }
  void on_loss(script::Loss /*loss*/) override {}
  void on_frame(script::Direction direction, const script::MessageView& message) override {
    frames.push_back(fmt::format("{} {} {}", direction == script::Direction::send ? "send" : "recv",
                                 script::name(message.type), message.payload));
  }
  void on_done(const session::Outcome& result) override {
    CHECK_FALSE(outcome);
    outcome = result;
    done_at = loop_.now() - start_;
  }

  SimLoop& loop_;
  ExchangeOptions options_;
  SimClient client_;
  session::Exchange exchange_;
  Instant start_;
};

Goal replies(std::uint64_t count, Nanoseconds timeout = 0s) {
  return {.replies = count, .reply_timeout = timeout};
}

Goal matching(const std::string& match, Nanoseconds timeout = 0s) {
  return {.replies = 1, .match = script::Matcher::parse(match).value(), .reply_timeout = timeout};
}

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
    ExchangeOptions options{.goal = replies(1, 30s)};
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
