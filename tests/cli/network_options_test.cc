// SPDX-License-Identifier: MIT
// --resolve, --connect-to and the proxies, from the command line and the environment.
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include <unistd.h>

#include "tests/cli/canned_server.h"
#include "tests/cli/wskit.h"

using namespace wskit;
using namespace wskit::test;

namespace {

/// Bench with variables of the environment, "NAME=value"; all that name a proxy are unset first.
Exit bench_over(const std::string& url, const std::vector<std::string>& more,
                const std::vector<std::string>& environment = {}) {
  std::vector<std::string> command{"/usr/bin/env"};
  for (const char* const name : {"http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTP_PROXY",
                                 "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"}) {
    command.insert(command.end(), {"-u", name});
  }
  command.insert(command.end(), environment.begin(), environment.end());
  command.insert(command.end(),
                 {WSKIT_BINARY, "bench", url, "-c", "1", "-n", "3", "--connect-timeout", "10s"});
  command.insert(command.end(), more.begin(), more.end());
  return run(command);
}

/// An HTTP proxy that refuses every tunnel, and so tells that it was asked.
class RefusingProxy {
 public:
  [[nodiscard]] std::string address() const {
    return "127.0.0.1:" + std::to_string(server_.port());
  }
  [[nodiscard]] static bool refused(const Exit& exit) {
    return exit.code == 5 && exit.err.find("it answered 500 Asked") != std::string::npos;
  }
  [[nodiscard]] std::string request() {
    const std::scoped_lock lock(mutex_);
    return request_;
  }

 private:
  std::mutex mutex_;
  std::string request_;
  CannedServer server_{[this](const std::string& request) {
                         const std::scoped_lock lock(mutex_);
                         request_ = request;
                         return std::string("HTTP/1.1 500 Asked\r\n\r\n");
                       },
                       CannedServer::Then::close};
};

std::string port_of(const std::string& url) {
  const std::size_t begin = url.rfind(':') + 1;
  return url.substr(begin, url.find('/', begin) - begin);
}

}  // namespace

TEST_CASE("a name is given an address with --resolve") {
  EchoProcess server;
  const std::string port = port_of(server.url());
  const std::string url = "ws://ws.example:" + port + "/";
  CHECK(
      bench_over(url, {"--resolve", "ws.example:" + port + ":[::ffff:127.0.0.1],127.0.0.1"}).code ==
      0);
  CHECK(bench_over(url, {"--resolve", "*:" + port + ":127.0.0.1"}).code == 0);
  for (const char* const wrong : {"ws.example", "ws.example:80", "ws.example:0:127.0.0.1",
                                  "ws.example:80:localhost", "[::1:80:127.0.0.1"}) {
    const Exit exit = bench_over(url, {"--resolve", wrong});
    CHECK(exit.code == 2);
    CHECK_THAT(exit.err, Catch::StartsWith(std::string("wskit bench: --resolve ") + wrong + ": "));
  }
}

