// SPDX-License-Identifier: MIT
#include "http/client.h"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "http/url.h"
#include "net/dialer.h"
#include "net/resolver.h"
#include "tests/support/catch.h"
#include "tests/support/fake_loop.h"

using namespace wskit;
using namespace wskit::http;
using namespace std::chrono_literals;

namespace {

Request get(std::string_view url) {
  return {.uri = parse_http_url(url).value()};
}

Request post(std::string_view url, std::string_view body) {
  return {.method = "POST",
          .uri = parse_http_url(url).value(),
          .headers = {{"Content-Type", "application/json"}},
          .body = std::string(body)};
}

/// A fetch on a loop without a kernel; the test plays the server.
struct Fixture final : FetchHandler {
  explicit Fixture(Request request, const FetchOptions& options = {})
      : resolver(net::Resolver::create(
            [](const std::string&, int) -> Expected<std::vector<net::SocketAddress>> {
              return fail(ErrorCode::dns_not_found, "there are no names here");
            })),
        dialer(net::Dialer::create(loop, *resolver, {.timeout = 1h}).value()),
        fetch(std::make_unique<Fetch>(*dialer, std::move(request), options, *this)) {
    CHECK(outcomes == 0);
  }

  void on_answer(Answer told) override {
    ++outcomes;
    answer = std::move(told);
    fetch.reset();
  }
  void on_fetch_failed(const Error& told) override {
    ++outcomes;
    error = told;
    fetch.reset();
  }

  /// The connection under way: the latest one.
  test::FakeConnection& connection() {
    REQUIRE_FALSE(loop.connections.empty());
    return *loop.connections.back();
  }
  /// What is asked over the latest connection.
  std::string asked() {
    connection().accept(loop.now());
    return connection().take();
  }
  void serve(std::string_view answer_text) {
    (void)asked();
    connection().receive(answer_text);
  }
  std::string failure() {
    REQUIRE(outcomes == 1);
    REQUIRE(error);
    CHECK(loop.timers().empty());
    return error->message;
  }

  test::FakeLoop loop;
  std::unique_ptr<net::Resolver> resolver;
  std::unique_ptr<net::Dialer> dialer;
  std::unique_ptr<Fetch> fetch;
  std::optional<Answer> answer;
  std::optional<Error> error;
  int outcomes = 0;
};

}  // namespace

TEST_CASE("a URL of HTTP is one of WebSocket with another scheme") {
  const wire::Uri uri = parse_http_url("HTTPS://me:pw@Example.org/a?b=c#d").value();
  CHECK(uri.tls);
  CHECK(uri.host == "example.org");
  CHECK(uri.port == 443);
  CHECK(uri.target == "/a?b=c");
  CHECK(display_http_url(uri) == "https://example.org/a?b=c");
  CHECK(display_http_url(parse_http_url("http://[::1]:8080?token=x").value()) ==
        "http://[::1]:8080/?token=***");
  CHECK(parse_http_url("ws://h/").error().message ==
        "'ws://h/' is no URL of HTTP: write http://HOST/PATH or https://HOST/PATH");
  CHECK(parse_http_url("http:/me:secret@h").error().message ==
        "'...' is no URL of HTTP: write http://HOST/PATH or https://HOST/PATH");
  for (const std::string_view bad : {"", "http", "h/x", "http://", "http://h:x/", "http://a b/"}) {
    INFO(bad);
    const auto parsed = parse_http_url(bad);
    REQUIRE_FALSE(parsed.has_value());
    CHECK(parsed.error().code == ErrorCode::bad_url);
  }
}

TEST_CASE("a GET is asked and its answer handed over") {
  Fixture f(get("http://127.0.0.1:8080/a?b"));
  CHECK(f.connection().peer == net::SocketAddress::ip("127.0.0.1", 8080).value());
  CHECK(f.asked() ==
        "GET /a?b HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nUser-Agent: wskit\r\nAccept: */*\r\n"
        "Connection: close\r\n\r\n");
  f.connection().receive("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: 1\r\n\r\nhel");
  CHECK(f.outcomes == 0);
  f.connection().receive("lo");
  REQUIRE(f.answer);
  CHECK(f.outcomes == 1);
  CHECK(f.answer->head.status == 200);
  CHECK(f.answer->head.headers.get("x-a") == "1");
  CHECK(f.answer->body == "hello");
  CHECK(f.answer->uri.target == "/a?b");
  CHECK_FALSE(f.connection().alive());
  CHECK(f.loop.timers().empty());
}

