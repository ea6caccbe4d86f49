// SPDX-License-Identifier: MIT
// The same failure ends connect, send and listen with the same code.
#include <csignal>
#include <string>
#include <utility>
#include <vector>

#include "tests/cli/canned_server.h"
#include "tests/cli/wskit.h"

using namespace wskit;
using namespace wskit::test;

namespace {

using Arguments = std::vector<std::string>;

/// Every command with `url`, so that it sends "ready" and would go on for ever.
std::vector<Arguments> endless(const std::string& url, const Arguments& more) {
  std::vector<Arguments> commands{{"connect", url, "--eof-wait", "forever", "--init", "ready"},
                                  {"send", url, "ready", "--wait", "text:never"},
                                  {"listen", url, "--init", "ready"}};
  for (Arguments& command : commands) {
    command.insert(command.end(), more.begin(), more.end());
  }
  return commands;
}

void check_codes(const std::string& url, const Arguments& more, int code,
                 const std::string& why = "") {
  for (const Arguments& command : endless(url, more)) {
    INFO(command.front() << " " << url);
    const Exit exit = test::wskit(command);
    CHECK(exit.code == code);
    CHECK_THAT(exit.err, Catch::StartsWith("wskit " + command.front() + ": ") &&
                             Catch::EndsWith("\n") && Catch::Contains(why));
  }
}

std::string at_port(const std::string& scheme, std::uint16_t port) {
  return scheme + "://127.0.0.1:" + std::to_string(port) + "/";
}

}  // namespace

TEST_CASE("what was not understood ends with 2 or 3 before anything is tried") {
  const std::string nobody = at_port("ws", closed_port());
  check_codes(nobody, {"--ping-intervall", "3"}, 2, "did you mean --ping-interval");
  check_codes(nobody, {"--close-status-code", "1005"}, 2, "1005");
  check_codes("ftp://127.0.0.1/", {}, 3, "ws://");
  check_codes("ws://127.0.0.1:99999/", {}, 3, "99999");
}

TEST_CASE("what keeps a connection from opening ends with the code of its step") {
  const std::string nobody = at_port("ws", closed_port());
  check_codes(nobody, {"--proxy", at_port("http", closed_port())}, 5, "proxy");
  check_codes("ws://no-such-host.invalid/", {}, 6, "no-such-host.invalid");
  check_codes(nobody, {}, 7, "refused");
  const CannedServer refusing([](const std::string&) {
    return "HTTP/1.1 403 Forbidden\r\nContent-Length: 6\r\n\r\nnot you";
  });
  check_codes(refusing.url(), {}, 22, "403");
  const CannedServer silent = CannedServer::silent();
  check_codes(silent.url(), {"--connect-timeout", "200ms"}, 28, "200 ms");
}

TEST_CASE("what is advised where an upgrade is refused depends on the status") {
  const auto advice_on = [](const std::string& status) {
    const CannedServer refusing([status](const std::string&) {
      return "HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n";
    });
    const std::string err = test::wskit({"send", refusing.url(), "x"}).err;
    const std::size_t semicolon = err.find(';');
    return semicolon == std::string::npos ? "" : err.substr(semicolon + 2);
  };
  CHECK_THAT(advice_on("401 Unauthorized"), Catch::Contains("-u, --oauth2-bearer"));
  CHECK_THAT(advice_on("403 Forbidden"), Catch::Contains("--origin"));
  CHECK_THAT(advice_on("407 Proxy Authentication Required"), Catch::Contains("--proxy-user"));
  CHECK_THAT(advice_on("404 Not Found"), Catch::Contains("path"));
  CHECK(advice_on("503 Service Unavailable").empty());
  CHECK(advice_on("200 OK").empty());
}

TEST_CASE("TLS that cannot be ends with 35, and a certificate that is not trusted with 60") {
  const EchoProcess plain;
  check_codes("wss" + plain.url().substr(2), {}, 35, "TLS");
  const EchoProcess unknown({"--self-signed"});
  check_codes(unknown.url(), {}, 60, "--insecure");
}

TEST_CASE("an output that takes nothing ends with 23") {
  const EchoProcess server;
  check_codes(server.url(), {"-o", "/dev/full"}, 23, "/dev/full");
  check_codes(server.url(), {"-o", "/no/such/directory/file"}, 23, "/no/such/directory/file");
}

TEST_CASE("a connection that is lost in the middle ends with 56") {
  for (std::size_t i = 0; i < 3; ++i) {
    EchoProcess server;
    Arguments command = endless(server.url(), {})[i];
    command.insert(command.begin(), WSKIT_BINARY);
    Process process(command);
    CHECK(process.read_line() == "ready");
    server.process().signal(SIGKILL);
    const Exit exit = process.wait();
    CHECK(exit.code == 56);
    CHECK_THAT(exit.err, Catch::StartsWith("wskit " + command[1] + ": " + server.url()));
  }
}

TEST_CASE("a signal ends with 128 and its number, in silence") {
  const EchoProcess server;
  for (const auto& [signal, code] : {std::pair(SIGINT, 130), std::pair(SIGTERM, 143)}) {
    for (Arguments command : endless(server.url(), {})) {
      command.insert(command.begin(), WSKIT_BINARY);
      Process process(command);
      CHECK(process.read_line() == "ready");
      process.signal(signal);
      const Exit exit = process.wait();
      CHECK(exit.code == code);
      CHECK(exit.err.empty());
    }
  }
}
