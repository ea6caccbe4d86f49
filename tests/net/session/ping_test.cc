// SPDX-License-Identifier: MIT
#include "session/ping.h"

#include <string>
#include <utility>
#include <vector>

#include "net/dialer.h"
#include "net/resolver.h"
#include "tests/net/load/sim_echo_server.h"
#include "tests/support/catch.h"
#include "tests/support/sim_loop.h"
#include "wire/handshake.h"

using namespace wskit;
using namespace wskit::test;
using namespace std::chrono_literals;
using session::PingOptions;

namespace {

using Send = SimEchoOptions::Send;

void pong(std::uint64_t /*number*/, const std::string& payload, const Send& send) {
  send(wire::Opcode::pong, payload);
}

/// A ping against a server on the same simulated loop, and what its observer was told.
class SimPing final : session::PingObserver {
 public:
  SimPing(SimLoop& loop, const SimEchoServer& server, const PingOptions& options)
      : loop_(loop),
        resolver_(net::Resolver::create()),
        dialer_(net::Dialer::create(loop, *resolver_, {}).value()),
        client_(*dialer_,
                wire::UpgradeRequest::make({.uri = wire::parse_uri(server.url()).value()}).value(),
                {.connection = {.close_timeout = 1s}}),
        ping_(loop, client_, options, *this) {
    ping_.start();
  }

  [[nodiscard]] session::Ping& ping() { return ping_; }
  [[nodiscard]] const stats::PingResult& result() const { return ping_.result(); }

  std::vector<std::pair<std::uint64_t, Nanoseconds>> round_trips;
  std::vector<Instant> at;
  std::vector<std::uint64_t> lost;
  int opened = 0;
  int ended = 0;

 private:
  void on_open(const stats::PingResult& so_far) override {
    ++opened;
    CHECK(so_far.opening.has_value());
  }
  void on_round_trip(std::uint64_t number, Nanoseconds time) override {
    round_trips.emplace_back(number, time);
    at.push_back(loop_.now());
  }
  void on_lost(std::uint64_t number) override { lost.push_back(number); }
  void on_end() override {
    ++ended;
    loop_.stop();
  }

  SimLoop& loop_;
  std::unique_ptr<net::Resolver> resolver_;
  std::unique_ptr<net::Dialer> dialer_;
  ws::Client client_;
  session::Ping ping_;
};

using RoundTrip = std::pair<std::uint64_t, Nanoseconds>;

}  // namespace

TEST_CASE("round trips are what the network takes, the first ping at once") {
  SimLoop loop;
  loop.network.to_listener = 3ms;
  loop.network.to_connector = 7ms;
  const SimEchoServer server(loop, {.on_ping = pong});
  SimPing run(loop, server, {.count = 3});
  const Instant start = loop.now();
  loop.run();
  CHECK(run.opened == 1);
  CHECK(run.ended == 1);
  CHECK(run.round_trips == std::vector<RoundTrip>{{1, 10ms}, {2, 10ms}, {3, 10ms}});
  // The connection is there after one round trip and the upgrade after another.
  const Instant opened = start + 20ms;
  CHECK(run.at == std::vector<Instant>{opened + 10ms, opened + 1010ms, opened + 2010ms});
  const stats::PingResult& result = run.result();
  CHECK_FALSE(result.error);
  CHECK(result.opening->dns == 0ns);
  CHECK(result.opening->connect == 10ms);
  CHECK(result.opening->upgrade == 10ms);
  CHECK(result.opening->first_byte == 10ms);
  CHECK(result.round_trips.sent_count() == 3);
  CHECK(result.round_trips.answered_count() == 3);
  CHECK(result.round_trips.lost_count() == 0);
}

TEST_CASE("without pings the connection is only opened") {
  SimLoop loop;
  const SimEchoServer server(loop, {.on_ping = pong});
  const SimPing run(loop, server, {.count = 0});
  loop.run();
  CHECK(run.opened == 1);
  CHECK(run.ended == 1);
  CHECK_FALSE(run.result().error);
  CHECK(run.result().round_trips.sent_count() == 0);
}

TEST_CASE("a ping that is never answered is lost after its time and the others go on") {
  SimLoop loop;
  const SimEchoServer server(
      loop, {.on_ping = [](std::uint64_t number, const std::string& payload, const Send& send) {
        if (number != 1) {
          send(wire::Opcode::pong, payload);
        }
      }});
  const SimPing run(loop, server, {.count = 4, .interval = 1s, .timeout = 1500ms});
  const Instant start = loop.now();
  loop.run();
  CHECK(run.lost == std::vector<std::uint64_t>{2});
  CHECK(run.round_trips.size() == 3);
  CHECK(run.result().round_trips.lost_count() == 1);
  CHECK(loop.now() - start == 3s);
}

TEST_CASE("a server that never pongs loses all pings and still ends in order") {
  SimLoop loop;
  const SimEchoServer server(loop);
  const SimPing run(loop, server, {.count = 3, .interval = 1s, .timeout = 5s});
  const Instant start = loop.now();
  loop.run();
  CHECK(run.lost == std::vector<std::uint64_t>{1, 2, 3});
  CHECK(run.round_trips.empty());
  CHECK_FALSE(run.result().error);
  CHECK(loop.now() - start == 15s);
}

