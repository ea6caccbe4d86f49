// SPDX-License-Identifier: MIT
#include <netdb.h>

#include "net/dialer.h"
#include "net/look_up.h"
#include "tests/support/catch.h"
#include "tests/support/fake_loop.h"

namespace wskit::net {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using test::FakeConnection;
using test::FakeLoop;
using Addresses = std::vector<SocketAddress>;

const std::string kOk = "HTTP/1.1 200 OK\r\n\r\n";

Expected<Addresses> proxy_names(const std::string& host, int /*family*/) {
  if (host == "ws.example") {
    return Addresses{SocketAddress::ip("192.0.2.9", 0).value()};
  }
  if (host == "proxy.example") {
    return Addresses{SocketAddress::ip("192.0.2.1", 0).value()};
  }
  return std::unexpected(look_up_error(host, EAI_NONAME, 0));
}

DialOptions through(std::string_view proxy) {
  DialOptions options;
  options.proxy.for_ws = parse_proxy(proxy).value();
  return options;
}

/// One dial to ws.example:80 and its outcome.
struct ProxyFixture final : DialHandler, StreamHandler {
  explicit ProxyFixture(const DialOptions& options) {
    dialer = Dialer::create(loop, *resolver, options).value();
    attempt = dialer->dial({"ws.example", 80, {}, false}, *this);
    CHECK_FALSE((dialed || error));
  }
  /// The connection to the proxy, made.
  FakeConnection& proxy() {
    REQUIRE(loop.connections.size() == 1);
    loop.connections[0]->accept(loop.now());
    return *loop.connections[0];
  }
  void on_dialed(Dialed result) override {
    CHECK_FALSE((dialed || error));
    result.stream->set_handler(*this);
    dialed = std::move(result);
    attempt.reset();
  }
  void on_dial_failed(const Error& failure) override {
    CHECK_FALSE((dialed || error));
    error = failure;
    attempt.reset();
  }
  void on_data(std::span<std::byte> bytes, Instant) override { received += bytes.size(); }
  void on_eof() override {}
  void on_error(const Error&) override {}

