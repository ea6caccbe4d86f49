// SPDX-License-Identifier: MIT
#include "http/redirect.h"

#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::http;

namespace {

wire::Uri uri_of(std::string_view text) {
  return wire::parse_uri(text).value();
}

std::string leads(std::string_view base, std::string_view location) {
  const auto to = resolve_location(uri_of(base), location);
  if (!to) {
    CHECK(to.error().code == ErrorCode::upgrade_http_status);
    return "! " + to.error().message;
  }
  return to->display();
}

wire::UpgradeRequest request(std::string_view url, std::vector<wire::Header> headers = {}) {
  wire::UpgradeOptions options;
  options.uri = uri_of(url);
  options.headers = std::move(headers);
  options.user_agent.clear();
  return wire::UpgradeRequest::make(std::move(options)).value();
}

wire::HttpResponse answer(std::string_view location, std::vector<std::string> cookies = {}) {
  wire::HttpResponse response;
  response.status = 302;
  response.headers.add("location", location);
  for (const std::string& cookie : cookies) {
    response.headers.add("Set-Cookie", cookie);
  }
  return response;
}

/// The request line and headers that the user could see change.
std::string text(const wire::UpgradeRequest& asked) {
  std::string bytes = asked.bytes("key");
  for (const std::string line : {"Upgrade: websocket\r\n", "Connection: Upgrade\r\n",
                                 "Sec-WebSocket-Key: key\r\n", "Sec-WebSocket-Version: 13\r\n"}) {
    bytes.erase(bytes.find(line), line.size());
  }
  return bytes;
}

}  // namespace

TEST_CASE("only these answers with a place to go are redirects") {
  for (const int status : {301, 302, 303, 307, 308}) {
    auto response = answer("/x");
    response.status = status;
    CHECK(is_redirect(response));
  }
  for (const int status : {300, 304, 305, 306, 200, 401}) {
    auto response = answer("/x");
    response.status = status;
    CHECK_FALSE(is_redirect(response));
  }
  wire::HttpResponse nowhere;
  nowhere.status = 302;
  CHECK_FALSE(is_redirect(nowhere));
}

TEST_CASE("http is followed as ws and https as wss") {
  CHECK(leads("ws://a/", "http://b/c") == "ws://b/c");
  CHECK(leads("ws://a/", "HTTPS://b") == "wss://b/");
  CHECK(leads("ws://a/", "ws://b:81/") == "ws://b:81/");
  CHECK(leads("wss://a/", "wss://b/?q#f") == "wss://b/?q");
}

TEST_CASE("a relative place is found from the URL that was asked for") {
  const std::string base = "wss://me:secret@a:444/b/c/d?q";
  CHECK(leads(base, "g") == "wss://a:444/b/c/g");
  CHECK(leads(base, "/g?y") == "wss://a:444/g?y");
  CHECK(leads(base, "?y") == "wss://a:444/b/c/d?y");
  CHECK(leads(base, "") == "wss://a:444/b/c/d?q");
  CHECK(leads(base, "../g") == "wss://a:444/b/g");
  CHECK(leads(base, "./g/") == "wss://a:444/b/c/g/");
  CHECK(leads(base, "../../../g/.") == "wss://a:444/g/");
  CHECK(leads(base, "..") == "wss://a:444/b/");
  CHECK(leads(base, "g:h/../i?a/../b").starts_with("! "));
  CHECK(leads(base, "g?a/../b") == "wss://a:444/b/c/g?a/../b");
  CHECK(leads(base, "//b/g") == "wss://b/g");
  CHECK(leads("ws+unix:/s:/x/y", "z") == "ws+unix:/s:/x/z");
}

TEST_CASE("what a server writes into a location that no URL has is encoded") {
  CHECK(leads("ws://a/", "/b c/\xc3\xa4") == "ws://a/b%20c/%C3%A4");
}

TEST_CASE("TLS is not given up and other schemes are not followed") {
  CHECK(leads("wss://a/", "http://b/?token=secret") ==
        "! the server points from wss://a/ to ws://b/?token=***, which has no TLS: not followed");
  CHECK(leads("ws://a/", "ftp://b/") ==
        "! the server points to 'ftp://b/', which is neither http nor ws");
  CHECK_THAT(leads("ws://a/", "http://b:0/"), Catch::StartsWith("! the server points to 'http:"));
  CHECK(leads("ws+unix:/s:/", "http://b/") ==
        "! the server points to ws://b/, away from the unix socket");
}

