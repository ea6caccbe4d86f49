// SPDX-License-Identifier: MIT
#include "net/dialer.h"

#include <latch>

#include <netdb.h>

#include "net/look_up.h"
#include "tests/support/catch.h"
#include "tests/support/fake_loop.h"

namespace wskit::net {
namespace {

using namespace std::chrono_literals;
using test::FakeConnection;
using test::FakeLoop;
using Addresses = std::vector<SocketAddress>;

SocketAddress dialled_address(std::string_view text, std::uint16_t port = 0) {
  return SocketAddress::ip(text, port).value();
}

/// Names of the tests: "both.example" has two IPv6 and one IPv4 address.
Expected<Addresses> names(const std::string& host, int family) {
  if (host != "both.example") {
    return std::unexpected(look_up_error(host, EAI_NONAME, 0));
  }
  Addresses addresses{dialled_address("2001:db8::1"), dialled_address("2001:db8::2"),
                      dialled_address("192.0.2.1")};
  std::erase_if(addresses, [=](const SocketAddress& candidate) {
    return family != AF_UNSPEC && candidate.family() != family;
  });
  return addresses;
}

/// A dialer on a fake loop and one dial's outcome.
struct Fixture final : DialHandler, StreamHandler {
  explicit Fixture(const DialOptions& options = {}, Resolver::LookUp look_up = names)
      : resolver(Resolver::create(std::move(look_up))) {
    dialer = Dialer::create(loop, *resolver, options).value();
  }

  void dial(const std::string& host, std::uint16_t port = 80) {
    attempt = dialer->dial({host, port, {}, false}, *this);
    CHECK(outcomes() == 0);
  }
  void dial_both_and_resolve() {
    dial("both.example");
    REQUIRE(loop.turn_when_posted());
  }
  [[nodiscard]] int outcomes() const { return (dialed ? 1 : 0) + (error ? 1 : 0); }
  [[nodiscard]] FakeConnection& connection(std::size_t index) {
    REQUIRE(index < loop.connections.size());
    return *loop.connections[index];
  }
  [[nodiscard]] std::size_t started() const { return loop.connections.size(); }

  void on_dialed(Dialed result) override {
    CHECK(outcomes() == 0);
    result.stream->set_handler(*this);
    dialed = std::move(result);
    attempt.reset();
  }
  void on_dial_failed(const Error& failure) override {
    CHECK(outcomes() == 0);
    error = failure;
    attempt.reset();
  }
  void on_data(std::span<std::byte> bytes, Instant) override { received += bytes.size(); }
  void on_eof() override {}
  void on_error(const Error&) override {}

