// SPDX-License-Identifier: MIT
// Fetch against a server that we did not write: Python's http.server.
#include "http/client.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/url.h"
#include "net/dialer.h"
#include "net/resolver.h"
#include "tests/support/catch.h"
#include "tests/support/loop_fixture.h"
#include "tests/support/process.h"
#include "tests/support/tls_peer.h"

using namespace wskit;
using namespace wskit::http;
using namespace wskit::test;
using namespace std::chrono_literals;

namespace {

class PythonServer {
 public:
  explicit PythonServer(const std::vector<std::string>& arguments = {})
      : process_(command(arguments)) {
    port_ = process_.read_line();
    REQUIRE_FALSE(port_.empty());
  }
  [[nodiscard]] wire::Uri uri(const std::string& path, const std::string& scheme = "http") const {
    return parse_http_url(scheme + "://localhost:" + port_ + path).value();
  }

 private:
  static std::vector<std::string> command(const std::vector<std::string>& arguments) {
    std::vector<std::string> all{"/usr/bin/python3", "-B", WSKIT_HTTP_SERVER};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return all;
  }

  Process process_;
  std::string port_;
};

/// Fetches once and keeps the outcome.
struct Fetching final : FetchHandler {
  Fetching(net::Loop& loop, const Request& request, const FetchOptions& options = {},
           const net::DialOptions& dial_options = {})
      : resolver(net::Resolver::create()),
        dialer(net::Dialer::create(loop, *resolver, dial_options).value()),
        fetch(std::make_unique<Fetch>(*dialer, request, options, *this)) {
    run_until(loop, [this] { return answer || error; });
  }

  void on_answer(Answer told) override {
    answer = std::move(told);
    fetch.reset();
  }
  void on_fetch_failed(const Error& told) override {
    error = told;
    fetch.reset();
  }

  std::optional<Answer> answer;
  std::optional<Error> error;
  std::unique_ptr<net::Resolver> resolver;
  std::unique_ptr<net::Dialer> dialer;
  std::unique_ptr<Fetch> fetch;
};

Answer fetched(net::Loop& loop, const Request& request, const FetchOptions& options = {}) {
  Fetching fetching(loop, request, options);
  INFO((fetching.error ? fetching.error->message : ""));
  REQUIRE(fetching.answer);
  return *fetching.answer;
}

std::string pattern(std::size_t bytes) {
  std::string text(bytes, '\0');
  for (std::size_t i = 0; i < bytes; ++i) {
    text[i] = static_cast<char>(i * 7 % 251);
  }
  return text;
}

}  // namespace

WSKIT_SOCKET_TEST("Python's server answers GET, HEAD and what it does not have") {
  const PythonServer server;
  const Answer big = fetched(loop, {.uri = server.uri("/size/3000000")});
  CHECK(big.head.status == 200);
  CHECK(big.body == std::string(3'000'000, 'x'));
  CHECK(fetched(loop, {.uri = server.uri("/close")}).body == "until the end");
  const Answer head = fetched(loop, {.method = "HEAD", .uri = server.uri("/")});
  CHECK(head.head.headers.get("Content-Length") == "1000");
  CHECK(head.body.empty());
  CHECK(fetched(loop, {.uri = server.uri("/nothing")}).head.status == 404);
}

WSKIT_SOCKET_TEST("Python's server sends a body of a megabyte back in chunks") {
  const PythonServer server;
  const std::string body = pattern(1'000'000);
  const Answer echo =
      fetched(loop, {.method = "POST", .uri = server.uri("/echo"), .headers = {}, .body = body});
  CHECK(echo.head.status == 201);
  CHECK(echo.body.size() == body.size());
  CHECK((echo.body == body));
}

WSKIT_SOCKET_TEST("a login at Python's server gets its cookie, followed or not") {
  const PythonServer server;
  const Request login{
      .method = "POST", .uri = server.uri("/login"), .headers = {}, .body = "user=ann"};
  const Answer pointed = fetched(loop, login);
  CHECK(pointed.head.status == 302);
  const Answer home = fetched(loop, login, {.max_redirects = 1});
  CHECK(home.head.status == 200);
  CHECK(home.body == "welcome");
  CHECK(home.cookies.header(wire::parse_uri("ws://localhost/chat").value(), 0) == "sid=42");
  CHECK(fetched(loop, {.uri = server.uri("/home")}).head.status == 401);
}

WSKIT_SOCKET_TEST("Python's server over TLS is trusted as the dialer trusts") {
  const std::string key = certificate_path("server.key");
  const PythonServer server({key.substr(0, key.size() - std::string(".key").size())});
  const Request request{.uri = server.uri("/size/10", "https")};
  net::DialOptions trusting;
  trusting.tls.ca_file = certificate_path("ca.pem");
  const Fetching good(loop, request, {}, trusting);
  INFO((good.error ? good.error->message : ""));
  REQUIRE(good.answer);
  CHECK(good.answer->body == "xxxxxxxxxx");
  const Fetching bad(loop, request);
  REQUIRE(bad.error);
  CHECK(bad.error->code == ErrorCode::tls_certificate);
  CHECK(bad.error->message.starts_with("GET https://localhost:"));
}

WSKIT_SOCKET_TEST("a server that says nothing has its time") {
  const PythonServer server;
  const Instant start = loop.now();
  const Fetching fetching(loop, {.uri = server.uri("/stall")}, {.timeout = 50ms});
  REQUIRE(fetching.error);
  CHECK(fetching.error->code == ErrorCode::timeout);
  CHECK(loop.now() - start >= 50ms);
}
