// SPDX-License-Identifier: MIT
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <unistd.h>

#include "core/base64.h"
#include "tests/cli/seeing_server.h"
#include "tests/cli/wskit.h"

using namespace wskit;
using namespace wskit::test;

namespace {

/// The request that `curl` makes, with {url} for the URL of a server that keeps it.
std::string request_of(std::string curl, const std::vector<std::string>& more = {}) {
  Seeing server;
  const std::size_t at = curl.find("{url}");
  curl.replace(at, 5, server.url());
  std::vector<std::string> command{"send", "--from-curl", curl, "hi"};
  command.insert(command.end(), more.begin(), more.end());
  const Exit exit = test::wskit(command);
  INFO(exit.err);
  CHECK(exit.code == 22);
  return server.request();
}

void check_refused(const std::string& curl, const std::string& why) {
  const Exit exit = test::wskit({"send", "--from-curl", curl, "hi"});
  CHECK(exit.code == 2);
  CHECK_THAT(exit.err, Catch::StartsWith("wskit: --from-curl: ") && Catch::Contains(why) &&
                           !Catch::Contains("hunter2"));
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

}  // namespace

TEST_CASE("what Chromium copies is asked for, but for the handshake's own headers") {
  const std::string request = request_of(
      "curl '{url}?room=1' \\\n"
      "  -H 'Upgrade: websocket' \\\n"
      "  -H 'Origin: https://app.example' \\\n"
      "  -H 'Cache-Control: no-cache' \\\n"
      "  -H 'Accept-Language: en-US,en;q=0.9' \\\n"
      "  -b $'session=it\\'s\\u0021; theme=dark' \\\n"
      "  -H 'Pragma: no-cache' \\\n"
      "  -H 'Connection: Upgrade' \\\n"
      "  -H 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==' \\\n"
      "  -H 'User-Agent: Mozilla/5.0 (X11; Linux x86_64)' \\\n"
      "  -H 'Sec-WebSocket-Version: 13' \\\n"
      "  -H 'Sec-WebSocket-Protocol: chat.v2, chat' \\\n"
      "  -H 'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits' \\\n"
      "  --insecure");
  CHECK_THAT(request, Catch::StartsWith("GET /chat?room=1 HTTP/1.1\r\n"));
  for (const char* const line :
       {"Origin: https://app.example", "Cache-Control: no-cache", "Pragma: no-cache",
        "Accept-Language: en-US,en;q=0.9", "Cookie: session=it's!; theme=dark",
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64)", "Sec-WebSocket-Protocol: chat.v2, chat"}) {
    CHECK_THAT(request, Catch::Contains("\r\n" + std::string(line) + "\r\n"));
  }
  CHECK_THAT(request, !Catch::Contains("dGhlIHNhbXBsZSBub25jZQ==") &&
                          !Catch::Contains("permessage-deflate"));
  CHECK(count(request, "Sec-WebSocket-Version") == 1);
}

TEST_CASE("what Firefox copies is asked for") {
  const std::string request = request_of(
      "curl '{url}' --compressed -X GET -H 'User-Agent: Mozilla/5.0 (rv:128.0) Firefox/128.0' "
      "-H 'Accept: */*' -H 'Accept-Encoding: gzip, deflate, br, zstd' -H 'Sec-WebSocket-Version: "
      "13' -H 'Origin: null' -H 'Sec-WebSocket-Extensions: permessage-deflate' -H "
      "'Sec-WebSocket-Key: x' -H 'Connection: keep-alive, Upgrade' -H 'Cookie: a=1' -H "
      "'Sec-Fetch-Dest: empty' -H 'Upgrade: websocket'");
  for (const char* const line : {"Accept: */*", "Origin: null", "Cookie: a=1",
                                 "Connection: Upgrade", "Sec-Fetch-Dest: empty"}) {
    CHECK_THAT(request, Catch::Contains("\r\n" + std::string(line) + "\r\n"));
  }
}

TEST_CASE("curl's short options may stand together and have their value attached") {
  const std::string request = request_of(
      "/usr/bin/curl -sSk -XGET -Ame -e http://r.example/ "
      "-u me:secret -H'X-One: 1' -H 'X-Two;' {url}");
  for (const std::string& line :
       {std::string("User-Agent: me"), std::string("Referer: http://r.example/"),
        "Authorization: Basic " + base64_encode("me:secret"), std::string("X-One: 1"),
        std::string("X-Two: ")}) {
    CHECK_THAT(request, Catch::Contains("\r\n" + line + "\r\n"));
  }
}

TEST_CASE("http leads to ws and https to wss, and options by hand come on top") {
  EchoProcess server({"--self-signed"});
  const std::string curl = "curl 'https" + server.url().substr(3) + "#top' -k";
  const Exit exit = test::wskit({"send", "hi", "--from-curl=" + curl});
  CHECK(exit.code == 0);
  CHECK(exit.out == "hi\n");
  CHECK_THAT(request_of("curl {url} -H 'X: 1'", {"-H", "Y: 2"}),
             Catch::Contains("\r\nX: 1\r\nY: 2\r\n"));
}

TEST_CASE("the command of curl may stand in a file") {
  Seeing server;
  const std::string path =
      (std::filesystem::temp_directory_path() / ("wskit-curl-" + std::to_string(::getpid())))
          .string();
  std::ofstream(path) << "curl '" << server.url() << "' \\\n  -H 'X-One: 1'\n";
  CHECK(test::wskit({"bench", "--from-curl", "@" + path, "-n", "1"}).code == 22);
  CHECK_THAT(server.request(), Catch::Contains("\r\nX-One: 1\r\n"));
  std::filesystem::remove(path);
}

TEST_CASE("what has no counterpart in a curl command is a usage error") {
  check_refused("curl ws://h/ --data-raw hunter2", "curl's --data-raw is for a body");
  check_refused("curl ws://h/ --retry 3", "curl's option --retry has no counterpart here");
  check_refused("curl ws://h/ -T hunter2", "curl's option -T has no counterpart here");
  check_refused("curl ws://h/ -X POST", "is a GET, no other method");
  check_refused("curl ws://h/ -H", "curl's option --header has no value");
  check_refused("curl ws://h/ ws://i/", "there are two URLs in it");
  check_refused("curl -k", "there is no URL in it");
  check_refused("wget ws://h/", "it does not begin with 'curl'");
  check_refused("curl ws://h/ -H \"X: $hunter2\"", "variable");
  check_refused("curl ws://h/ -H 'X: hunter2", "has no counterpart");
  check_refused("@/no/such/file", "/no/such/file");
  CHECK(test::wskit({"send", "--from-curl"}).code == 2);
}

TEST_CASE("a curl command stands in no result") {
  EchoProcess server;
  const Exit exit =
      test::wskit({"bench", "--from-curl", "curl '" + server.url() + "' -H 'X-Token: hunter2'",
                   "-n", "3", "--json", "-", "-q"});
  CHECK(exit.code == 0);
  CHECK(result_of(exit)["run"]["command"] == "wskit bench --from-curl *** -n 3 --json - -q");
}