  FakeLoop loop;
  std::unique_ptr<Resolver> resolver;
  std::unique_ptr<Dialer> dialer;
  std::unique_ptr<Dial> attempt;
  std::optional<Dialed> dialed;
  std::optional<Error> error;
  std::size_t received = 0;
};

TEST_CASE("a literal address of the other family is a contradiction, not a name to resolve") {
  Fixture six({.family = Family::ipv6}, [](const std::string&, int) -> Expected<Addresses> {
    return fail(ErrorCode::internal, "nothing was to be looked up");
  });
  six.dial("192.0.2.1");
  six.loop.advance(0ns);
  REQUIRE(six.error);
  CHECK(six.error->code == ErrorCode::usage);
  CHECK(six.error->message ==
        "connect 192.0.2.1:80: this is an IPv4 address, and -6 asks for IPv6; leave -6 out");
  Fixture four({.family = Family::ipv4});
  four.dial("2001:db8::1");
  four.loop.advance(0ns);
  REQUIRE(four.error);
  CHECK_THAT(four.error->message, Catch::Contains("IPv6 address, and -4 asks for IPv4"));
}

TEST_CASE("a numeric host is connected without a look-up and the stream is handed over") {
  Fixture f;
  f.dial("127.0.0.1", 9001);
  REQUIRE(f.started() == 1);
  CHECK(f.connection(0).peer == dialled_address("127.0.0.1", 9001));
  CHECK(f.loop.posted() == 0);
  const Instant start = f.loop.now();
  f.connection(0).accept(start + 3ms);
  REQUIRE(f.dialed);
  CHECK(f.dialed->peer == dialled_address("127.0.0.1", 9001));
  CHECK(f.dialed->times.started == start);
  CHECK(f.dialed->times.resolved == start);
  CHECK(f.dialed->times.connected == start + 3ms);
  CHECK(f.dialed->times.secured == start + 3ms);
  CHECK_FALSE(f.dialed->tls);
  CHECK(f.loop.timers().empty());
  f.connection(0).receive("hello");
  CHECK(f.received == 5);
}

TEST_CASE("a name is looked up once and the next connections use the answer at once") {
  Fixture f;
  f.dial("both.example");
  const Instant start = f.loop.now();
  CHECK(f.started() == 0);
  f.loop.advance(7ms);
  while (f.started() == 0) {
    REQUIRE(f.loop.turn_when_posted());
  }
  f.connection(0).accept(start + 9ms);
  REQUIRE(f.dialed);
  CHECK(f.dialed->times.resolved == start + 7ms);
  CHECK(f.dialed->times.connected == start + 9ms);

  f.dialed.reset();
  f.dial("both.example");
  CHECK(f.started() == 2);
}

TEST_CASE("an address that does not answer has a head start of 250 ms over the next") {
  Fixture f;
  f.dial_both_and_resolve();
  REQUIRE(f.started() == 1);
  CHECK(f.connection(0).peer == dialled_address("2001:db8::1", 80));
  f.loop.advance(249ms);
  CHECK(f.started() == 1);
  f.loop.advance(1ms);
  REQUIRE(f.started() == 2);
  CHECK(f.connection(1).peer == dialled_address("192.0.2.1", 80));
  f.loop.advance(250ms);
  REQUIRE(f.started() == 3);
  CHECK(f.connection(2).peer == dialled_address("2001:db8::2", 80));
  f.loop.advance(250ms);
  CHECK(f.started() == 3);

  f.connection(1).accept(f.loop.now());
  REQUIRE(f.dialed);
  CHECK(f.dialed->peer == dialled_address("192.0.2.1", 80));
  CHECK_FALSE(f.connection(0).alive());
  CHECK(f.connection(1).alive());
  CHECK_FALSE(f.connection(2).alive());
}

TEST_CASE("after a failure the next address is tried at once") {
  Fixture f;
  f.dial_both_and_resolve();
  f.connection(0).fail(ErrorCode::tcp_unreachable, "Network is unreachable");
  REQUIRE(f.started() == 2);
  f.loop.advance(249ms);
  CHECK(f.started() == 2);
  f.connection(1).accept(f.loop.now());
  CHECK(f.dialed);
}

TEST_CASE("when all addresses fail the most telling failure is reported with their number") {
  Fixture f;
  f.dial_both_and_resolve();
  f.connection(0).fail(ErrorCode::tcp_unreachable, "connect A: Network is unreachable");
  f.connection(1).fail(ErrorCode::tcp_refused, "connect B: Connection refused");
  CHECK_FALSE(f.error);
  f.connection(2).fail(ErrorCode::tcp_unreachable, "connect C: Network is unreachable");
  REQUIRE(f.error);
  CHECK(f.error->code == ErrorCode::tcp_refused);
  CHECK(f.error->message ==
        "connect B: Connection refused; all 3 addresses of both.example failed");
}

TEST_CASE("the failure of the only address is reported as it is") {
  Fixture f;
  f.dial("127.0.0.1");
  f.connection(0).fail(ErrorCode::tcp_refused, "connect 127.0.0.1:80: Connection refused");
  REQUIRE(f.error);
  CHECK(f.error->message == "connect 127.0.0.1:80: Connection refused");
}

TEST_CASE("an unknown name fails with what the resolver says") {
  Fixture f;
  f.dial("no.such.host");
  REQUIRE(f.loop.turn_when_posted());
  REQUIRE(f.error);
  CHECK(f.error->code == ErrorCode::dns_not_found);
  CHECK(f.error->message == "resolve no.such.host: no such host");
}

TEST_CASE("the deadline says at which stage it found the dial") {
  DialOptions options;
  options.timeout = 400ms;
  SECTION("resolving") {
    // Shared with the resolver's thread, which may outlive this case.
    const auto over = std::make_shared<std::latch>(1);
    Fixture f(options, [over](const std::string&, int) {
      over->wait();
      return Expected<Addresses>();
    });
    f.dial("both.example");
    f.loop.advance(399ms);
    CHECK_FALSE(f.error);
    f.loop.advance(1ms);
    over->count_down();
    REQUIRE(f.error);
    CHECK(f.error->code == ErrorCode::dns_timeout);
    CHECK(f.error->message == "resolve both.example: no answer within 400 ms");
  }
  SECTION("connecting to the only address") {
    Fixture f(options);
    f.dial("127.0.0.1");
    f.loop.advance(399ms);
    CHECK_FALSE(f.error);
    f.loop.advance(1ms);
    REQUIRE(f.error);
    CHECK(f.error->code == ErrorCode::tcp_timeout);
    CHECK(f.error->message == "connect 127.0.0.1:80: no answer within 400 ms");
    CHECK_FALSE(f.connection(0).alive());
  }
  SECTION("connecting to several addresses") {
    Fixture f(options);
    f.dial_both_and_resolve();
    f.loop.advance(400ms);
    REQUIRE(f.error);
    CHECK(f.error->code == ErrorCode::tcp_timeout);
    CHECK(f.error->message ==
          "connect both.example:80: no answer within 400 ms from any of 2 addresses");
  }
}

TEST_CASE("destroying a dial cancels it at every stage") {
  Fixture f;
  SECTION("resolving") {
    f.dial("both.example");
    f.attempt.reset();
    // Names are looked up in turn: with this one's answer, the other's would be there.
    int answers = 0;
    const auto later = f.resolver->resolve(f.loop, {"no.such.host", 80, AF_UNSPEC},
                                           [&](const Expected<Addresses>&) { ++answers; });
    while (answers == 0) {
      REQUIRE(f.loop.turn_when_posted());
    }
  }
  SECTION("connecting") {
    f.dial_both_and_resolve();
    f.loop.advance(250ms);
    f.attempt.reset();
    CHECK_FALSE(f.connection(0).alive());
    CHECK_FALSE(f.connection(1).alive());
  }
  f.loop.advance(20s);
  CHECK(f.outcomes() == 0);
  CHECK(f.loop.timers().empty());
}

TEST_CASE("only addresses of the family asked for are tried") {
  DialOptions options;
  options.family = Family::ipv4;
  SECTION("of a name") {
    Fixture f(options);
    f.dial_both_and_resolve();
    REQUIRE(f.started() == 1);
    CHECK(f.connection(0).peer == dialled_address("192.0.2.1", 80));
  }
  SECTION("of an override") {
    options.resolve = {{"a.example", 80, {"::1"}}};
    Fixture f(options);
    f.dial("a.example");
    f.loop.turn();
    REQUIRE(f.error);
    CHECK(f.error->code == ErrorCode::dns_not_found);
    CHECK(f.error->message == "resolve a.example: no IPv4 address");
  }
}

TEST_CASE("an overridden name is not looked up") {
  DialOptions options;
  options.resolve = {{"a.example", 80, {"10.0.0.1", "10.0.0.2"}}};
  Fixture f(options);
  f.dial("a.example");
  REQUIRE(f.started() == 1);
  CHECK(f.connection(0).peer == dialled_address("10.0.0.1", 80));
  f.loop.advance(250ms);
  REQUIRE(f.started() == 2);
  CHECK(f.connection(1).peer == dialled_address("10.0.0.2", 80));
}

TEST_CASE("connections take the source addresses in turn and skip what no source reaches") {
  DialOptions options;
  options.sources = {dialled_address("127.0.0.2"), dialled_address("127.0.0.3")};
  options.interface = "lo";
  Fixture f(options);
  f.dial_both_and_resolve();
  REQUIRE(f.started() == 1);
  CHECK(f.connection(0).peer == dialled_address("192.0.2.1", 80));
  CHECK(f.connection(0).source == dialled_address("127.0.0.2"));
  CHECK(f.connection(0).interface == "lo");
  f.dial("127.0.0.1");
  CHECK(f.connection(1).source == dialled_address("127.0.0.3"));
  f.dial("127.0.0.1");
  CHECK(f.connection(2).source == dialled_address("127.0.0.2"));
}

TEST_CASE("a host that no source address reaches is refused outside of dial") {
  DialOptions options;
  options.sources = {dialled_address("127.0.0.2")};
  Fixture f(options);
  f.dial("::1");
  CHECK(f.started() == 0);
  f.loop.turn();
  REQUIRE(f.error);
  CHECK(f.error->code == ErrorCode::usage);
  CHECK(f.error->message == "connect [::1]:80: none of the source addresses is IPv6");
}

TEST_CASE("a unix socket needs no name and no source") {
  DialOptions options;
  options.sources = {dialled_address("127.0.0.2")};
  options.family = Family::ipv6;
  Fixture f(options);
  f.attempt = f.dialer->dial({"", 0, "/run/wskit.sock", false}, f);
  REQUIRE(f.started() == 1);
  CHECK(f.connection(0).peer.to_string() == "/run/wskit.sock");
  CHECK(f.connection(0).source == SocketAddress());

  Fixture too_long;
  too_long.attempt = too_long.dialer->dial({"", 0, std::string(200, 'x'), false}, too_long);
  CHECK(too_long.outcomes() == 0);
  too_long.loop.turn();
  REQUIRE(too_long.error);
  CHECK(too_long.error->code == ErrorCode::usage);
}

}  // namespace
}  // namespace wskit::net
