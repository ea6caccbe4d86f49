// SPDX-License-Identifier: MIT
#include "net/proxy.h"

#include "tests/net/tls/test_proxy.h"
#include "tests/support/catch.h"

using namespace std::chrono_literals;
using namespace wskit::net;
using namespace wskit::test;
using wskit::ErrorCode;

namespace {

DialOptions through(const std::string& url) {
  DialOptions options = trusting_dials();
  options.proxy.for_ws = parse_proxy(url).value();
  options.proxy.for_wss = options.proxy.for_ws;
  options.proxy.tls.ca_file = certificate_path("ca.pem");
  return options;
}

/// Dials through the proxy and gets 100 kB back from an echo server.
void echo_through(Loop& loop, const std::string& proxy, TlsTestServer& server) {
  server.echo = true;
  const TestDialer dialer(loop, through(proxy));
  const Dialing to(loop, *dialer.dialer, server.endpoint("127.0.0.1"));
  INFO((to.error ? to.error->message : ""));
  REQUIRE(to.dialed);
  REQUIRE(to.dialed->tls);
  const auto& times = to.dialed->times;
  CHECK(times.started <= times.resolved);
  CHECK(times.resolved <= times.connected);
  CHECK(times.connected <= times.secured);
  const std::string text(100'000, 'x');
  to.end->write(text);
  run_until(loop, [&] { return to.end->received.size() == text.size(); });
  CHECK(to.end->received == text);
}

std::string with_user(std::string url, const std::string& user) {
  return url.insert(url.find("://") + 3, user + "@");
}

}  // namespace

WSKIT_LOOP_TEST("TLS goes through the tunnel of an HTTP proxy") {
  TestProxy proxy(loop);
  TlsTestServer server(loop);
  echo_through(loop, proxy.url("http"), server);
  CHECK(proxy.asked == std::vector{"CONNECT 127.0.0.1:" + std::to_string(server.endpoint().port)});
}

WSKIT_LOOP_TEST("TLS goes through the tunnel of a proxy that is spoken to over TLS itself") {
  TestProxy proxy(loop, "server");
  TlsTestServer server(loop);
  echo_through(loop, proxy.url("https"), server);
  CHECK(proxy.asked.size() == 1);
}

WSKIT_LOOP_TEST("TLS goes through a SOCKS5 proxy with and without a user name") {
  TestProxy proxy(loop);
  TlsTestServer server(loop);
  const std::string port = std::to_string(server.endpoint().port);
  echo_through(loop, proxy.url("socks5h"), server);
  echo_through(loop, with_user(proxy.url("socks5"), "me:secret"), server);
  CHECK(proxy.asked ==
        std::vector<std::string>{"SOCKS address:" + port, "SOCKS address:" + port + " as me"});
}

WSKIT_SOCKET_TEST("a name is resolved by a socks5h proxy and for a socks5 proxy") {
  TestProxy proxy(loop);
  Server server(loop);
  const std::string port = std::to_string(server.address().port());
  const Endpoint endpoint{"localhost", server.address().port(), {}, false};
  for (const char* const scheme : {"socks5h", "socks5"}) {
    auto options = through(proxy.url(scheme));
    options.family = Family::ipv4;
    const TestDialer dialer(loop, options);
    const Dialing to(loop, *dialer.dialer, endpoint);
    REQUIRE(to.dialed);
    to.end->write("hello");
    run_until(loop,
              [&] { return !server.ends.empty() && server.ends.back()->received == "hello"; });
  }
  CHECK(proxy.asked ==
        std::vector<std::string>{"SOCKS localhost:" + port, "SOCKS address:" + port});
}

WSKIT_LOOP_TEST(
    "the certificate of a proxy is checked, and the error says that it is the proxy's") {
  TestProxy proxy(loop, "expired");
  TlsTestServer server(loop);
  const TestDialer dialer(loop, through(proxy.url("https")));
  const Dialing to(loop, *dialer.dialer, server.endpoint("127.0.0.1"));
  REQUIRE(to.error);
  CHECK(to.error->code == ErrorCode::tls_certificate);
  CHECK_THAT(to.error->message, Catch::StartsWith("proxy " + proxy.url("https") + ": ") &&
                                    Catch::Contains("certificate has expired") &&
                                    Catch::EndsWith("--proxy-insecure skips the check"));
  CHECK(proxy.asked.empty());
}

WSKIT_LOOP_TEST("the certificate of the server is checked behind a proxy, too") {
  TestProxy proxy(loop);
  TlsTestServer server(loop, {.certificate = "expired"});
  const TestDialer dialer(loop, through(proxy.url("http")));
  const Dialing to(loop, *dialer.dialer, server.endpoint("127.0.0.1"));
  REQUIRE(to.error);
  CHECK(to.error->code == ErrorCode::tls_certificate);
  CHECK_THAT(to.error->message,
             Catch::StartsWith("connect 127.0.0.1:" + std::to_string(server.endpoint().port) +
                               " through " + proxy.url("http") + ": certificate has expired"));
}

WSKIT_LOOP_TEST("a proxy that speaks TLS where none is expected is told apart") {
  TestProxy proxy(loop, "server");
  Server server(loop);
  const TestDialer dialer(loop, through(proxy.url("http")));
  const Dialing to(loop, *dialer.dialer, {"127.0.0.1", server.address().port(), {}, false});
  REQUIRE(to.error);
  CHECK(to.error->code == ErrorCode::proxy);
  CHECK_THAT(to.error->message, Catch::StartsWith("proxy " + proxy.url("http") + ": "));
}

WSKIT_LOOP_TEST("an https proxy that does not speak TLS is told apart") {
  TestProxy proxy(loop);
  Server server(loop);
  server.on_end = [](End& end) {
    end.then_data = [&end] { end.write("HTTP/1.1 400 Bad Request\r\n\r\n"); };
  };
  const TestDialer dialer(loop, through("https://" + server.address().to_string()));
  const Dialing to(loop, *dialer.dialer, {"127.0.0.1", 1, {}, false});
  REQUIRE(to.error);
  CHECK(to.error->code == ErrorCode::proxy);
}

WSKIT_LOOP_TEST("a server behind a proxy that never shakes hands runs into the deadline") {
  TestProxy proxy(loop);
  Server silent(loop);
  auto options = through(proxy.url("http"));
  options.timeout = 100ms;
  const TestDialer dialer(loop, options);
  const Dialing to(loop, *dialer.dialer, {"127.0.0.1", silent.address().port(), {}, true});
  REQUIRE(to.error);
  CHECK(to.error->code == ErrorCode::tls_timeout);
  CHECK_THAT(to.error->message, Catch::EndsWith(" through " + proxy.url("http") +
                                                ": no end of the TLS handshake within 100 ms"));
}
