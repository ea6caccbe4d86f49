// SPDX-License-Identifier: MIT
// What -v shows of the handshake.
#include <string>
#include <vector>

#include "tests/cli/canned_server.h"
#include "tests/cli/wskit.h"

using namespace wskit;
using namespace wskit::test;

namespace {

Exit verbose(const std::vector<std::string>& words) {
  std::vector<std::string> command{words};
  command.emplace_back("-v");
  return test::wskit(command);
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

}  // namespace

TEST_CASE("option -v shows address, request, answer and what was agreed on") {
  EchoProcess server;
  const Exit exit = verbose({"send", server.url(), "hi", "--compress", "-H", "X-One: 1"});
  CHECK(exit.code == 0);
  CHECK_THAT(exit.err, Catch::StartsWith("* " + server.url() + "\n* connected to 127.0.0.1:"));
  for (const char* const part :
       {"> GET / HTTP/1.1\n", "> Sec-WebSocket-Version: 13\n", "> X-One: 1\n> \n",
        "< HTTP/1.1 101 Switching Protocols\n", "< Sec-WebSocket-Accept: ", "* open, ",
        ", without a subprotocol, permessage-deflate"}) {
    CHECK_THAT(exit.err, Catch::Contains(part));
  }
  CHECK_THAT(exit.err, !Catch::Contains("***"));
}

TEST_CASE("option -v shows the version of TLS and the certificates and whether they are trusted") {
  EchoProcess server({"--self-signed"});
  const Exit refused = verbose({"send", server.url(), "hi"});
  CHECK(refused.code == 60);
  CHECK_THAT(refused.err, Catch::Contains("\n* certificate: ") && Catch::Contains("; issuer: ") &&
                              Catch::Contains("\n* not trusted: "));
  const Exit exit = verbose({"send", server.url(), "hi", "-k"});
  CHECK(exit.code == 0);
  CHECK_THAT(exit.err,
             Catch::Contains("\n* TLS 1.3, TLS_") && Catch::Contains(" new session, in "));
}

TEST_CASE("option -v shows no secret, neither ours nor the server's") {
  CannedServer server([](const std::string&) {
    return std::string(
        "HTTP/1.1 302 Found\r\nSet-Cookie: session=hunter2\r\n"
        "Location: /x?token=hunter2&page=1\r\nX-Auth-Token: hunter2\r\n\r\n");
  });
  const Exit exit =
      verbose({"send", server.url() + "?access_token=hunter2&q=1", "hi", "-u", "me:hunter2",
               "--cookie", "a=hunter2", "-H", "X-Api-Key: hunter2", "-H", "X-Plain: p"});
  CHECK(exit.code == 22);
  for (const char* const part :
       {"> GET /?access_token=***&q=1 HTTP/1.1\n", "> Authorization: Basic ***\n",
        "> Cookie: ***\n", "> X-Api-Key: ***\n", "> X-Plain: p\n", "< Set-Cookie: ***\n",
        "< X-Auth-Token: ***\n", "< Location: /x?token=***&page=1\n"}) {
    CHECK_THAT(exit.err, Catch::Contains(part));
  }
  CHECK(count(exit.err, "hunter2") == 0);
}

TEST_CASE("option -v lets no control sequence of the server through") {
  CannedServer server([](const std::string&) {
    return std::string(
        "HTTP/1.1 404 N\xc2\x9b"
        "2J\r\nX: \xe2\x80\xae\r\nContent-Length: 0\r\n\r\n");
  });
  const Exit exit = verbose({"send", server.url(), "hi"});
  CHECK(exit.code == 22);
  CHECK_THAT(exit.err, Catch::Contains("< HTTP/1.1 404 N\\x") && !Catch::Contains("\xc2\x9b") &&
                           !Catch::Contains("\xe2\x80\xae"));
}

TEST_CASE("option -v shows every request of a redirected opening") {
  EchoProcess echo;
  CannedServer server([&](const std::string&) {
    return "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: http" + echo.url().substr(2) +
           "\r\n\r\n";
  });
  const Exit exit = verbose({"send", server.url(), "hi", "-L"});
  CHECK(exit.code == 0);
  CHECK(count(exit.err, "> GET / HTTP/1.1\n") == 2);
  CHECK_THAT(exit.err, Catch::Contains("< \n* the redirect is followed\n* " + echo.url()));
}

TEST_CASE("option -v shows the first connection of a load test") {
  EchoProcess server;
  const Exit exit = verbose({"bench", server.url(), "-c", "20", "-n", "100", "-t", "2", "-q"});
  CHECK(exit.code == 0);
  CHECK(count(exit.err, "> GET / HTTP/1.1\n") == 1);
  CHECK(count(exit.err, "* open, ") == 1);
}

TEST_CASE("option -v shows what ping was answered") {
  EchoProcess server;
  const Exit exit = verbose({"ping", server.url(), "-c", "1"});
  CHECK(exit.code == 0);
  CHECK_THAT(exit.err, Catch::Contains("< HTTP/1.1 101 Switching Protocols\n"));
}
