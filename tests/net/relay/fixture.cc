// SPDX-License-Identifier: MIT
#include "tests/net/relay/fixture.h"

#include <utility>

#include "net/resolver.h"
#include "tests/support/catch.h"
#include "wire/uri.h"

namespace wskit::test {
namespace {

std::unique_ptr<net::Dialer> make_dialer(net::Loop& loop) {
  // One for the process, as in the program: each has a thread.
  static const auto resolver = net::Resolver::create();
  return net::Dialer::create(loop, *resolver, {}).value();
}

relay::RelayOptions options_to(const net::SocketAddress& server, relay::RelayOptions options) {
  options.request.target = wire::parse_uri("ws://" + server.to_string()).value();
  options.target = {.host = "127.0.0.1", .port = server.port()};
  return options;
}

}  // namespace

std::string noise(std::size_t size, std::uint32_t seed) {
  std::string bytes(size, '\0');
  for (char& c : bytes) {
    seed = seed * 1664525U + 1013904223U;
    c = static_cast<char>(seed >> 24U);
  }
  return bytes;
}

std::string request_for(const net::SocketAddress& address, std::string_view headers) {
  return "GET /chat HTTP/1.1\r\nHost: " + address.to_string() +
         "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" +
         std::string(headers) + "\r\n";
}

RelayUnderTest::RelayUnderTest(net::Loop& the_loop, relay::RelayOptions options)
    : loop(the_loop),
      server(the_loop),
      dialer(make_dialer(the_loop)),
      relay(*dialer, options_to(server.address(), std::move(options)), *this) {
  REQUIRE(relay.listen(any_port()));
}

std::unique_ptr<End> RelayUnderTest::connect() {
  return std::make_unique<End>(loop, relay.address());
}

RelayUnderTest::Joined RelayUnderTest::join(std::string_view headers) {
  const std::size_t before = server.ends.size();
  Joined joined{.client = connect()};
  joined.client->write(request_for(relay.address(), headers));
  run_until(loop, [&] {
    return server.ends.size() > before && server.ends.back()->received.ends_with("\r\n\r\n");
  });
  joined.server = server.ends.back().get();
  return joined;
}

void RelayUnderTest::on_unreachable(std::uint64_t /*connection*/, const Error& error) {
  unreachable.push_back(error);
}

void RelayUnderTest::on_client_failed(std::uint64_t /*connection*/, const Error& error) {
  client_failures.push_back(error);
}

void RelayUnderTest::on_accept_error(const Error& error) {
  FAIL(error.message);
}

}  // namespace wskit::test
