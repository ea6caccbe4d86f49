// SPDX-License-Identifier: MIT
#include <mutex>
#include <string>
#include <vector>

#include "tests/cli/canned_server.h"
#include "tests/cli/script_file.h"
#include "tests/cli/wskit.h"

using namespace wskit;
using namespace wskit::test;

namespace {

std::string answer(const std::string& status, const std::string& body) {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         body;
}

/// Answers POST /login with a token, anything else of HTTP with 403, and opens WebSockets.
class LoginServer {
 public:
  [[nodiscard]] std::string url(const std::string& scheme) const { return server_.url(scheme); }
  [[nodiscard]] std::string port() const { return std::to_string(server_.port()); }
  [[nodiscard]] std::vector<std::string> requests() {
    const std::scoped_lock lock(mutex_);
    return requests_;
  }

 private:
  std::string reply(const std::string& request) {
    const std::scoped_lock lock(mutex_);
    requests_.push_back(request);
    if (request.find("\r\nSec-WebSocket-Key: ") != std::string::npos) {
      return accept_answer(request, "\x81\x02hi");
    }
    return request.starts_with("POST /login ") ? answer("200 OK", R"({"token":"t0k3n"})")
                                               : answer("403 Forbidden", "not you");
  }

  std::mutex mutex_;
  std::vector<std::string> requests_;
  CannedServer server_{[this](const std::string& request) { return reply(request); }};
};

bool contains(const std::string& text, const std::string& part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}

Exit run_script(const std::string& script, std::vector<std::string> more = {}) {
  const ScriptFile file(script);
  std::vector<std::string> arguments{"test", file.path()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return test::wskit(arguments);
}

}  // namespace

TEST_CASE("a login's token goes into the header of the WebSocket upgrade") {
  LoginServer server;
  const Exit exit = run_script("set base = " + server.url("http") +
                                   "\n"
                                   "test login\n"
                                   "client ann\n"
                                   "  header Authorization: Bearer {{token}}\n"
                                   "http POST {{base}}login\n"
                                   "    header Content-Type: application/json\n"
                                   "    body \"\"\"\n"
                                   "      {\"user\":\"ann\",\n"
                                   "       \"key\":\"{{key}}\"}\n"
                                   "      \"\"\"\n"
                                   "    status == 200\n"
                                   "    capture token = jsonpath \"$.token\"\n"
                                   "ann< hi\n",
                               {server.url("ws"), "--var", "key=k1"});
  INFO(exit.out);
  CHECK(exit.code == 0);
  const auto requests = server.requests();
  REQUIRE(requests.size() == 2);
  CHECK(requests[0].starts_with("POST /login HTTP/1.1\r\n"));
  CHECK(contains(requests[0], "\r\nContent-Type: application/json\r\n"));
  CHECK(requests[0].ends_with("\r\n\r\n{\"user\":\"ann\",\n \"key\":\"k1\"}"));
  CHECK(contains(requests[1], "\r\nAuthorization: Bearer t0k3n\r\n"));
}

TEST_CASE("an HTTP answer from 400 up fails the step, unless its status is tested") {
  LoginServer server;
  const Exit exit = run_script("test t\nhttp GET " + server.url("http") + "\n", {server.url("ws")});
  CHECK(exit.code == 1);
  CHECK(contains(exit.out, ":2: http GET "));
  CHECK(contains(exit.out, "the answer is 403: \"not you\""));
  const Exit tested = run_script(
      "test t\nhttp GET " + server.url("http") + "\n    status == 403\n    body contains \"not\"\n",
      {server.url("ws")});
  CHECK(tested.code == 0);
}

TEST_CASE("an http step without an answer fails at its line when the timeout is over") {
  const CannedServer server = CannedServer::silent();
  const Exit exit = run_script("test t\ntimeout 50ms\nhttp GET " + server.url("http") + "\n",
                               {"ws://127.0.0.1:9/"});
  CHECK(exit.code == 1);
  CHECK(contains(exit.out, ":3: http GET "));
  CHECK(contains(exit.out, "no answer within 50 ms"));
}

TEST_CASE("an http step that cannot be asked fails at its line and says why") {
  const std::string nobody = "http://127.0.0.1:" + std::to_string(closed_port()) + "/";
  const Exit refused = run_script("test t\nhttp GET " + nobody + "\n", {"ws://127.0.0.1:9/"});
  CHECK(refused.code == 1);
  CHECK(contains(refused.out, ":2: http GET "));
  CHECK(contains(refused.out, "GET " + nobody));
  CHECK(contains(refused.out, "refused"));
  const Exit no_url =
      run_script("test t\nhttp GET {{u}}\n", {"ws://127.0.0.1:9/", "--var", "u=ftp://127.0.0.1/"});
  CHECK(no_url.code == 1);
  CHECK(contains(no_url.out, ":2: http GET {{u}}"));
  CHECK(contains(no_url.out, "'ftp://127.0.0.1/' is no URL of HTTP"));
}

TEST_CASE("http steps take the ways of the command line: --resolve, --proxy, --cacert") {
  LoginServer server;
  const std::string named = "http POST http://login.example:" + server.port() + "/login\n";
  const Exit resolved =
      run_script("test t\n" + named,
                 {server.url("ws"), "--resolve", "login.example:" + server.port() + ":127.0.0.1"});
  CHECK(resolved.code == 0);
  CHECK(contains(server.requests().back(), "\r\nHost: login.example:" + server.port() + "\r\n"));

  const CannedServer proxy([](const std::string&) { return answer("500 Asked", ""); });
  const Exit refused =
      run_script("test t\nhttp GET http://login.example/\n",
                 {server.url("ws"), "--proxy", "127.0.0.1:" + std::to_string(proxy.port())});
  CHECK(refused.code == 1);
  CHECK(contains(refused.out, "it answered 500 Asked"));

  const std::string directory = WSKIT_TEST_CERTIFICATES;
  EchoProcess secure({"--cert", directory + "/server.pem", "--key", directory + "/server.key"});
  const std::string page =
      "test t\nhttp GET https" + secure.url().substr(3) + "\n    status == 426\n";
  CHECK(run_script(page, {server.url("ws"), "--cacert", directory + "/ca.pem"}).code == 0);
  const Exit unknown = run_script(page, {server.url("ws")});
  CHECK(unknown.code == 1);
  CHECK(contains(unknown.out, "certificate"));
}
