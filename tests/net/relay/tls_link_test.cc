// SPDX-License-Identifier: MIT
// TLS on both sides of a relay, which passes the plaintext.
#include <memory>
#include <string>

#include "net/resolver.h"
#include "net/tls_acceptor.h"
#include "tests/net/relay/fixture.h"
#include "tests/net/tls/dialing.h"
#include "tests/support/catch.h"
#include "tests/support/tls_identity.h"
#include "wire/uri.h"

using namespace wskit;
using namespace wskit::test;

namespace {

/// A server over TLS that keeps the end of its last client.
class SecureServer final : public net::ListenHandler {
 public:
  SecureServer(net::Loop& loop, const net::TlsAcceptor& acceptor)
      : acceptor_(acceptor), listener(loop.listen(any_port(), *this).value()) {}

  const net::TlsAcceptor& acceptor_;
  std::unique_ptr<End> end;
  std::unique_ptr<net::Listener> listener;

 private:
  void on_accept(std::unique_ptr<net::Stream> stream, const net::SocketAddress& /*peer*/) override {
    end = std::make_unique<End>(acceptor_.accept(std::move(stream)));
  }
  void on_accept_error(const Error& error) override { FAIL(error.message); }
};

struct SecureRelay final : relay::RelayWatcher {
  explicit SecureRelay(net::Loop& the_loop)
      : loop(the_loop),
        acceptor(net::TlsAcceptor::create(loop, TestIdentity().get()).value()),
        server(loop, *acceptor),
        dialer(loop, trusting_dials()),
        relay(*dialer.dialer, options(), *this) {
    REQUIRE(relay.listen(any_port()));
  }

  [[nodiscard]] relay::RelayOptions options() const {
    const net::SocketAddress& address = server.listener->address();
    return {.request = {.target = wire::parse_uri("wss://" + address.to_string()).value()},
            .tls = acceptor.get(),
            .target = {.host = "127.0.0.1", .port = address.port(), .secure = true}};
  }
  [[nodiscard]] net::Endpoint endpoint() const {
    return {.host = "127.0.0.1", .port = relay.address().port(), .secure = true};
  }

  net::Loop& loop;
  std::unique_ptr<net::TlsAcceptor> acceptor;
  SecureServer server;
  TestDialer dialer;
  relay::Relay relay;
  std::vector<Error> client_failures;

 private:
  void on_unreachable(std::uint64_t /*connection*/, const Error& error) override {
    FAIL(error.message);
  }
  void on_client_failed(std::uint64_t /*connection*/, const Error& error) override {
    client_failures.push_back(error);
  }
  void on_accept_error(const Error& error) override { FAIL(error.message); }
  void on_drained() override {}
};

}  // namespace

WSKIT_LOOP_TEST("every byte passes in both directions over TLS, and so do the ends") {
  SecureRelay test(loop);
  const Dialing client(loop, *test.dialer.dialer, test.endpoint());
  REQUIRE(client.dialed);
  client.end->write(request_for(test.relay.address()));
  const std::string head = request_for(test.server.listener->address());
  run_until(loop, [&] { return test.server.end && test.server.end->received == head; });
  std::string up;
  std::string down;
  for (std::uint32_t i = 0; i < 60; ++i) {
    const std::string more_up = noise(1 + i * 9'973 % 90'000, i);
    const std::string more_down = noise(1 + i * 7'919 % 90'000, i + 100);
    client.end->write(more_up);
    test.server.end->write(more_down);
    up += more_up;
    down += more_down;
  }
  client.end->stream->finish();
  run_until(loop, [&] { return test.server.end->eofs == 1; });
  test.server.end->write("last");
  test.server.end->stream->finish();
  run_until(loop, [&] { return client.end->eofs == 1 && test.relay.connections() == 0; });
  CHECK((test.server.end->received == head + up));
  CHECK((client.end->received == down + "last"));
}

WSKIT_LOOP_TEST("TLS that ends without a word is an end on the other side") {
  SecureRelay test(loop);
  const Dialing client(loop, *test.dialer.dialer, test.endpoint());
  REQUIRE(client.dialed);
  client.end->write(request_for(test.relay.address()));
  run_until(loop, [&] { return test.server.end && !test.server.end->received.empty(); });
  test.server.end->stream.reset();
  run_until(loop, [&] { return client.end->eofs == 1; });
  CHECK(client.end->errors == 0);
}

WSKIT_LOOP_TEST("a client that does not speak TLS to a relay that does is told of") {
  SecureRelay test(loop);
  End client(loop, test.relay.address());
  client.write("GET / HTTP/1.1\r\n\r\n");
  run_until(loop, [&] { return !test.client_failures.empty(); });
  CHECK(test.client_failures[0].code == ErrorCode::tls_not_tls);
  run_until(loop, [&] { return test.relay.connections() == 0; });
}
