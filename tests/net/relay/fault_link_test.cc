// SPDX-License-Identifier: MIT
// Faults on every kind of loop: who waits for whom, and how connections end.
#include <string>
#include <utility>
#include <vector>

#include "relay/fault_plan.h"
#include "tests/net/relay/fixture.h"
#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::test;

namespace {

constexpr std::string_view kUpgraded =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";

struct Fired final : relay::FaultWatcher {
  std::vector<relay::FaultFiring> firings;

 private:
  void on_fault(const relay::FaultFiring& firing) override { firings.push_back(firing); }
};

/// A relay with faults, and one WebSocket through it.
struct Faulty {
  Faulty(net::Loop& loop, const std::vector<std::string>& rules)
      : plan(parse(rules), 1, fired), test(loop, {.faults = &plan}), joined(test.join()) {
    server().write(kUpgraded);
  }

  static std::vector<relay::FaultRule> parse(const std::vector<std::string>& rules) {
    std::vector<relay::FaultRule> parsed;
    for (const std::string& rule : rules) {
      parsed.push_back(relay::parse_fault(rule).value());
    }
    return parsed;
  }
  End& client() { return *joined.client; }
  End& server() { return *joined.server; }
  /// What came behind the answer.
  [[nodiscard]] std::string frames() const {
    const std::string& all = joined.client->received;
    return all.starts_with(kUpgraded) ? all.substr(kUpgraded.size()) : "no answer yet";
  }

  Fired fired;
  relay::FaultPlan plan;
  RelayUnderTest test;
  RelayUnderTest::Joined joined;
};

std::string text(const std::string& payload) {
  return std::string("\x81") + static_cast<char>(payload.size()) + payload;
}

}  // namespace

WSKIT_LOOP_TEST("a close takes its place between messages, and what follows does not come") {
  Faulty faulty(loop, {"close:4001,after:1"});
  faulty.server().write(text("one") + text("two"));
  const std::string close("\x88\x02\x0f\xa1", 4);
  run_until(loop, [&] { return faulty.frames().ends_with(close); });
  CHECK(faulty.frames() == text("one") + close);
  // The other direction is as it was, and so is the end.
  faulty.client().write("answer");
  faulty.client().stream->finish();
  run_until(loop, [&] { return faulty.server().eofs == 1; });
  CHECK(faulty.server().received.ends_with("answer"));
  faulty.server().stream->finish();
  run_until(loop, [&] { return faulty.test.relay.connections() == 0; });
  CHECK(faulty.client().errors == 0);
  REQUIRE(faulty.fired.firings.size() == 1);
  CHECK(faulty.fired.firings[0].connection == 1);
  CHECK(faulty.plan.faults()[0].fired == 1);
}

WSKIT_LOOP_TEST("messages that are late come before the end that was sent behind them") {
  Faulty faulty(loop, {"delay:30ms"});
  const Instant start = loop.now();
  faulty.server().write(text("one") + text("two"));
  faulty.server().stream->finish();
  run_until(loop, [&] { return faulty.client().eofs == 1; });
  CHECK(faulty.frames() == text("one") + text("two"));
  CHECK(loop.now() - start >= std::chrono::milliseconds(30));
}

WSKIT_LOOP_TEST("a client that is gone takes late messages with it") {
  Faulty faulty(loop, {"delay:10s"});
  faulty.server().write(text("never"));
  run_until(loop, [&] { return faulty.frames().empty() && !faulty.fired.firings.empty(); });
  faulty.client().stream->reset_on_close();
  faulty.client().stream.reset();
  run_until(loop, [&] { return faulty.server().errors == 1; });
  run_until(loop, [&] { return faulty.test.relay.connections() == 0; });
}

WSKIT_LOOP_TEST("a reset comes behind the messages before it, to both sides") {
  Faulty faulty(loop, {"rst,after:2"});
  faulty.server().write(text("one") + text("two") + text("three"));
  run_until(loop, [&] { return faulty.client().errors == 1 && faulty.server().errors == 1; });
  CHECK(faulty.client().error.code == ErrorCode::reset);
  CHECK(faulty.server().error.code == ErrorCode::reset);
  CHECK(faulty.test.relay.connections() == 0);
}

WSKIT_LOOP_TEST("a half-open connection moves nothing, and ends when the relay does") {
  Faulty faulty(loop, {"half-open,after:1"});
  faulty.server().write(text("one") + text("two"));
  run_until(loop, [&] { return faulty.frames() == text("one"); });
  const std::size_t before = faulty.server().received.size();
  faulty.client().write("unread");
  faulty.server().write(text("unread"));
  run_for(loop, std::chrono::milliseconds(30));
  CHECK(faulty.frames() == text("one"));
  CHECK(faulty.server().received.size() == before);
  CHECK(faulty.test.relay.connections() == 1);
  faulty.test.relay.drain(std::chrono::milliseconds(1));
  run_until(loop, [&] { return faulty.test.drained == 1; });
}

WSKIT_LOOP_TEST("a bandwidth makes the sender wait, and loses nothing") {
  Faulty faulty(loop, {"bandwidth:20MB"});
  const std::string much = noise(4'000'000);
  std::string frame("\x82\x7f\0\0\0\0", 6);
  for (int shift = 24; shift >= 0; shift -= 8) {
    frame += static_cast<char>(much.size() >> shift);
  }
  const Instant start = loop.now();
  faulty.server().write(frame + much);
  run_until(loop, [&] { return faulty.frames().size() == frame.size() + much.size(); });
  CHECK((faulty.frames() == frame + much));
  CHECK(loop.now() - start >= std::chrono::milliseconds(190));
}

WSKIT_LOOP_TEST("frames are not put into the middle of others") {
  Faulty faulty(loop, {"ping-flood:1,at:5ms", "close:4001,at:10ms"});
  const std::string message = text("half and half");
  faulty.server().write(message.substr(0, 7));
  run_until(loop, [&] { return faulty.frames().size() == 7; });
  run_for(loop, std::chrono::milliseconds(30));
  CHECK(faulty.frames().size() == 7);
  faulty.server().write(message.substr(7));
  const std::string close("\x88\x02\x0f\xa1", 4);
  run_until(loop, [&] { return faulty.frames().ends_with(close); });
  CHECK(faulty.frames() == message +
                               std::string("\x89\x07"
                                           "flood 1") +
                               close);
}

WSKIT_LOOP_TEST("what no rule strikes passes as it was sent, legal or not") {
  Faulty faulty(loop, {"fragment:1,percent:0,dir:both", "no-pong,percent:0,dir:both",
                       "close,after:1000000,dir:both"});
  std::string to_client;
  std::string to_server = faulty.server().received;
  for (std::uint32_t i = 0; i < 50; ++i) {
    const std::string down = text(noise(i * 5 % 126, i));
    // Masked, reserved bits and opcodes, and a continuation of nothing.
    const std::string up = std::string(
                               "\x82\x80"
                               "mask\x8a\x00\xf1\x01?\x80\x00",
                               13) +
                           down;
    to_client += down;
    to_server += up;
    faulty.server().write(down);
    faulty.client().write(up);
  }
  run_until(loop, [&] {
    return faulty.frames().size() == to_client.size() &&
           faulty.server().received.size() == to_server.size();
  });
  CHECK((faulty.frames() == to_client));
  CHECK((faulty.server().received == to_server));
}