TEST_CASE("on the same server a request keeps what it has") {
  const RedirectOptions options{.max = 5, .own_cookies = "own=1"};
  Redirects redirects(options);
  const auto next = redirects.follow(
      request("ws://me:secret@a/x", {{"X-Key", "k"}, {"Host", "other"}}), answer("/y"));
  CHECK(text(*next) ==
        "GET /y HTTP/1.1\r\nHost: other\r\nAuthorization: Basic bWU6c2VjcmV0\r\nX-Key: k\r\n"
        "Cookie: own=1\r\n\r\n");
}

TEST_CASE("a server's own port for TLS is the same server") {
  const RedirectOptions options{.max = 5};
  const auto keeps = [&](const std::string& from, const std::string& to) {
    Redirects redirects(options);
    const auto next = redirects.follow(request(from, {{"Authorization", "x"}}), answer(to));
    INFO((next ? "" : next.error().message));
    REQUIRE(next);
    return text(*next).find("Authorization") != std::string::npos;
  };
  CHECK(keeps("ws://a/", "https://a/"));
  CHECK(keeps("ws://a:81/", "http://a:81/x"));
  CHECK_FALSE(keeps("ws://a:81/", "https://a/"));
  CHECK_FALSE(keeps("ws://a/", "https://a:444/"));
  CHECK_FALSE(keeps("ws://a/", "http://b/"));
  CHECK_FALSE(keeps("ws://a/", "http://a.b/"));
}

TEST_CASE("another server is given no credentials, also on the way back") {
  const RedirectOptions options{.max = 5, .own_cookies = "own=1"};
  Redirects redirects(options);
  const auto there = redirects.follow(
      request("ws://me:secret@a/", {{"X-Api-Key", "k"}, {"Host", "other"}, {"X-Plain", "p"}}),
      answer("http://b/"));
  CHECK(text(*there) == "GET / HTTP/1.1\r\nHost: b\r\nX-Plain: p\r\n\r\n");
  const auto back = redirects.follow(*there, answer("http://a/z"));
  CHECK(text(*back) == "GET /z HTTP/1.1\r\nHost: a\r\nX-Plain: p\r\n\r\n");
}

TEST_CASE("each server is given its own cookies and those set on the way") {
  RedirectOptions options{.max = 5, .own_cookies = "own=1"};
  options.cookies = CookieJar::parse("b\tFALSE\t/\tFALSE\t0\tstored\t1\n").value();
  Redirects redirects(options);
  const auto login = redirects.follow(request("ws://a/", {{"Cookie", "own=1"}}),
                                      answer("/in", {"session=s; Path=/"}));
  CHECK_THAT(text(*login), Catch::Contains("\r\nCookie: session=s; own=1\r\n"));
  const auto there = redirects.follow(*login, answer("http://b/"));
  CHECK_THAT(text(*there), Catch::Contains("\r\nCookie: stored=1\r\n"));
}

TEST_CASE("a redirect to itself that sets a cookie is no circle, and a second time it is") {
  const RedirectOptions options{.max = 5};
  Redirects redirects(options);
  const auto again = redirects.follow(request("ws://a/"), answer("/", {"seen=1"}));
  REQUIRE(again);
  const auto circle = redirects.follow(*again, answer("/", {"seen=1"}));
  REQUIRE_FALSE(circle);
  CHECK(circle.error().code == ErrorCode::upgrade_http_status);
  CHECK(circle.error().message ==
        "the redirects go round in a circle, ws://a/ -> ws://a/ -> ws://a/");
}

TEST_CASE("there are no more redirects than allowed") {
  const RedirectOptions options{.max = 1};
  Redirects redirects(options);
  const auto one = redirects.follow(request("ws://a/1"), answer("/2"));
  REQUIRE(one);
  const auto two = redirects.follow(*one, answer("/3"));
  REQUIRE_FALSE(two);
  CHECK(two.error().message ==
        "more than 1 redirects, ws://a/1 -> ws://a/2 -> ws://a/3; --max-redirs allows more");
}
