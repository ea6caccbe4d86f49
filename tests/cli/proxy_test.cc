// SPDX-License-Identifier: MIT
// wskit proxy as users run it.
#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>

#include <unistd.h>

#include "tests/cli/canned_server.h"
#include "tests/cli/proxy_process.h"
#include "tests/cli/seeing_server.h"
#include "tests/cli/wskit.h"
#include "tests/support/raw_client.h"

using namespace wskit;
using namespace wskit::test;

TEST_CASE("messages pass through the proxy, in both directions") {
  const EchoProcess server;
  const ProxyProcess proxy(server.url());
  const Exit exit = test::wskit({"send", proxy.url(), "there and back", "-1"});
  CHECK(exit.code == 0);
  CHECK(exit.out == "there and back\n");
}

TEST_CASE("the proxy's request has the server's Host, the client's headers and the user's") {
  Seeing server;
  const ProxyProcess proxy(server.url(), {"-H", "X-Of-Proxy: 1", "--oauth2-bearer", "t0p"});
  const Exit exit = test::wskit({"send", proxy.url() + "ignored", "x", "-H", "X-Of-Client: 2", "-H",
                                 "Authorization: Basic eA=="});
  CHECK(exit.code == 22);
  const std::string url = server.url();
  const std::string host = url.substr(5, url.rfind('/') - 5);
  const std::string request = server.request();
  CHECK_THAT(request, Catch::StartsWith("GET /chat HTTP/1.1\r\nHost: " + host + "\r\n"));
  CHECK_THAT(request, Catch::Contains("\r\nX-Of-Proxy: 1\r\n") &&
                          Catch::Contains("\r\nX-Of-Client: 2\r\n") &&
                          Catch::Contains("\r\nAuthorization: Bearer t0p\r\n") &&
                          !Catch::Contains("Basic"));
}

TEST_CASE("a server that is not there is a 502 for the client and a line for the user") {
  const std::string url = "ws://127.0.0.1:" + std::to_string(closed_port()) + "/";
  ProxyProcess proxy(url);
  RawClient client(proxy.port());
  CHECK_THAT(client.request(upgrade_request()), Catch::StartsWith("HTTP/1.1 502 Bad Gateway\r\n"));
  CHECK_THAT(client.read_all(), Catch::Contains("Connection refused"));
  proxy.process().signal(SIGTERM);
  const Exit exit = proxy.process().wait();
  CHECK(exit.code == 0);
  CHECK_THAT(exit.err, Catch::StartsWith("wskit proxy: connection 1: connect " + url));
}

TEST_CASE("a proxy that cannot listen says so and ends with 2") {
  const EchoProcess server;
  const std::string url = server.url();
  const std::string taken = url.substr(5, url.size() - 6);
  const Exit exit = test::wskit({"proxy", "--listen", taken, "--to", url});
  CHECK(exit.code == 2);
  CHECK_THAT(exit.err, Catch::Contains("listen on " + taken));
  CHECK(test::wskit({"proxy", "--listen", "127.0.0.1:0"}).code == 2);
  const Exit no_time = test::wskit({"proxy", "--to", url, "--handshake-timeout", "0"});
  CHECK(no_time.code == 2);
  CHECK_THAT(no_time.err, Catch::Contains("--handshake-timeout: '0'"));
  CHECK(test::wskit({"proxy", "--listen", "no.such.host.invalid:0", "--to", url}).code == 6);
}

TEST_CASE("messages pass over TLS on both sides") {
  const std::string certificates = WSKIT_TEST_CERTIFICATES;
  const EchoProcess server(
      {"--cert", certificates + "/server.pem", "--key", certificates + "/server.key"});
  ProxyProcess proxy(server.url(), {"--cacert", certificates + "/ca.pem", "--self-signed"});
  CHECK_THAT(proxy.url(), Catch::StartsWith("wss://127.0.0.1:"));
  const Exit exit = test::wskit({"send", proxy.url(), "-k", "there and back", "-1"});
  CHECK(exit.code == 0);
  CHECK(exit.out == "there and back\n");
  CHECK(test::wskit({"send", proxy.url(), "distrusting", "-1"}).code == 60);
  proxy.process().signal(SIGTERM);
  const Exit end = proxy.process().wait();
  CHECK(end.code == 0);
  CHECK_THAT(end.err, Catch::StartsWith("self-signed certificate, SHA-256 ") &&
                          Catch::Contains("wskit proxy: connection 2: client refused with TLS "
                                          "alert"));
}

TEST_CASE("a server whose certificate is not trusted is a 502 with the reason") {
  const EchoProcess server({"--self-signed"});
  ProxyProcess proxy(server.url());
  const Exit exit = test::wskit({"send", proxy.url(), "x"});
  CHECK(exit.code == 22);
  CHECK_THAT(exit.err, Catch::Contains("502"));
  proxy.process().signal(SIGINT);
  const Exit end = proxy.process().wait();
  CHECK_THAT(end.err,
             Catch::Contains("certificate is self-signed") && Catch::Contains("--insecure"));
}