TEST_CASE("a POST has its body, and headers that replace ours") {
  Request request = post("http://me:p%40w@127.0.0.1/login", "{\"a\":1}");
  request.headers.push_back({"User-Agent", "test"});
  request.headers.push_back({"Host", "other.example"});
  request.headers.push_back({"Cookie", "a=1"});
  request.headers.push_back({"Cookie", "b=2"});
  Fixture f(std::move(request));
  CHECK(f.asked() ==
        "POST /login HTTP/1.1\r\nAccept: */*\r\nConnection: close\r\n"
        "Authorization: Basic bWU6cEB3\r\nContent-Type: application/json\r\nUser-Agent: test\r\n"
        "Host: other.example\r\nCookie: a=1; b=2\r\nContent-Length: 7\r\n\r\n{\"a\":1}");
  f.connection().receive("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
  REQUIRE(f.answer);
  CHECK(f.answer->head.status == 403);
  CHECK(f.answer->body.empty());
}

TEST_CASE("a POST without a body says so") {
  Fixture f(post("http://127.0.0.1/", ""));
  CHECK(f.asked().find("\r\nContent-Length: 0\r\n\r\n") != std::string::npos);
}

TEST_CASE("an answer may come byte by byte and in chunks") {
  Fixture f(get("http://127.0.0.1/"));
  (void)f.asked();
  const std::string_view text =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n"
      "Trailer: 1\r\n\r\n";
  for (const char& byte : text) {
    CHECK(f.outcomes == 0);
    f.connection().receive({&byte, 1});
  }
  REQUIRE(f.answer);
  CHECK(f.answer->body == "abcde");
}

TEST_CASE("an answer without a length ends with the connection") {
  Fixture f(get("http://127.0.0.1/"));
  f.serve("HTTP/1.0 200 OK\r\n\r\nall of");
  f.connection().receive(" it");
  CHECK(f.outcomes == 0);
  f.connection().eof();
  REQUIRE(f.answer);
  CHECK(f.answer->body == "all of it");
}

TEST_CASE("interim answers are passed over") {
  Fixture f(get("http://127.0.0.1/"));
  f.serve("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
  CHECK(f.outcomes == 0);
  f.connection().receive("HTTP/1.1 204 No Content\r\n\r\n");
  REQUIRE(f.answer);
  CHECK(f.answer->head.status == 204);
  CHECK(f.answer->head.headers.size() == 0);
}

TEST_CASE("the answer to a HEAD has no body, whatever its headers say") {
  Request request = get("http://127.0.0.1/");
  request.method = "HEAD";
  Fixture f(std::move(request));
  f.serve("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
  REQUIRE(f.answer);
  CHECK(f.answer->head.headers.get("Content-Length") == "1000");
  CHECK(f.answer->body.empty());
}

TEST_CASE("a body over the limit is not taken") {
  Fixture f(get("http://127.0.0.1/"), {.max_body_bytes = 10});
  f.serve("HTTP/1.1 200 OK\r\n\r\n0123456789");
  CHECK(f.outcomes == 0);
  f.connection().receive("0");
  CHECK(f.failure() == "GET http://127.0.0.1/: the body of the answer is longer than 10 bytes");
  CHECK(f.error->code == ErrorCode::too_big);
  CHECK_FALSE(f.connection().alive());
}

TEST_CASE("the time is for all of it") {
  Fixture connecting(get("http://127.0.0.1/a?token=x"), {.timeout = 2s});
  connecting.loop.advance(1999ms);
  CHECK(connecting.outcomes == 0);
  connecting.loop.advance(1ms);
  CHECK(connecting.failure() == "GET http://127.0.0.1/a?token=***: no complete answer within 2 s");
  CHECK(connecting.error->code == ErrorCode::timeout);

  Fixture reading(get("http://127.0.0.1/"), {.timeout = 2s});
  reading.loop.advance(1s);
  reading.serve("HTTP/1.1 200 OK\r\n\r\n");
  reading.loop.advance(999ms);
  reading.connection().receive("x");
  CHECK(reading.outcomes == 0);
  reading.loop.advance(1ms);
  CHECK(reading.failure() == "GET http://127.0.0.1/: no complete answer within 2 s");
  CHECK_FALSE(reading.connection().alive());
}

TEST_CASE("an answer that is cut short is none") {
  struct Case {
    std::string_view sent;
    std::string_view said;
  };
  for (const Case& one :
       {Case{"", "the server closed without an answer"},
        Case{"HTTP/1.1 200 OK\r\nA: b\r\n", "the server closed within its answer"},
        Case{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
             "the body of the answer is cut "
             "short"}}) {
    Fixture f(get("http://127.0.0.1/"));
    f.serve(one.sent);
    f.connection().eof();
    CHECK(f.failure() == "GET http://127.0.0.1/: " + std::string(one.said));
    CHECK(f.error->code == ErrorCode::eof);
  }
}

TEST_CASE("what the connection suffers is told with method and URL") {
  Fixture refused(post("http://127.0.0.1:1/", "x"));
  refused.connection().fail(ErrorCode::tcp_refused, "connect 127.0.0.1:1: connection refused");
  CHECK(refused.failure().starts_with("POST http://127.0.0.1:1/: connect 127.0.0.1:1: "));
  CHECK(refused.error->code == ErrorCode::tcp_refused);

  Fixture reset(get("http://127.0.0.1/"));
  (void)reset.asked();
  reset.connection().fail(ErrorCode::reset, "reset by the peer");
  CHECK(reset.failure() == "GET http://127.0.0.1/: reset by the peer");

  Fixture unknown(get("http://no.example/"));
  REQUIRE(unknown.loop.turn_when_posted());
  CHECK(unknown.failure() == "GET http://no.example/: there are no names here");
}

TEST_CASE("what is not HTTP is refused") {
  for (const std::string_view text :
       {"SSH-2.0-OpenSSH\r\n", "HTTP/1.1 101 Switching Protocols\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n"}) {
    INFO(text);
    Fixture f(get("http://127.0.0.1/"));
    f.serve(text);
    CHECK_FALSE(f.failure().empty());
    CHECK(f.error->code == ErrorCode::upgrade_not_http);
  }
}

TEST_CASE("a request that would break out of its lines is not sent") {
  const auto refused = [](const std::function<void(Request&)>& spoil) {
    Request request = get("http://127.0.0.1/");
    spoil(request);
    CHECK_FALSE(check_request(request).has_value());
    Fixture f(std::move(request));
    f.loop.advance(0ns);
    CHECK(f.loop.connections.empty());
    const std::string message = f.failure();
    CHECK(f.error->code == ErrorCode::usage);
    return message;
  };
  CHECK(refused([](Request& r) {
          r.method = "GET /x";
        }).ends_with("'GET /x' is no method of HTTP to ask with; GET and POST are, for example"));
  CHECK(refused([](Request& r) { r.method = "CONNECT"; }).find("no method") != std::string::npos);
  CHECK(refused([](Request& r) { r.headers = {{"A", "b\r\nC: d"}}; })
            .ends_with("header 'A' has characters in its name or value that HTTP does not allow "
                       "there"));
  CHECK(refused([](Request& r) { r.headers = {{"A b", "c"}}; }).find("'A b'") != std::string::npos);
  for (const char* name : {"content-length", "Transfer-Encoding", "Connection", "Expect"}) {
    CHECK(refused([&](Request& r) {
            r.headers = {{name, "1"}};
          }).ends_with("is set by wskit itself; leave it out"));
  }
}

TEST_CASE("destroying a fetch cancels it") {
  Fixture dialing(get("http://127.0.0.1/"));
  dialing.fetch.reset();
  CHECK_FALSE(dialing.connection().alive());
  dialing.loop.advance(1h);
  CHECK(dialing.outcomes == 0);

  Fixture reading(get("http://127.0.0.1/"));
  reading.serve("HTTP/1.1 200 OK\r\n\r\nx");
  reading.fetch.reset();
  CHECK_FALSE(reading.connection().alive());
  reading.loop.advance(1h);
  CHECK(reading.outcomes == 0);
}

TEST_CASE("an answer that points elsewhere is handed over by default") {
  Fixture f(get("http://127.0.0.1/"));
  f.serve("HTTP/1.1 302 Found\r\nLocation: /b\r\nSet-Cookie: sid=1\r\nContent-Length: 0\r\n\r\n");
  REQUIRE(f.answer);
  CHECK(f.answer->head.status == 302);
  CHECK(f.answer->cookies.header(f.answer->uri, 0) == "sid=1");
}

TEST_CASE("a login by POST goes on with GET and the cookie that it got") {
  FetchOptions options{.max_redirects = 1};
  options.cookies.store(
      parse_http_url("http://127.0.0.1/").value(),
      [] {
        wire::Headers headers;
        headers.add("Set-Cookie", "lang=de; Path=/");
        return headers;
      }(),
      0);
  Fixture f(post("http://me:pw@127.0.0.1/login", "user=ann"), options);
  CHECK(f.asked().find("\r\nCookie: lang=de\r\n") != std::string::npos);
  f.connection().receive(
      "HTTP/1.1 303 See Other\r\nLocation: home?a#b\r\nSet-Cookie: sid=1; Path=/\r\n\r\nbody");
  REQUIRE(f.loop.connections.size() == 2);
  CHECK_FALSE(f.loop.connections.front()->alive());
  const std::string second = f.asked();
  CHECK(second.starts_with("GET /home?a HTTP/1.1\r\n"));
  CHECK(second.find("\r\nAuthorization: Basic bWU6cHc=\r\n") != std::string::npos);
  CHECK(second.find("\r\nCookie: lang=de; sid=1\r\n") != std::string::npos);
  CHECK(second.find("Content-") == std::string::npos);
  CHECK(second.ends_with("\r\n\r\n"));
  f.connection().receive("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
  REQUIRE(f.answer);
  CHECK(f.answer->body == "hi");
  CHECK(display_http_url(f.answer->uri) == "http://127.0.0.1/home?a");
  CHECK(f.answer->cookies.cookies().size() == 2);
}

TEST_CASE("307 and 308 keep the method and the body, 302 the method that is no POST") {
  for (const char* status : {"307 Temporary Redirect", "308 Permanent Redirect"}) {
    Fixture f(post("http://127.0.0.1/a", "x"), {.max_redirects = 1});
    f.serve("HTTP/1.1 " + std::string(status) + "\r\nLocation: /b\r\n\r\n");
    const std::string second = f.asked();
    CHECK(second.starts_with("POST /b HTTP/1.1\r\n"));
    CHECK(second.ends_with("\r\nContent-Length: 1\r\n\r\nx"));
  }
  Request put = post("http://127.0.0.1/a", "x");
  put.method = "PUT";
  Fixture f(std::move(put), {.max_redirects = 1});
  f.serve("HTTP/1.1 302 Found\r\nLocation: /b\r\n\r\n");
  CHECK(f.asked().starts_with("PUT /b HTTP/1.1\r\n"));
}

TEST_CASE("credentials stay with the server that they are for") {
  Request request = get("http://me:pw@127.0.0.1/");
  request.headers = {{"X-Api-Key", "k"}, {"Cookie", "a=1"}, {"X-Other", "o"}};
  Fixture f(std::move(request), {.max_redirects = 5});
  f.serve("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:81/\r\n\r\n");
  CHECK(f.connection().peer == net::SocketAddress::ip("127.0.0.1", 81).value());
  CHECK(f.asked() ==
        "GET / HTTP/1.1\r\nHost: 127.0.0.1:81\r\nUser-Agent: wskit\r\nAccept: */*\r\n"
        "Connection: close\r\nX-Other: o\r\n\r\n");
}

TEST_CASE("redirects lead nowhere without end, without TLS or out of HTTP") {
  Fixture endless(get("http://127.0.0.1/a"), {.max_redirects = 2});
  for (int i = 0; i < 3; ++i) {
    endless.serve("HTTP/1.1 302 Found\r\nLocation: /a\r\n\r\n");
  }
  CHECK(endless.failure() ==
        "GET http://127.0.0.1/a: more than 2 redirects, the last one to http://127.0.0.1/a");
  CHECK(endless.error->code == ErrorCode::upgrade_http_status);
  CHECK(endless.loop.connections.size() == 3);

  Fixture elsewhere(get("http://127.0.0.1/"), {.max_redirects = 2});
  elsewhere.serve("HTTP/1.1 302 Found\r\nLocation: ftp://127.0.0.1/\r\n\r\n");
  CHECK(elsewhere.failure().ends_with("which is neither http nor ws"));
}
