// SPDX-License-Identifier: MIT
#include "http/cookie_jar.h"

#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::http;

namespace {

constexpr UnixTime kNow = 1'800'000'000;

wire::Uri uri(std::string_view text) {
  return wire::parse_uri(text).value();
}

CookieJar set(std::string_view url, std::initializer_list<std::string_view> lines) {
  CookieJar jar;
  wire::Headers answer;
  for (const std::string_view line : lines) {
    answer.add("set-cookie", line);
  }
  jar.store(uri(url), answer, kNow);
  return jar;
}

std::string sent(const CookieJar& jar, std::string_view url, UnixTime now = kNow) {
  return jar.header(uri(url), now);
}

}  // namespace

TEST_CASE("a cookie goes back to its host and no other") {
  const auto jar = set("wss://ws.example/chat", {"a=1", "b = x y ; HttpOnly"});
  CHECK(sent(jar, "wss://ws.example/") == "a=1; b=x y");
  CHECK(sent(jar, "ws://WS.example/chat?q") == "a=1; b=x y");
  CHECK(sent(jar, "wss://a.ws.example/").empty());
  CHECK(sent(jar, "wss://example/").empty());
}

TEST_CASE("a cookie for a domain goes to all hosts of it") {
  const auto jar = set("wss://ws.sub.example/", {"a=1; Domain=.Sub.Example"});
  CHECK(sent(jar, "wss://sub.example/") == "a=1");
  CHECK(sent(jar, "wss://x.sub.example/") == "a=1");
  CHECK(sent(jar, "wss://xsub.example/").empty());
}

TEST_CASE("a server sets cookies for its own domain only") {
  CHECK(set("wss://ws.example/", {"a=1; Domain=other.example", "b=1; Domain=example",
                                  "c=1; Domain=a.ws.example", "d=1; Domain="})
            .cookies()
            .size() == 1);
  CHECK(set("wss://127.0.0.1/", {"a=1; Domain=0.0.1"}).cookies().empty());
  CHECK(sent(set("wss://127.0.0.1/", {"a=1; Domain=127.0.0.1"}), "wss://127.0.0.1/") == "a=1");
  CHECK(sent(set("ws://localhost/", {"a=1; Domain=localhost"}), "ws://localhost/") == "a=1");
}

TEST_CASE("a cookie goes to its path and below, the longest path first") {
  const auto jar = set("wss://h.example/a/b", {"1=default", "2=root; Path=/", "3=deep; Path=/a/b/c",
                                               "4=odd; Path=a", "5=slash; Path=/a/"});
  CHECK(sent(jar, "wss://h.example/a/b/c/d") == "3=deep; 5=slash; 1=default; 4=odd; 2=root");
  CHECK(sent(jar, "wss://h.example/ab") == "2=root");
  CHECK(sent(jar, "wss://h.example/a?x=/a/b/c") == "1=default; 4=odd; 2=root");
}

TEST_CASE("a secure cookie travels over TLS only, both ways") {
  const auto jar = set("wss://h.example/", {"a=1; Secure"});
  CHECK(sent(jar, "wss://h.example/") == "a=1");
  CHECK(sent(jar, "ws://h.example/").empty());
  CHECK(set("ws://h.example/", {"a=1; Secure"}).cookies().empty());
}

TEST_CASE("names with a prefix keep what it promises") {
  const auto jar = set("wss://h.example/",
                       {"__Secure-a=1", "__Secure-b=1; Secure", "__Host-c=1; Secure; Path=/x",
                        "__Host-d=1; Secure", "__Host-e=1; Secure; Domain=h.example"});
  CHECK(sent(jar, "wss://h.example/") == "__Secure-b=1; __Host-d=1");
}

TEST_CASE("a cookie ends when it says so, and Max-Age goes before Expires") {
  const auto jar =
      set("wss://h.example/", {"a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
                               "b=1; Expires=Fri, 15 Jan 2027 08:01:00 GMT", "c=1; Expires=never",
                               "d=1; Max-Age=x", "e=1; Max-Age=99999999999"});
  CHECK(sent(jar, "wss://h.example/") == "a=1; b=1; c=1; d=1; e=1");
  CHECK(sent(jar, "wss://h.example/", kNow + 59) == "a=1; b=1; c=1; d=1; e=1");
  CHECK(sent(jar, "wss://h.example/", kNow + 60) == "c=1; d=1; e=1");
}

TEST_CASE("a cookie replaces the one of its name, domain and path, and an old date removes it") {
  auto jar = set("wss://h.example/", {"a=1", "b=1", "a=2"});
  CHECK(sent(jar, "wss://h.example/") == "a=2; b=1");
  wire::Headers answer;
  answer.add("Set-Cookie", "a=; Max-Age=0");
  jar.store(uri("wss://h.example/"), answer, kNow);
  CHECK(sent(jar, "wss://h.example/") == "b=1");
}

TEST_CASE("what is not a cookie is ignored") {
  CHECK(set("wss://h.example/", {"", "novalue", "=x", "a\tb=1", ";a=1"}).cookies().empty());
  CHECK(sent(set("wss://h.example/", {"a=b=c;;; Path"}), "wss://h.example/") == "a=b=c");
}

TEST_CASE("a jar is read and written in the format that curl shares") {
  const std::string text =
      "# Netscape HTTP Cookie File\n"
      "h.example\tFALSE\t/\tFALSE\t0\ta\t1\n"
      "#HttpOnly_.sub.example\tTRUE\t/x\tTRUE\t1800000100\tb\tx y\n";
  const auto jar = CookieJar::parse(text).value();
  CHECK(jar.text() == text);
  CHECK(sent(jar, "ws://h.example/") == "a=1");
  CHECK(sent(jar, "wss://a.sub.example/x") == "b=x y");
  CHECK(sent(jar, "wss://a.sub.example/x", kNow + 100).empty());
  CHECK(
      CookieJar::parse("\r\n# x\r\nh\tFALSE\t/\tFALSE\t0\tempty\t\r\n").value().cookies().size() ==
      1);
  CHECK(CookieJar::parse("h\tFALSE\t/\tFALSE\t0\tempty").value().cookies()[0].value.empty());
}

TEST_CASE("a jar with a broken line is refused by its number") {
  for (const char* const line : {"Set-Cookie: a=1", "h\tFALSE\tx\tFALSE\t0\ta\t1",
                                 "h\tFALSE\t/\tFALSE\tsoon\ta\t1", "h\tFALSE\t/\tFALSE\t0\t\t1"}) {
    const auto jar = CookieJar::parse(std::string("# x\n") + line);
    REQUIRE_FALSE(jar);
    CHECK(jar.error().code == ErrorCode::usage);
    CHECK(jar.error().message == "line 2 is not a cookie of seven fields parted by tabs");
  }
}

TEST_CASE("dates of cookies are read in all their forms") {
  const UnixTime date = 784'111'777;
  for (const char* const text :
       {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994", "08:49:37 6 november 94", "6 Nov 1994 8:49:37 GMT+1"}) {
    INFO(text);
    CHECK(parse_cookie_date(text) == date);
  }
  CHECK(parse_cookie_date("1 Jan 69 00:00:00") == 3'124'224'000);
  for (const char* const text :
       {"", "6 Nov 1994", "31 Feb 2030 00:00:00", "6 Nov 1600 00:00:00", "6 Nov 1994 24:00:00",
        "6 Foo 1994 00:00:00", "100 Nov 08:49:37"}) {
    INFO(text);
    CHECK_FALSE(parse_cookie_date(text));
  }
}
