// SPDX-License-Identifier: MIT
#include "session/session.h"

#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "tests/net/load/sim_echo_server.h"
#include "tests/net/session/sim_exchange.h"
#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::test;
using namespace std::chrono_literals;
using session::ConnectionEnd;
using session::SessionOptions;

namespace {

script::Message text(std::string payload) {
  return {.type = script::MessageType::text, .payload = std::move(payload)};
}

/// A session with a server on the same simulated loop, and what its owner was told, with when.
class SimSession final : session::SessionHandler {
 public:
  SimSession(SimLoop& loop, const SimEchoServer& server, SessionOptions options)
      : loop_(loop),
        options_(std::move(options)),
        client_(loop, server.url()),
        session_(client_.client(), loop, options_, *this),
        start_(loop.now()) {
    session_.start();
  }

  [[nodiscard]] session::Session& session() { return session_; }

  /// Without times: "open", "ready", "sent text hi", "recv pong x", "lost", "end".
  std::vector<std::string> told;
  std::vector<Nanoseconds> opened;
  std::vector<Nanoseconds> heartbeats;
  std::vector<std::pair<Nanoseconds, Nanoseconds>> lost;  // when, and the wait
  std::vector<std::pair<Nanoseconds, ConnectionEnd>> ended;

 private:
  [[nodiscard]] Nanoseconds now() const { return loop_.now() - start_; }
  void on_open(const ws::Opened& /*opened*/) override {
    opened.push_back(now());
    told.emplace_back("open");
  }
  void on_ready() override { told.emplace_back("ready"); }
  void on_received(const script::MessageView& message, Instant /*at*/) override {
    told.push_back(fmt::format("recv {} {}", script::name(message.type), message.payload));
  }
  void on_sent(const script::MessageView& message, Instant /*at*/) override {
    told.push_back(fmt::format("sent {} {}", script::name(message.type), message.payload));
    if (message.payload == options_.heartbeat) {
      heartbeats.push_back(now());
    }
  }
  void on_drain() override {}
  void on_lost(const ConnectionEnd& /*end*/, Nanoseconds wait) override {
    told.emplace_back("lost");
    lost.emplace_back(now(), wait);
  }
  void on_end(const ConnectionEnd& end) override {
    told.emplace_back("end");
    ended.emplace_back(now(), end);
  }

  SimLoop& loop_;
  SessionOptions options_;
  SimClient client_;
  session::Session session_;
  Instant start_;
};

/// Server answers the first upgrades with `answer` and accepts the one after them.
SimEchoOptions refusing(std::string answer, std::uint64_t times = 1) {
  return {.answer = [answer = std::move(answer), times](std::uint64_t connection) {
    return connection < times ? answer : std::string();
  }};
}

std::string unavailable(const std::string& headers) {
  return "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n" + headers + "\r\n";
}

}  // namespace

TEST_CASE("a lost connection is made again after its delay, init messages first") {
  SimLoop loop;
  SimEchoServer server(loop);
  SimSession run(loop, server,
                 {.reconnect = {.attempts = 3}, .init = {text("login"), text("join")}});
  loop.advance(1s);
  server.drop();
  loop.advance(1s);
  CHECK(run.told == std::vector<std::string>{"open", "sent text login", "sent text join", "ready",
                                             "recv text login", "recv text join", "lost", "open",
                                             "sent text login", "sent text join", "ready",
                                             "recv text login", "recv text join"});
  REQUIRE(run.lost.size() == 1);
  CHECK(run.lost[0].first == 1s);
  CHECK(run.lost[0].second >= 250ms);
  CHECK(run.lost[0].second <= 500ms);
  CHECK(run.opened == std::vector<Nanoseconds>{0s, 1s + run.lost[0].second});
}

TEST_CASE("a server that stays away is tried so many times, ever more slowly") {
  SimLoop loop;
  SimEchoServer server(loop);
  const SimSession run(loop, server, {.reconnect = {.attempts = 3}});
  loop.advance(1s);
  server.kill();
  loop.run();
  REQUIRE(run.lost.size() == 3);
  Nanoseconds longest = 500ms;
  Nanoseconds due = 1s;
  for (const auto& [when, wait] : run.lost) {
    CHECK(when == due);
    CHECK(wait >= longest / 2);
    CHECK(wait <= longest);
    longest *= 2;
    due = when + wait;
  }
  REQUIRE(run.ended.size() == 1);
  CHECK(run.ended[0].first == due);
  CHECK(run.ended[0].second.error->code == ErrorCode::tcp_refused);
}