TEST_CASE("a connection goes elsewhere with --connect-to and the Host header stays") {
  std::mutex mutex;
  std::string seen;
  CannedServer server([&](const std::string& request) {
    const std::scoped_lock lock(mutex);
    seen = request;
    return std::string("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  });
  const std::string to = "127.0.0.1:" + std::to_string(server.port());
  CHECK(bench_over("ws://ws.example/", {"--connect-to", "ws.example:80:" + to}).code == 22);
  {
    const std::scoped_lock lock(mutex);
    CHECK_THAT(seen, Catch::Contains("\r\nHost: ws.example\r\n"));
  }
  CHECK(bench_over("ws://ws.example:81/", {"--connect-to", "::" + to}).code == 22);
  for (const char* const wrong : {"ws.example", "a:b:c:d", "a:1:b:2:c", "a:1:b:99999"}) {
    const Exit exit = bench_over("ws://ws.example/", {"--connect-to", wrong});
    CHECK(exit.code == 2);
    CHECK_THAT(exit.err, Catch::Contains("write HOST1:PORT1:HOST2:PORT2"));
  }
}

TEST_CASE("a unix socket is reached by its URL and by --unix-socket, past every proxy") {
  const std::string path = (std::filesystem::temp_directory_path() /
                            ("wskit-network-" + std::to_string(::getpid()) + ".sock"))
                               .string();
  Process server({WSKIT_BINARY, "serve", "echo", "--listen", "unix:" + path});
  REQUIRE_THAT(server.read_line(), Catch::StartsWith("ws+unix:"));
  const std::string proxy = "all_proxy=http://127.0.0.1:1";
  CHECK(bench_over("ws+unix:" + path, {}, {proxy}).code == 0);
  CHECK(bench_over("ws+unix:" + path + ":/chat?x=1", {}).code == 0);
  const Exit named = bench_over("ws://ws.example/", {"--unix-socket", path, "-v"}, {proxy});
  CHECK(named.code == 0);
  CHECK_THAT(named.err, Catch::Contains("* connected to " + path + " in ") &&
                            Catch::Contains("> Host: ws.example\n"));
}

TEST_CASE("the proxy of --proxy is used even for this machine") {
  RefusingProxy proxy;
  const Exit exit = bench_over("ws://127.0.0.1:9/", {"--proxy", proxy.address()});
  CHECK(RefusingProxy::refused(exit));
  CHECK_THAT(exit.err, Catch::Contains("proxy http://" + proxy.address() + ": no tunnel to "));
  CHECK_THAT(proxy.request(), Catch::StartsWith("CONNECT 127.0.0.1:9 HTTP/1.1\r\n"));
}

TEST_CASE("the environment's proxies are chosen by the scheme as in curl") {
  RefusingProxy proxy;
  const std::string value = "=http://" + proxy.address();
  const auto asked = [&](const std::string& scheme, const std::string& variable) {
    return RefusingProxy::refused(bench_over(
        scheme + "://ws.example/",
        {"--resolve", "*:80:127.0.0.9", "--resolve", "*:443:127.0.0.9", "--connect-timeout", "5s"},
        {variable + value}));
  };
  for (const char* const variable : {"http_proxy", "all_proxy", "ALL_PROXY"}) {
    CHECK(asked("ws", variable));
  }
  for (const char* const variable : {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}) {
    CHECK(asked("wss", variable));
  }
  for (const char* const variable : {"HTTP_PROXY", "https_proxy", "HTTPS_PROXY"}) {
    CHECK_FALSE(asked("ws", variable));
  }
  for (const char* const variable : {"http_proxy", "HTTP_PROXY"}) {
    CHECK_FALSE(asked("wss", variable));
  }
}

TEST_CASE("the environment's proxy is passed by for this machine and for exceptions") {
  EchoProcess server;
  RefusingProxy proxy;
  const std::string all = "all_proxy=" + proxy.address();
  CHECK(bench_over(server.url(), {}, {all}).code == 0);
  const std::string port = port_of(server.url());
  const std::string url = "ws://ws.example:" + port + "/";
  const std::vector<std::string> here{"--resolve", "*:" + port + ":127.0.0.1"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.end(), here.begin(), here.end());
    return more;
  };
  const Exit through = bench_over(url, here, {all});
  CHECK(RefusingProxy::refused(through));
  CHECK_THAT(through.err, Catch::StartsWith("wskit bench: warning: what is measured is a proxy, "
                                            "too: http://" +
                                            proxy.address() + " of the environment; --proxy '' "));
  CHECK(bench_over(url, here, {all, "no_proxy=.example"}).code == 0);
  CHECK(bench_over(url, here, {all, "NO_PROXY=other,ws.example"}).code == 0);
  CHECK(bench_over(url, with({"--noproxy", "*"}), {all}).code == 0);
  CHECK(bench_over(url, with({"--proxy", ""}), {all}).code == 0);
  CHECK(RefusingProxy::refused(bench_over(url, with({"--noproxy", ""}), {all, "no_proxy=*"})));
  CHECK(bench_over(url, with({"--proxy", proxy.address(), "--noproxy", "ws.example"})).code == 0);
}

TEST_CASE("a proxy's password is in no output") {
  EchoProcess server;
  const Exit exit =
      bench_over(server.url(), {"--proxy", "http://me:hunter2@127.0.0.1:1", "--proxy-user",
                                "me:hunter2", "--noproxy", "*", "--json", "-"});
  CHECK(exit.code == 0);
  CHECK_THAT(exit.out + exit.err, !Catch::Contains("hunter2"));
  CHECK_THAT(result_of(exit)["run"]["command"].get<std::string>(),
             Catch::Contains("--proxy *** --proxy-user ***"));
  const Exit refused =
      bench_over("ws://127.0.0.1:9/", {"--proxy", "http://me:hunter2@127.0.0.1:1"});
  CHECK(refused.code == 5);
  CHECK_THAT(refused.err, Catch::Contains("proxy http://127.0.0.1:1: ") &&
                              Catch::EndsWith("Connection refused; --noproxy goes around it\n") &&
                              !Catch::Contains("hunter2"));
}

TEST_CASE("a proxy that cannot be is a usage error that says where it stands") {
  const Exit given = bench_over("ws://ws.example/", {"--proxy", "socks4://127.0.0.1"});
  CHECK(given.code == 2);
  CHECK_THAT(given.err, Catch::StartsWith("wskit bench: --proxy: unknown kind of proxy 'socks4'"));
  const Exit variable = bench_over("ws://ws.example/", {}, {"all_proxy=http://a b"});
  CHECK(variable.code == 2);
  CHECK_THAT(variable.err, Catch::StartsWith("wskit bench: the environment's all_proxy: "));
  CHECK(bench_over("ws+unix:/run/s", {"--proxy", "127.0.0.1"}).code == 2);
}
