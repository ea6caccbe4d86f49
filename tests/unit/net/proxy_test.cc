// SPDX-License-Identifier: MIT
#include "net/proxy.h"

#include "net/dialer.h"
#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::net;

namespace {

std::string refusal(std::string_view url) {
  const auto proxy = parse_proxy(url);
  REQUIRE_FALSE(proxy);
  CHECK(proxy.error().code == ErrorCode::usage);
  return proxy.error().message;
}

bool goes_direct(const std::string& no_proxy, const std::string& host) {
  ProxyOptions options;
  options.for_wss = parse_proxy("proxy.example").value();
  options.no_proxy = no_proxy;
  return proxy_for(options, {host, 443, {}, true}) == nullptr;
}

}  // namespace

TEST_CASE("a proxy's URL names kind, host, port and credentials") {
  const auto proxy = parse_proxy("SOCKS5h://me:p%40ss@Proxy.example:1081/").value();
  CHECK(proxy.kind == ProxyKind::socks5h);
  CHECK(proxy.host == "proxy.example");
  CHECK(proxy.port == 1081);
  CHECK(proxy.credentials == wire::Credentials{"me", "p@ss"});
  CHECK(proxy.display() == "socks5h://proxy.example:1081");
  CHECK(parse_proxy("http://me:pa/ss@h:1").value().credentials->password == "pa/ss");
}

TEST_CASE("scheme and port of a proxy default as in curl") {
  CHECK(parse_proxy("proxy.example:3128").value().display() == "http://proxy.example:3128");
  CHECK(parse_proxy("127.0.0.1").value().display() == "http://127.0.0.1:1080");
  CHECK(parse_proxy("https://[::1]").value().display() == "https://[::1]:443");
  CHECK(parse_proxy("socks5://h").value().display() == "socks5://h:1080");
  CHECK(parse_proxy("http://h:80").value().port == 80);
}

TEST_CASE("a proxy's URL that cannot be is refused without its password") {
  CHECK(refusal("socks4://h") ==
        "unknown kind of proxy 'socks4': write http://, https://, socks5:// or socks5h://");
  for (const char* const url :
       {"http://me:hunter2@", "http://me:hunter2@h:99999", "http://me:hunter2%zz@h",
        "socks5://me@h", "http://me:hunter2@a b"}) {
    CHECK_THAT(refusal(url), !Catch::Contains("hunter2"));
  }
  CHECK(refusal("socks5h://" + std::string(256, 'u') + ":p@h:1") ==
        "socks5h://h:1: user name and password of a SOCKS5 proxy have 1 to 255 bytes each (RFC "
        "1929)");
}

TEST_CASE("connections with and without TLS have their own proxies and a unix socket has none") {
  ProxyOptions options;
  CHECK(proxy_for(options, {"h", 80, {}, false}) == nullptr);
  options.for_ws = parse_proxy("one").value();
  CHECK(proxy_for(options, {"h", 80, {}, false})->host == "one");
  CHECK(proxy_for(options, {"h", 443, {}, true}) == nullptr);
  options.for_wss = parse_proxy("two").value();
  CHECK(proxy_for(options, {"h", 443, {}, true})->host == "two");
  CHECK(proxy_for(options, {"", 0, "/run/s", false}) == nullptr);
}

TEST_CASE("this machine is reached without the environment's proxy") {
  ProxyOptions options;
  options.for_ws = parse_proxy("proxy.example").value();
  const auto direct = [&](const std::string& host) {
    return proxy_for(options, {host, 80, {}, false}) == nullptr;
  };
  CHECK_FALSE(direct("127.0.0.1"));
  options.loopback = false;
  for (const char* const host : {"localhost", "a.localhost", "127.0.0.1", "127.9.9.9", "::1"}) {
    CHECK(direct(host));
  }
  for (const char* const host : {"notlocalhost", "128.0.0.1", "::2", "localhost.example"}) {
    CHECK_FALSE(direct(host));
  }
}

TEST_CASE("a host in the list of exceptions is a domain and never a part of a label") {
  CHECK(goes_direct("example", "example"));
  CHECK(goes_direct("example", "ws.example"));
  CHECK(goes_direct(".example", "example"));
  CHECK(goes_direct("example.", "ws.example."));
  CHECK(goes_direct("a, WS.Example b", "ws.example"));
  CHECK(goes_direct("*", "anything"));
  CHECK_FALSE(goes_direct("example", "notexample"));
  CHECK_FALSE(goes_direct("ws.example", "example"));
  CHECK_FALSE(goes_direct(",. ,", "example"));
  CHECK_FALSE(goes_direct("", "example"));
}

TEST_CASE("an address in the list of exceptions may be a block") {
  CHECK(goes_direct("192.0.2.7", "192.0.2.7"));
  CHECK(goes_direct("192.0.2.0/24", "192.0.2.255"));
  CHECK(goes_direct("192.0.2.0/23", "192.0.3.1"));
  CHECK(goes_direct("0.0.0.0/0", "8.8.8.8"));
  CHECK(goes_direct("2001:db8::/33", "2001:db8:7fff::1"));
  CHECK(goes_direct("[::1]", "::1"));
  CHECK_FALSE(goes_direct("192.0.2.0/24", "192.0.3.1"));
  CHECK_FALSE(goes_direct("2001:db8::/33", "2001:db8:8000::1"));
  CHECK_FALSE(goes_direct("192.0.2.0/33", "192.0.2.1"));
  CHECK_FALSE(goes_direct("0.2.1", "192.0.2.1"));
  CHECK_FALSE(goes_direct("10.0.0.0/8", "a.example"));
}