TEST_CASE("a client certificate for the server has names of its own") {
  const std::string certificates = WSKIT_TEST_CERTIFICATES;
  const std::string url = "ws://127.0.0.1:" + std::to_string(closed_port()) + "/";
  const Exit exit = test::wskit({"proxy", "--listen", "127.0.0.1:0", "--to", url, "--client-key",
                                 certificates + "/client.key"});
  CHECK(exit.code == 2);
  CHECK_THAT(exit.err, Catch::Contains("without a certificate"));
}

TEST_CASE("the first signal waits for connections, the second does not") {
  const EchoProcess server;
  ProxyProcess proxy(server.url(), {"--drain-time", "60s"});
  RawClient client(proxy.port());
  REQUIRE(client.upgrade());
  proxy.process().signal(SIGINT);
  REQUIRE(client.send_frame(0x81, "still open"));
  CHECK(client.read_frame().value().payload == "still open");
  CHECK_THROWS(RawClient(proxy.port()));
  proxy.process().signal(SIGINT);
  CHECK(proxy.process().wait().code == 130);
}

TEST_CASE("connections that stay are ended after the drain time") {
  const EchoProcess server;
  ProxyProcess proxy(server.url(), {"--drain-time", "50ms"});
  RawClient client(proxy.port());
  REQUIRE(client.upgrade());
  proxy.process().signal(SIGTERM);
  const Exit exit = proxy.process().wait();
  CHECK(exit.code == 0);
  CHECK_THAT(exit.err, Catch::Contains("1 connection open; ending in 50 ms at the latest"));
  CHECK(client.wait_for_end());
}

TEST_CASE("more connections than allowed get 503, and may come when others are gone") {
  const EchoProcess server;
  const ProxyProcess proxy(server.url(), {"--max-connections", "1"});
  {
    RawClient first(proxy.port());
    REQUIRE(first.upgrade());
    RawClient second(proxy.port());
    CHECK_THAT(second.request(upgrade_request()),
               Catch::StartsWith("HTTP/1.1 503 Service Unavailable\r\n"));
  }
  // When exactly the first is gone depends on the server too.
  const auto deadline = std::chrono::steady_clock::now() + Process::kPatience;
  int code = -1;
  while (code != 0 && std::chrono::steady_clock::now() < deadline) {
    code = test::wskit({"send", proxy.url(), "x", "-1"}).code;
  }
  CHECK(code == 0);
}

TEST_CASE("requests for no WebSocket pass, with their answers") {
  const EchoProcess server;
  const ProxyProcess proxy(server.url());
  RawClient client(proxy.port());
  CHECK_THAT(client.request("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n"),
             Catch::StartsWith("HTTP/1.1 200 OK\r\n"));
  CHECK_THAT(client.read_all(), Catch::Contains("ok"));
}

TEST_CASE("refusals pass with their bodies") {
  const std::string answer =
      "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nContent-Length: 6\r\n\r\nnobody";
  const CannedServer server([&](const std::string&) { return answer; }, CannedServer::Then::close);
  const ProxyProcess proxy(server.url());
  RawClient client(proxy.port());
  const std::string head = client.request(upgrade_request());
  CHECK(head + "\r\n" + client.read_all() == answer);
}

TEST_CASE("CONNECT and what is no HTTP are refused") {
  const EchoProcess server;
  const ProxyProcess proxy(server.url());
  RawClient connecting(proxy.port());
  CHECK_THAT(connecting.request("CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n"),
             Catch::StartsWith("HTTP/1.1 405 Method Not Allowed\r\n"));
  RawClient odd(proxy.port());
  CHECK_THAT(odd.request("SSH-2.0-odd\r\n\r\n"), Catch::StartsWith("HTTP/1.1 400 Bad Request\r\n"));
}

TEST_CASE("the proxy listens on a unix socket, and connects to one") {
  const std::string path = "/tmp/wskit-proxy-test-" + std::to_string(::getpid());
  const EchoProcess server({"--listen", "unix:" + path + ".server"});
  ProxyProcess proxy("ws://localhost/",
                     {"--unix-socket", path + ".server", "--listen", "unix:" + path + ".proxy"});
  CHECK(proxy.url() == "ws+unix:" + path + ".proxy");
  const Exit exit = test::wskit({"send", proxy.url(), "x", "-1"});
  CHECK(exit.code == 0);
  CHECK(exit.out == "x\n");
  proxy.process().signal(SIGTERM);
  CHECK(proxy.process().wait().code == 0);
  CHECK_FALSE(std::filesystem::exists(path + ".proxy"));
}
