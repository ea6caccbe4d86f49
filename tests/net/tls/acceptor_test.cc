// SPDX-License-Identifier: MIT
// TLS with us as the server.
#include "net/tls_acceptor.h"

#include "tests/net/tls/dialing.h"
#include "tests/support/catch.h"
#include "tests/support/tls_identity.h"

using namespace std::chrono_literals;
using namespace wskit::net;
using namespace wskit::test;
using wskit::ErrorCode;

namespace {

/// Listens, and lays TLS on what it accepts.
class SecureServer final : public ListenHandler {
 public:
  explicit SecureServer(Loop& loop, const std::string& certificate = "server")
      : acceptor(TlsAcceptor::create(loop, TestIdentity(certificate).get()).value()),
        listener(loop.listen(any_port(), *this).value()) {}

  [[nodiscard]] Endpoint endpoint() const {
    return {.host = "127.0.0.1", .port = listener->address().port(), .secure = true};
  }

  std::unique_ptr<TlsAcceptor> acceptor;
  std::unique_ptr<Listener> listener;
  std::unique_ptr<End> end;

 private:
  void on_accept(std::unique_ptr<Stream> stream, const SocketAddress& /*peer*/) override {
    end = std::make_unique<End>(acceptor->accept(std::move(stream)));
  }
  void on_accept_error(const wskit::Error& error) override { FAIL(error.message); }
};

}  // namespace

WSKIT_LOOP_TEST("an accepted connection speaks TLS with the dialer, many bytes and both ends") {
  SecureServer server(loop);
  const TestDialer dialer(loop, trusting_dials());
  const Dialing to(loop, *dialer.dialer, server.endpoint());
  REQUIRE(to.dialed);
  CHECK(to.dialed->tls->version == TlsVersion::tls1_3);
  CHECK_FALSE(to.dialed->tls->resumed);
  run_until(loop, [&] { return server.end && server.end->connects == 1; });
  server.end->echo = true;
  const std::string text(3'000'000, 'x');
  to.end->write(text);
  run_until(loop, [&] { return to.end->received.size() == text.size(); });
  CHECK((to.end->received == text));
  to.end->stream->finish();
  run_until(loop, [&] { return server.end->eofs == 1; });
  server.end->write("still there");
  server.end->stream->finish();
  run_until(loop, [&] { return to.end->eofs == 1; });
  CHECK(to.end->received.ends_with("still there"));
}

WSKIT_LOOP_TEST("what is written before the handshake leaves after it") {
  SecureServer server(loop);
  End client(loop, server.listener->address());
  run_until(loop, [&] { return server.end != nullptr; });
  server.end->write("early");
  run_for(loop, 2ms);
  CHECK(client.received.empty());
  const TestDialer dialer(loop, trusting_dials());
  server.end.reset();
  const Dialing to(loop, *dialer.dialer, server.endpoint());
  REQUIRE(to.dialed);
  server.end->write("hello");
  run_until(loop, [&] { return to.end->received == "hello"; });
  CHECK(to.end->errors == 0);
}

WSKIT_LOOP_TEST("a client that does not trust the certificate is told of as such") {
  SecureServer server(loop, "unknown-ca");
  const TestDialer dialer(loop, trusting_dials());
  const Dialing to(loop, *dialer.dialer, server.endpoint());
  CHECK_FALSE(to.dialed);
  run_until(loop, [&] { return server.end && server.end->errors == 1; });
  CHECK(server.end->error.code == ErrorCode::tls_alert);
  CHECK_THAT(server.end->error.message,
             Catch::Equals("client refused with TLS alert unknown_ca (48); it does not trust our "
                           "certificate"));
}

WSKIT_LOOP_TEST("a client that speaks no TLS is told of with what it says") {
  SecureServer server(loop);
  End client(loop, server.listener->address());
  client.write("GET / HTTP/1.1\r\n");
  run_until(loop, [&] { return server.end && server.end->errors == 1; });
  CHECK(server.end->error.code == ErrorCode::tls_not_tls);
  CHECK_THAT(server.end->error.message,
             Catch::Equals("client does not speak TLS: it sent \"GET / HTTP/1.1\\r\\n\""));
}

WSKIT_LOOP_TEST("a client that leaves in the handshake or without close_notify is an error") {
  SecureServer server(loop);
  End client(loop, server.listener->address());
  client.stream->finish();
  run_until(loop, [&] { return server.end && server.end->errors == 1; });
  CHECK(server.end->error.code == ErrorCode::tls_closed);
  CHECK(server.end->error.message == "client closed the connection during the TLS handshake");
}
