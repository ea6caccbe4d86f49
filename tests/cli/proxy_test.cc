// SPDX-License-Identifier: MIT
// wskit proxy as users run it.
#include <csignal>
#include <string>

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
}