  FakeLoop loop;
  std::unique_ptr<Resolver> resolver = Resolver::create(proxy_names);
  std::unique_ptr<Dialer> dialer;
  std::unique_ptr<Dial> attempt;
  std::optional<Dialed> dialed;
  std::optional<Error> error;
  std::size_t received = 0;
};

TEST_CASE("an HTTP proxy is asked for a tunnel to the name, which is not resolved here") {
  ProxyFixture f(through("http://127.0.0.1:3128"));
  const Instant start = f.loop.now();
  FakeConnection& proxy = f.proxy();
  CHECK(proxy.peer.to_string() == "127.0.0.1:3128");
  CHECK(f.loop.posted() == 0);
  CHECK_THAT(proxy.take(), Catch::StartsWith("CONNECT ws.example:80 HTTP/1.1\r\n"));
  CHECK_FALSE(f.dialed);
  proxy.receive(kOk, start + 5ms);
  REQUIRE(f.dialed);
  CHECK(f.dialed->peer.to_string() == "127.0.0.1:3128");
  CHECK(f.dialed->times.connected == start + 5ms);
  CHECK(f.dialed->times.secured == start + 5ms);
  CHECK(f.loop.timers().empty());
  proxy.receive("hello");
  CHECK(f.received == 5);
}

TEST_CASE("the answer of a proxy may come in any pieces") {
  for (std::size_t split = 1; split < kOk.size(); ++split) {
    ProxyFixture f(through("127.0.0.1"));
    FakeConnection& proxy = f.proxy();
    proxy.receive(kOk.substr(0, split));
    CHECK_FALSE(f.dialed);
    proxy.receive(kOk.substr(split));
    CHECK(f.dialed);
  }
}

TEST_CASE("a socks5h proxy is told the name and a socks5 proxy the address") {
  SECTION("socks5h") {
    ProxyFixture f(through("socks5h://127.0.0.1"));
    FakeConnection& proxy = f.proxy();
    CHECK(proxy.take() == "\x05\x01\x00"s);
    proxy.receive("\x05\x00"s);
    CHECK(proxy.take() == "\x05\x01\x00\x03\x0aws.example\x00\x50"s);
    proxy.receive("\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"s);
    CHECK(f.dialed);
  }
  SECTION("socks5") {
    ProxyFixture f(through("socks5://127.0.0.1"));
    REQUIRE(f.loop.turn_when_posted());
    FakeConnection& proxy = f.proxy();
    CHECK(proxy.take() == "\x05\x01\x00"s);
    proxy.receive("\x05\x00"s);
    CHECK(proxy.take() == "\x05\x01\x00\x01\xc0\x00\x02\x09\x00\x50"s);
  }
  SECTION("socks5 with an override") {
    auto options = through("socks5://127.0.0.1");
    options.resolve = {{"ws.example", 80, {"192.0.2.77"}}};
    ProxyFixture f(options);
    FakeConnection& proxy = f.proxy();
    proxy.receive("\x05\x00"s);
    CHECK_THAT(proxy.take(), Catch::EndsWith("\x05\x01\x00\x01\xc0\x00\x02\x4d\x00\x50"s));
  }
}

TEST_CASE("a name that a socks5 proxy needs and nobody knows is the target's failure") {
  auto options = through("socks5://127.0.0.1");
  options.connect_to = {{"ws.example", 80, "nowhere.example", 81}};
  ProxyFixture f(options);
  REQUIRE(f.loop.turn_when_posted());
  REQUIRE(f.error);
  CHECK(f.error->code == ErrorCode::dns_not_found);
  CHECK(f.error->message == "resolve nowhere.example: no such host");
}

TEST_CASE("overrides say where the tunnel leads and where the proxy is") {
  auto options = through("http://proxy.example:3128");
  options.connect_to = {{"ws.example", 80, "other.example", 81}, {"", 0, "wrong.example", 1}};
  options.resolve = {{"proxy.example", 3128, {"192.0.2.77"}}};
  ProxyFixture f(options);
  FakeConnection& proxy = f.proxy();
  CHECK(proxy.peer.to_string() == "192.0.2.77:3128");
  CHECK_THAT(proxy.take(), Catch::StartsWith("CONNECT other.example:81 HTTP/1.1\r\n"));
}

TEST_CASE("a proxy that cannot be reached is named without its password") {
  SECTION("refused") {
    ProxyFixture f(through("http://me:hunter2@127.0.0.1:3128"));
    f.loop.connections[0]->fail(ErrorCode::tcp_refused,
                                "connect 127.0.0.1:3128: Connection refused");
    REQUIRE(f.error);
    CHECK(f.error->code == ErrorCode::proxy);
    CHECK(f.error->message ==
          "proxy http://127.0.0.1:3128: connect 127.0.0.1:3128: Connection refused; "
          "--noproxy goes around it");
  }
  SECTION("unknown") {
    ProxyFixture f(through("http://me:hunter2@nowhere.example"));
    REQUIRE(f.loop.turn_when_posted());
    REQUIRE(f.error);
    CHECK(f.error->code == ErrorCode::proxy);
    CHECK(f.error->message ==
          "proxy http://nowhere.example:1080: resolve nowhere.example: no such host; --noproxy "
          "goes around it");
  }
  SECTION("out of descriptors, which is not its fault") {
    ProxyFixture f(through("127.0.0.1"));
    f.loop.connections[0]->fail(ErrorCode::local_emfile, "too many open files");
    REQUIRE(f.error);
    CHECK(f.error->code == ErrorCode::local_emfile);
  }
}

TEST_CASE("a proxy that refuses or goes away is told by code and reason") {
  ProxyFixture f(through("http://127.0.0.1:3128"));
  FakeConnection& proxy = f.proxy();
  std::string reason;
  SECTION("refuses") {
    proxy.receive("HTTP/1.1 502 Bad Gateway\r\n\r\n");
    reason = "no tunnel to ws.example:80: it answered 502 Bad Gateway";
  }
  SECTION("closes") {
    proxy.receive("HTTP/1.1 2");
    proxy.eof();
    reason = "it closed the connection before the tunnel to ws.example:80 stood";
  }
  SECTION("resets") {
    proxy.fail(ErrorCode::reset, "Connection reset by peer");
    reason =
        "the connection broke before the tunnel to ws.example:80 stood: Connection reset by peer";
  }
  REQUIRE(f.error);
  CHECK(f.error->code == ErrorCode::proxy);
  CHECK(f.error->message == "proxy http://127.0.0.1:3128: " + reason);
  CHECK_FALSE(proxy.alive());
  CHECK(f.loop.timers().empty());
}

TEST_CASE("the deadline of a dial covers the proxy's part") {
  auto options = through("http://127.0.0.1:3128");
  options.timeout = 400ms;
  ProxyFixture f(options);
  std::string what = "connect 127.0.0.1:3128: no answer within 400 ms; --noproxy goes around it";
  f.loop.advance(399ms);
  SECTION("before the connection") {
    CHECK(f.loop.connections[0]->alive());
  }
  SECTION("before the tunnel") {
    (void)f.proxy();
    what = "no tunnel to ws.example:80 within 400 ms";
  }
  CHECK_FALSE(f.error);
  f.loop.advance(1ms);
  REQUIRE(f.error);
  CHECK(f.error->code == ErrorCode::tcp_timeout);
  CHECK(f.error->message == "proxy http://127.0.0.1:3128: " + what);
}

TEST_CASE("a dial through a proxy may be given up at every stage") {
  ProxyFixture f(through("socks5://127.0.0.1"));
  SECTION("resolving") {
    CHECK(f.loop.connections.empty());
  }
  SECTION("reaching") {
    REQUIRE(f.loop.turn_when_posted());
  }
  SECTION("tunnelling") {
    REQUIRE(f.loop.turn_when_posted());
    f.proxy().receive("\x05"s);
  }
  f.attempt.reset();
  f.loop.advance(20s);
  CHECK_FALSE((f.dialed || f.error));
  CHECK(f.loop.timers().empty());
  for (const auto& connection : f.loop.connections) {
    CHECK_FALSE(connection->alive());
  }
}

TEST_CASE("a host that is excepted is dialled directly") {
  auto options = through("http://127.0.0.1:3128");
  options.proxy.no_proxy = "example";
  ProxyFixture f(options);
  REQUIRE(f.loop.turn_when_posted());
  REQUIRE(f.loop.connections.size() == 1);
  CHECK(f.loop.connections[0]->peer.to_string() == "192.0.2.9:80");
}

}  // namespace
}  // namespace wskit::net