TEST_CASE("a connection that brought a message makes the next loss the first one") {
  SimLoop loop;
  SimEchoServer server(loop);
  const SimSession run(loop, server, {.reconnect = {.attempts = 1}, .init = {text("hi")}});
  for (int i = 0; i < 5; ++i) {
    loop.advance(1s);
    server.drop();
  }
  loop.advance(1s);
  CHECK(run.opened.size() == 6);
  CHECK(run.ended.empty());
}

TEST_CASE("a connection that breaks at once again and again uses its attempts up") {
  SimLoop loop;
  SimEchoServer server(loop, {.on_message = [&](std::uint64_t, const std::string&,
                                                const SimEchoOptions::Send&) { server.drop(); }});
  const SimSession run(loop, server, {.reconnect = {.attempts = 2}, .init = {text("hi")}});
  loop.run();
  CHECK(run.opened.size() == 3);
  REQUIRE(run.ended.size() == 1);
  CHECK(exit_code(run.ended[0].second.error->code) == 56);
}

TEST_CASE("a refusal with Retry-After in seconds is waited for") {
  SimLoop loop;
  const SimEchoServer server(loop, refusing(unavailable("Retry-After: 90\r\n")));
  const SimSession run(loop, server, {.reconnect = {.attempts = 1}});
  loop.advance(2min);
  CHECK(run.opened == std::vector<Nanoseconds>{90s});
}

TEST_CASE("a refusal with Retry-After as a date is waited for by the server's clock") {
  SimLoop loop;
  const SimEchoServer server(
      loop, refusing(unavailable("Date: Tue, 15 Nov 1994 08:49:37 GMT\r\n"
                                 "Retry-After: Tue, 15 Nov 1994 08:50:07 GMT\r\n")));
  const SimSession run(loop, server, {.reconnect = {.attempts = 1}});
  loop.advance(2min);
  CHECK(run.opened == std::vector<Nanoseconds>{30s});
}

TEST_CASE("a refusal that is meant is the end") {
  SimLoop loop;
  const SimEchoServer server(
      loop, refusing("HTTP/1.1 401 Unauthorized\r\nContent-Length: 8\r\n\r\nno token"));
  const SimSession run(loop, server, {.reconnect = {.attempts = 9}});
  loop.run();
  CHECK(server.connections() == 1);
  REQUIRE(run.ended.size() == 1);
  CHECK(run.ended[0].second.http_status == 401);
  CHECK_THAT(run.ended[0].second.error->message, Catch::EndsWith("and said: no token"));
}

TEST_CASE("a normal close is the end, and one that asks to come back is not") {
  SimLoop loop;
  SimEchoServer server(loop);
  const SimSession run(loop, server, {.reconnect = {.attempts = 9}});
  loop.advance(1s);
  server.send(wire::Opcode::close, close_payload(1012));
  loop.advance(1s);
  CHECK(run.lost.size() == 1);
  CHECK(run.opened.size() == 2);
  server.send(wire::Opcode::close, close_payload(1000));
  loop.advance(1s);
  CHECK(run.opened.size() == 2);
  REQUIRE(run.ended.size() == 1);
  CHECK(run.ended[0].second.close_code == wire::CloseCode::normal);
}

TEST_CASE("our own close is the end") {
  SimLoop loop;
  const SimEchoServer server(loop);
  SimSession run(loop, server, {.reconnect = {.attempts = 9}});
  loop.advance(1s);
  CHECK(run.session().close(wire::CloseCode::normal, "bye"));
  loop.run();
  CHECK(run.told == std::vector<std::string>{"open", "ready", "end"});
  CHECK(run.ended[0].second.close_reason == "bye");
  CHECK_FALSE(run.ended[0].second.by_peer);
}

TEST_CASE("closing while a connection is waited for ends at once") {
  SimLoop loop;
  SimEchoServer server(loop);
  SimSession run(loop, server, {.reconnect = {.attempts = 9}});
  loop.advance(1s);
  server.kill();
  loop.advance(100ms);
  REQUIRE(run.lost.size() == 1);
  CHECK(run.session().close(wire::CloseCode::normal, {}));
  loop.run();
  REQUIRE(run.ended.size() == 1);
  CHECK(run.ended[0].first == 1100ms);
  CHECK(run.ended[0].second.error->code == ErrorCode::closed_local);
}