TEST_CASE("a pong that does not match and messages nobody asked for are no round trip") {
  SimLoop loop;
  const SimEchoServer server(
      loop, {.on_ping = [](std::uint64_t number, const std::string& payload, const Send& send) {
        send(wire::Opcode::text, "hello");
        send(wire::Opcode::pong, "");
        send(wire::Opcode::pong, payload + "!");
        if (number == 0) {
          send(wire::Opcode::pong, payload);
          send(wire::Opcode::pong, payload);
        }
      }});
  const SimPing run(loop, server, {.count = 2, .interval = 1s, .timeout = 2s});
  loop.run();
  CHECK(run.round_trips.size() == 1);
  CHECK(run.lost == std::vector<std::uint64_t>{2});
  CHECK(run.result().round_trips.unmatched_count() == 5);
}

TEST_CASE("a pong after its time was up is not counted") {
  SimLoop loop;
  loop.network.to_connector = 2s;
  const SimEchoServer server(loop, {.on_ping = pong});
  const SimPing run(loop, server, {.count = 2, .interval = 3s, .timeout = 1s});
  loop.run();
  CHECK(run.lost == std::vector<std::uint64_t>{1, 2});
  CHECK(run.round_trips.empty());
  CHECK(run.result().round_trips.unmatched_count() >= 1);
}

TEST_CASE("no ping is sent while another is out, since a server need not answer both") {
  SimLoop loop;
  loop.network.to_connector = 1s;
  const SimEchoServer server(
      loop, {.on_ping = [&, last = Instant()](std::uint64_t, const std::string& payload,
                                              const Send& send) mutable {
        // As some servers do: what comes while a pong is on its way is dropped.
        if (loop.now() - last >= 1s) {
          last = loop.now();
          send(wire::Opcode::pong, payload);
        }
      }});
  const SimPing run(loop, server, {.count = 5, .interval = 100ms, .timeout = 5s});
  loop.run();
  REQUIRE(run.round_trips.size() == 5);
  for (const auto& [number, time] : run.round_trips) {
    CHECK(time == 1s);
  }
}

TEST_CASE("a connection that is lost ends it and what was out is lost") {
  SimLoop loop;
  loop.network.to_connector = 10ms;
  SimEchoServer server(loop, {.on_ping = pong});
  const SimPing run(loop, server, {.count = 100});
  loop.advance(2500ms);
  server.kill();
  loop.run();
  CHECK(run.ended == 1);
  REQUIRE(run.result().error);
  CHECK(exit_code(run.result().error->code) == 56);
  CHECK(run.result().round_trips.answered_count() == 3);
}

TEST_CASE("a server that closes in order ends it with its code") {
  SimLoop loop;
  using namespace std::string_literals;
  const SimEchoServer server(
      loop, {.on_ping = [](std::uint64_t number, const std::string& payload, const Send& send) {
        if (number == 1) {
          return send(wire::Opcode::close, "\x03\xe9"s + "away");
        }
        send(wire::Opcode::pong, payload);
      }});
  SimPing run(loop, server, {.count = 3});
  loop.run();
  CHECK(run.ended == 1);
  REQUIRE(run.result().error);
  CHECK(run.result().error->code == ErrorCode::unmet);
  CHECK_THAT(run.result().error->message, Catch::Contains("1001") && Catch::Contains("away"));
  CHECK(run.lost == std::vector<std::uint64_t>{2});
}

TEST_CASE("stopping ends it in order and leaves what is out uncounted") {
  SimLoop loop;
  loop.network.to_connector = 400ms;
  const SimEchoServer server(loop, {.on_ping = pong});
  SimPing run(loop, server, {.count = 100});
  loop.advance(3s);
  run.ping().stop();
  loop.run();
  CHECK(run.ended == 1);
  CHECK(run.result().interrupted);
  CHECK_FALSE(run.result().error);
  CHECK(run.lost.empty());
  CHECK(run.result().round_trips.sent_count() > run.result().round_trips.answered_count());
}

TEST_CASE("stopping while the connection opens ends it at once") {
  SimLoop loop;
  loop.network.to_connector = 400ms;
  const SimEchoServer server(loop, {.on_ping = pong});
  SimPing run(loop, server, {});
  loop.advance(100ms);
  run.ping().stop();
  CHECK(run.ended == 1);
  CHECK(run.result().interrupted);
  CHECK_FALSE(run.result().opening);
}

TEST_CASE("a refused upgrade is the error, with what the server said") {
  SimLoop loop;
  const SimEchoServer server(loop, {.refuse = [](std::uint64_t) { return true; }});
  const SimPing run(loop, server, {});
  loop.run();
  CHECK(run.ended == 1);
  CHECK(run.opened == 0);
  REQUIRE(run.result().error);
  CHECK(run.result().error->code == ErrorCode::upgrade_http_status);
}
