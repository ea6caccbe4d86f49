// SPDX-License-Identifier: MIT
#include "net/dial_route.h"

#include "tests/support/catch.h"

namespace wskit::net {
namespace {

SocketAddress address(std::string_view text, std::uint16_t port = 0) {
  return SocketAddress::ip(text, port).value();
}

DialRoute route(const DialOptions& options, const std::string& host, std::uint16_t port) {
  return DialOverrides::create(options).value().route({host, port, {}, false});
}

TEST_CASE("without overrides a connection goes where the URL says") {
  const auto to = route({}, "ws.example", 80);
  CHECK(to.host == "ws.example");
  CHECK(to.port == 80);
  CHECK_FALSE(to.addresses);
}

TEST_CASE("the first connect-to that matches names host and port") {
  DialOptions options;
  options.connect_to = {{"other.example", 0, "wrong", 1},
                        {"WS.example", 80, "", 8080},
                        {"", 443, "proxy.example", 0},
                        {"ws.example", 80, "wrong", 1}};
  CHECK(route(options, "ws.example", 80).host == "ws.example");
  CHECK(route(options, "ws.example", 80).port == 8080);
  CHECK(route(options, "ws.example", 443).host == "proxy.example");
  CHECK(route(options, "ws.example", 443).port == 443);
  CHECK(route(options, "ws.example", 81).port == 81);
}

TEST_CASE("a resolve override holds for its port and is found under what connect-to says") {
  DialOptions options;
  options.connect_to = {{"a.example", 80, "b.example", 81}};
  options.resolve = {{"B.example", 81, {"10.0.0.1", "::1"}}, {"a.example", 80, {"10.0.0.9"}}};
  using Addresses = std::vector<SocketAddress>;
  CHECK(route(options, "a.example", 80).addresses ==
        Addresses{address("10.0.0.1", 81), address("::1", 81)});
  CHECK_FALSE(route(options, "b.example", 80).addresses);
}

TEST_CASE("of several resolve overrides the last counts and a name before any host") {
  DialOptions options;
  options.resolve = {{"*", 80, {"10.0.0.1"}},
                     {"a.example", 80, {"10.0.0.2"}},
                     {"a.example", 80, {"10.0.0.3"}},
                     {"*", 80, {"10.0.0.4"}}};
  using Addresses = std::vector<SocketAddress>;
  CHECK(route(options, "a.example", 80).addresses == Addresses{address("10.0.0.3", 80)});
  CHECK(route(options, "b.example", 80).addresses == Addresses{address("10.0.0.4", 80)});
  CHECK_FALSE(route(options, "b.example", 81).addresses);
}

TEST_CASE("a resolve override takes numeric addresses only") {
  DialOptions options;
  options.resolve = {{"a.example", 80, {"b.example"}}};
  const auto overrides = DialOverrides::create(options);
  REQUIRE_FALSE(overrides);
  CHECK(overrides.error().code == ErrorCode::usage);
  CHECK(overrides.error().message ==
        "resolve override for a.example: 'b.example' is not an IP address (write 127.0.0.1 or "
        "::1)");
}

TEST_CASE("source addresses are used in turn by each family alone") {
  SourceRotation rotation({address("127.0.0.1"), address("::1"), address("127.0.0.2")});
  CHECK(rotation.next(AF_INET) == address("127.0.0.1"));
  CHECK(rotation.next(AF_INET6) == address("::1"));
  CHECK(rotation.next(AF_INET6) == address("::1"));
  CHECK(rotation.next(AF_INET) == address("127.0.0.2"));
  CHECK(rotation.next(AF_INET) == address("127.0.0.1"));
  CHECK(rotation.next(AF_UNIX) == SocketAddress());
}

TEST_CASE("without sources the kernel chooses and without one of a family there is none") {
  CHECK(SourceRotation({}).next(AF_INET) == SocketAddress());
  CHECK_FALSE(SourceRotation({address("::1")}).next(AF_INET));
}

TEST_CASE("families alternate from that of the first address on") {
  std::vector<SocketAddress> addresses{address("::1"), address("::2"), address("::3"),
                                       address("10.0.0.1"), address("10.0.0.2")};
  interleave_families(addresses);
  CHECK(addresses == std::vector{address("::1"), address("10.0.0.1"), address("::2"),
                                 address("10.0.0.2"), address("::3")});

  addresses = {address("10.0.0.1"), address("::1"), address("::2")};
  interleave_families(addresses);
  CHECK(addresses == std::vector{address("10.0.0.1"), address("::1"), address("::2")});

  addresses = {address("10.0.0.2"), address("10.0.0.1"), address("10.0.0.3")};
  interleave_families(addresses);
  CHECK(addresses == std::vector{address("10.0.0.2"), address("10.0.0.1"), address("10.0.0.3")});
}

TEST_CASE("an IPv6 host stands in brackets before its port") {
  CHECK(host_and_port("ws.example", 80) == "ws.example:80");
  CHECK(host_and_port("::1", 80) == "[::1]:80");
}

}  // namespace
}  // namespace wskit::net