TEST_CASE("a silent peer is dead after the ping interval and the timeout") {
  SimLoop loop;
  const SimEchoServer server(loop);
  const SimSession run(loop, server, {.ping_interval = 30s, .ping_timeout = 10s});
  loop.run();
  CHECK(run.told == std::vector<std::string>{"open", "ready", "sent ping wskit-1", "end"});
  REQUIRE(run.ended.size() == 1);
  CHECK(run.ended[0].first == 40s);
  CHECK(run.ended[0].second.error->code == ErrorCode::ping_timeout);
}

TEST_CASE("a dead peer is left for a new connection") {
  SimLoop loop;
  const SimEchoServer server(loop);
  const SimSession run(loop, server,
                       {.reconnect = {.attempts = 1}, .ping_interval = 30s, .ping_timeout = 10s});
  loop.advance(45s);
  REQUIRE(run.lost.size() == 1);
  CHECK(run.lost[0].first == 40s);
  CHECK(run.opened.size() == 2);
}

TEST_CASE("a peer that answers pings lives, and the round trip is known") {
  SimLoop loop;
  loop.network.to_connector = 70ms;
  const SimEchoServer server(loop, {.on_ping = pong});
  SimSession run(loop, server, {.ping_interval = 1s, .ping_timeout = 500ms});
  CHECK_FALSE(run.session().round_trip());
  loop.advance(1h);
  CHECK(run.ended.empty());
  CHECK(run.session().round_trip() == 70ms);
}

TEST_CASE("a peer that sends messages but no pongs lives for as long as they come") {
  SimLoop loop;
  SimEchoServer server(loop);
  const SimSession run(loop, server, {.ping_interval = 10s, .ping_timeout = 5s});
  for (int i = 0; i < 20; ++i) {
    loop.advance(4s);
    server.send(wire::Opcode::text, "tick");
  }
  CHECK(run.ended.empty());
  loop.advance(5s);
  CHECK(run.ended.size() == 1);
}

TEST_CASE("a peer lives while a long message is on its way") {
  SimLoop loop;
  loop.network.to_connector = 1s;
  loop.network.socket_buffer = 64 << 10;
  SimEchoServer server(loop);
  const SimSession run(loop, server, {.ping_interval = 3s, .ping_timeout = 5s});
  loop.advance(1500ms);
  server.send(wire::Opcode::text, std::string(1 << 20, 'x'));
  loop.advance(16s);
  CHECK(run.ended.empty());
  loop.advance(30s);
  REQUIRE(run.ended.size() == 1);
  CHECK(run.told.at(run.told.size() - 2).size() < 100);
}

TEST_CASE("a peer that we do not listen to is not found dead") {
  SimLoop loop;
  const SimEchoServer server(loop, {.on_ping = pong});
  SimSession run(loop, server, {.ping_interval = 30s, .ping_timeout = 10s});
  loop.advance(1s);
  run.session().pause();
  loop.advance(1h);
  CHECK(run.ended.empty());
  run.session().resume();
  loop.advance(1h);
  CHECK(run.ended.empty());
}

TEST_CASE("a heartbeat is sent again and again on each connection") {
  SimLoop loop;
  SimEchoServer server(loop);
  const SimSession run(
      loop, server, {.reconnect = {.attempts = 1}, .heartbeat = "beat", .heartbeat_interval = 20s});
  loop.advance(50s);
  server.drop();
  loop.advance(45s);
  REQUIRE(run.lost.size() == 1);
  const Nanoseconds again = 50s + run.lost[0].second;
  CHECK(run.heartbeats == std::vector<Nanoseconds>{20s, 40s, again + 20s, again + 40s});
}

TEST_CASE("a session that was dropped has nothing more to do") {
  SimLoop loop;
  const SimEchoServer server(loop, {.deaf = true});
  SimSession run(
      loop, server,
      {.ping_interval = 1s, .ping_timeout = 1s, .heartbeat = "beat", .heartbeat_interval = 700ms});
  loop.advance(1500ms);
  run.session().drop();
  const std::size_t told = run.told.size();
  loop.advance(1min);
  REQUIRE(run.ended.size() == 1);
  CHECK(run.ended.front().second.error->code == ErrorCode::closed_local);
  CHECK(run.told.size() == told + 1);
}
