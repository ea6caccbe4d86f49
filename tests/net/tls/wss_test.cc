// SPDX-License-Identifier: MIT
#include <algorithm>

#include "tests/net/tls/dialing.h"
#include "tests/support/catch.h"

using namespace std::chrono_literals;
using namespace wskit::net;
using namespace wskit::test;
using wskit::ErrorCode;

WSKIT_LOOP_TEST("a secure dial hands over a stream that speaks plaintext") {
  TlsTestServer server(loop);
  server.echo = true;
  const TestDialer dialer(loop, trusting_dials());
  const Dialing to(loop, *dialer.dialer, server.endpoint("127.0.0.1"));
  REQUIRE(to.dialed);
  REQUIRE(to.dialed->tls);
  CHECK(to.dialed->tls->version == TlsVersion::tls1_3);
  CHECK_FALSE(to.dialed->tls->resumed);
  CHECK(to.dialed->times.connected <= to.dialed->times.secured);
  to.end->write("hello");
  run_until(loop, [&] { return to.end->received == "hello"; });
  CHECK(to.end->sent == 5);
  to.end->stream->finish();
  run_until(loop, [&] { return server.connections[0]->tls.closed; });
  run_until(loop, [&] { return server.connections[0]->end->eofs == 1; });
}

WSKIT_LOOP_TEST("megabytes go both ways at once over TLS") {
  TlsTestServer server(loop);
  server.echo = true;
  const TestDialer dialer(loop, trusting_dials());
  const Dialing to(loop, *dialer.dialer, server.endpoint("127.0.0.1"));
  REQUIRE(to.dialed);
  std::string text(6'000'000, '\0');
  for (std::size_t i = 0; i < text.size(); ++i) {
    text[i] = static_cast<char>('a' + (i * 7 + i / 251) % 26);
  }
  std::size_t written = 0;
  const auto write_some = [&] {
    const std::size_t size = std::min<std::size_t>(50'000, text.size() - written);
    if (size > 0 && to.end->stream->unsent() < 200'000) {
      to.end->write(std::string_view(text).substr(written, size));
      written += size;
    }
  };
  to.end->then_sent = write_some;
  write_some();
  run_until(loop, [&] { return to.end->received.size() == text.size(); });
  CHECK(to.end->received == text);
  CHECK(to.end->sent == text.size());
  CHECK(to.end->stream->unsent() == 0);
}

WSKIT_LOOP_TEST("a certificate that does not convince names server and reason") {
  TlsTestServer server(loop, {.certificate = "expired"});
  const TestDialer dialer(loop, trusting_dials());
  const auto endpoint = server.endpoint("127.0.0.1");
  const Dialing to(loop, *dialer.dialer, endpoint);
  REQUIRE(to.error);
  CHECK(to.error->code == ErrorCode::tls_certificate);
  CHECK(to.error->message ==
        "connect 127.0.0.1:" + std::to_string(endpoint.port) +
            ": certificate has expired (2021-01-01); --insecure skips the check");
  // It hears why.
  run_until(loop, [&] { return !server.connections[0]->tls.error.empty(); });
  CHECK(server.connections[0]->tls.error == "sslv3 alert certificate expired");
}

WSKIT_LOOP_TEST("a server that answers in plain HTTP does not speak TLS") {
  Server server(loop);
  server.on_end = [](End& end) {
    end.then_data = [&end] { end.write("HTTP/1.1 400 Bad Request\r\n\r\n"); };
  };
  const TestDialer dialer(loop, trusting_dials());
  const Dialing to(loop, *dialer.dialer, {"127.0.0.1", server.address().port(), {}, true});
  REQUIRE(to.error);
  CHECK(to.error->code == ErrorCode::tls_not_tls);
}

WSKIT_LOOP_TEST("a server that closes at the first byte ends the handshake") {
  Server server(loop);
  server.on_end = [](End& end) { end.then_data = [&end] { end.stream->finish(); }; };
  const TestDialer dialer(loop, trusting_dials());
  const Dialing to(loop, *dialer.dialer, {"127.0.0.1", server.address().port(), {}, true});
  REQUIRE(to.error);
  CHECK(to.error->code == ErrorCode::tls_closed);
}

WSKIT_LOOP_TEST("a server that never answers runs into the deadline of the handshake") {
  Server server(loop);
  DialOptions options = trusting_dials();
  options.timeout = 100ms;
  const TestDialer dialer(loop, options);
  const std::uint16_t port = server.address().port();
  const Dialing to(loop, *dialer.dialer, {"127.0.0.1", port, {}, true});
  REQUIRE(to.error);
  CHECK(to.error->code == ErrorCode::tls_timeout);
  CHECK(to.error->message == "connect 127.0.0.1:" + std::to_string(port) +
                                 ": no end of the TLS handshake within 100 ms");
}

WSKIT_LOOP_TEST("a plain client of a TLS server is not answered in plain text") {
  TlsTestServer server(loop);
  const TestDialer dialer(loop, {});
  Endpoint endpoint = server.endpoint("127.0.0.1");
  endpoint.secure = false;
  const Dialing to(loop, *dialer.dialer, endpoint);
  REQUIRE(to.dialed);
  to.end->write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  run_until(loop, [&] { return to.end->eofs + to.end->errors > 0; });
  CHECK(server.connections[0]->tls.error == "http request");
  CHECK_FALSE(to.end->received.starts_with("HTTP/"));
}

WSKIT_LOOP_TEST("connections of one dialer resume the session of an earlier one on request") {
  TlsTestServer server(loop);
  server.echo = true;
  DialOptions options = trusting_dials();
  options.tls.resume_sessions = true;
  const TestDialer dialer(loop, options);
  for (int i = 0; i < 3; ++i) {
    const Dialing to(loop, *dialer.dialer, server.endpoint("127.0.0.1"));
    REQUIRE(to.dialed);
    CHECK(to.dialed->tls->resumed == (i > 0));
    // The ticket comes with or before the first answer.
    to.end->write("x");
    run_until(loop, [&] { return to.end->received == "x"; });
  }
}

WSKIT_LOOP_TEST("a stream lives on without its dialer") {
  TlsTestServer server(loop);
  server.echo = true;
  auto dialer = std::make_unique<TestDialer>(loop, trusting_dials());
  const Dialing to(loop, *dialer->dialer, server.endpoint("127.0.0.1"));
  REQUIRE(to.dialed);
  dialer.reset();
  to.end->write("hello");
  run_until(loop, [&] { return to.end->received == "hello"; });
  CHECK(to.end->errors == 0);
}

WSKIT_LOOP_TEST("unusable options are refused before a secure connection is made") {
  const auto resolver = Resolver::create();
  DialOptions options;
  options.tls.ca_file = "/no/such/ca.pem";
  const auto dialer = Dialer::create(loop, *resolver, options);
  REQUIRE_FALSE(dialer);
  CHECK(dialer.error().code == ErrorCode::unreadable_file);
}

WSKIT_LOOP_TEST("a secure dial may be given up during the handshake") {
  Server server(loop);
  struct Unwanted final : DialHandler {
    void on_dialed(Dialed) override { ++calls; }
    void on_dial_failed(const wskit::Error&) override { ++calls; }
    int calls = 0;
  };
  Unwanted handler;
  const TestDialer dialer(loop, trusting_dials());
  auto dial = dialer.dialer->dial({"127.0.0.1", server.address().port(), {}, true}, handler);
  run_until(loop, [&] { return !server.ends.empty() && !server.ends[0]->received.empty(); });
  dial.reset();
  run_until(loop, [&] { return server.ends[0]->eofs + server.ends[0]->errors > 0; });
  CHECK(handler.calls == 0);
}
