// SPDX-License-Identifier: MIT
#include "wire/tunnel.h"

#include <functional>
#include <string>
#include <vector>

#include "core/base64.h"
#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::wire;
using namespace std::string_literals;

namespace {

const Credentials kMe{"me", "secret"};

struct TunnelOutcome {
  bool complete = false;
  std::string sent;  // after the greeting
  std::string error;
};

TunnelOutcome fed(Tunnel& tunnel, std::vector<std::string> pieces) {
  TunnelOutcome outcome;
  for (const std::string& piece : pieces) {
    const auto next = tunnel.feed(piece);
    if (!next) {
      CHECK(next.error().code == ErrorCode::proxy);
      outcome.error = next.error().message;
      return {.error = outcome.error};
    }
    outcome.sent += *next;
  }
  outcome.complete = tunnel.complete();
  return outcome;
}

/// The outcome, which is the same wherever the answer is cut, and byte by byte.
TunnelOutcome at_every_split(const std::function<std::unique_ptr<Tunnel>()>& make,
                             const std::string& answer) {
  const TunnelOutcome whole = fed(*make(), {answer});
  for (std::size_t split = 1; split < answer.size(); ++split) {
    const TunnelOutcome parted = fed(*make(), {answer.substr(0, split), answer.substr(split)});
    CHECK(parted.complete == whole.complete);
    CHECK(parted.sent == whole.sent);
    CHECK(parted.error == whole.error);
  }
  std::vector<std::string> bytes;
  for (const char c : answer) {
    bytes.emplace_back(1, c);
  }
  const TunnelOutcome trickled = fed(*make(), bytes);
  CHECK(trickled.complete == whole.complete);
  CHECK(trickled.error == whole.error);
  return whole;
}

std::unique_ptr<Tunnel> http() {
  return http_tunnel({"ws.example", 443}, std::nullopt);
}
std::unique_ptr<Tunnel> http_as_me() {
  return http_tunnel({"ws.example", 9001}, kMe);
}
std::unique_ptr<Tunnel> socks() {
  return socks5_tunnel({"ws.example", 443}, std::nullopt);
}
std::unique_ptr<Tunnel> socks_as_me() {
  return socks5_tunnel({"ws.example", 443}, kMe);
}

const std::string kSocksRequest = "\x05\x01\x00\x03\x0aws.example\x01\xbb"s;
const std::string kSocksDone = "\x05\x00\x00\x01\x7f\x00\x00\x01\x10\x00"s;

}  // namespace

TEST_CASE("a CONNECT request names the target twice and carries credentials when there are any") {
  CHECK(http()->greeting() ==
        "CONNECT ws.example:443 HTTP/1.1\r\nHost: ws.example:443\r\nUser-Agent: wskit\r\n\r\n");
  CHECK(http_tunnel({"::1", 80}, kMe)->greeting() ==
        "CONNECT [::1]:80 HTTP/1.1\r\nHost: [::1]:80\r\nUser-Agent: wskit\r\n"
        "Proxy-Authorization: Basic " +
            base64_encode("me:secret") + "\r\n\r\n");
}

TEST_CASE("a 2xx answer opens the tunnel, whatever it says of a body or sends before it") {
  for (const std::string answer :
       {"HTTP/1.0 200 Connection established\r\nProxy-agent: tinyproxy\r\n\r\n",
        "HTTP/1.1 204 \r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
    const TunnelOutcome outcome = at_every_split(http, answer);
    CHECK(outcome.complete);
    CHECK(outcome.sent.empty());
    CHECK(outcome.error.empty());
  }
}

TEST_CASE("a proxy that refuses a CONNECT is quoted") {
  CHECK(at_every_split(http, "HTTP/1.1 502 No\x1b[2J\r\n\r\n").error ==
        "'HTTP/1.1 502 No\\x1b[2J' has a control character in its reason");
  CHECK(at_every_split(http, "HTTP/1.1 502 Bad Gateway\r\nX: y\r\n\r\n").error ==
        "no tunnel to ws.example:443: it answered 502 Bad Gateway");
  CHECK(at_every_split(http, "HTTP/1.1 403\r\n\r\n").error ==
        "no tunnel to ws.example:443: it answered 403");
  CHECK(at_every_split(http_as_me, "HTTP/1.1 403 Filtered\r\n\r\n").error ==
        "no tunnel to ws.example:9001: it answered 403 Filtered; many proxies allow tunnels to "
        "port 443 only");
}

TEST_CASE("a 407 says what the proxy wants and never repeats what it was given") {
  const std::string answer = "HTTP/1.1 407 Proxy Authentication Required\r\n";
  CHECK(at_every_split(http, answer + "Proxy-Authenticate: Basic realm=\"x\"\r\n\r\n").error ==
        "it wants a user name and password (407 Proxy Authentication Required); give them with "
        "--proxy-user, or in its URL as USER:PASSWORD@HOST");
  CHECK(at_every_split(http_as_me, answer + "\r\n").error ==
        "it refused the user name and password (407 Proxy Authentication Required)");
  CHECK(at_every_split(http_as_me, answer + "Proxy-Authenticate: Negotiate\r\n"
                                            "Proxy-Authenticate: NTLM\r\n\r\n")
            .error ==
        "it wants authentication by Negotiate, NTLM, and only Basic is known here (407 Proxy "
        "Authentication Required)");
}

TEST_CASE("what answers a CONNECT in another protocol is told apart") {
  CHECK(at_every_split(http, "\x15\x03\x01\x00\x02\x02\x0a"s).error ==
        "it speaks TLS on this port: write https://");
  CHECK(fed(*http(), {"\x05\xff"s}).error ==
        "the answer is not HTTP/1.1: it begins with '\\x05\\xff'");
  CHECK(fed(*http(), {"HTTP/1.1 200 OK\r\n\r\nHello"}).error ==
        "it sent more than its answer to CONNECT");
}

TEST_CASE("a SOCKS5 tunnel without credentials asks for the name at once") {
  CHECK(socks()->greeting() == "\x05\x01\x00"s);
  const TunnelOutcome outcome = at_every_split(socks, "\x05\x00"s + kSocksDone);
  CHECK(outcome.complete);
  CHECK(outcome.sent == kSocksRequest);
}

TEST_CASE("a SOCKS5 tunnel with credentials lets the proxy choose whether it wants them") {
  CHECK(socks_as_me()->greeting() == "\x05\x02\x00\x02"s);
  CHECK(at_every_split(socks_as_me, "\x05\x00"s + kSocksDone).sent == kSocksRequest);
  const TunnelOutcome outcome = at_every_split(socks_as_me, "\x05\x02\x01\x00"s + kSocksDone);
  CHECK(outcome.complete);
  CHECK(outcome.sent == "\x01\x02me\x06secret" + kSocksRequest);
}

TEST_CASE("a SOCKS5 request carries an address as an address") {
  const auto request_to = [](const std::string& host) {
    return fed(*socks5_tunnel({host, 80}, std::nullopt), {"\x05\x00"s}).sent;
  };
  CHECK(request_to("192.0.2.1") == "\x05\x01\x00\x01\xc0\x00\x02\x01\x00\x50"s);
  CHECK(request_to("::1") == "\x05\x01\x00\x04"s + std::string(15, '\0') + "\x01\x00\x50"s);
}

TEST_CASE("the address in a SOCKS5 reply may be of each kind") {
  for (const std::string& reply :
       {"\x05\x00\x00\x04"s + std::string(18, 'x'), "\x05\x00\x00\x03\x03"s + "abc\x01\x02",
        "\x05\x00\x00\x03\x00\x01\x02"s}) {
    CHECK(at_every_split(socks, "\x05\x00"s + reply).complete);
  }
  CHECK(at_every_split(socks, "\x05\x00\x05\x00\x00\x09\x01"s).error ==
        "its answer has an address of the unknown kind 9");
  CHECK(at_every_split(socks, "\x05\x00"s + kSocksDone + "x").error ==
        "it sent more than its answer");
}

TEST_CASE("the refusals of a SOCKS5 server have their names") {
  const std::string what = "no tunnel to ws.example:443: ";
  CHECK(at_every_split(socks, "\x05\x00\x05\x05"s).error ==
        what + "connection refused (SOCKS reply 5)");
  CHECK(at_every_split(socks, "\x05\x00\x05\x01\x00\x01\x00\x00\x00\x00\x00\x00"s).error ==
        what + "general SOCKS server failure (SOCKS reply 1)");
  CHECK(fed(*socks(), {"\x05\x00\x05\x02"s}).error ==
        what + "connection not allowed by ruleset (SOCKS reply 2)");
  CHECK(fed(*socks(), {"\x05\x00\x05\x63"s}).error == what + "unknown failure (SOCKS reply 99)");
}

TEST_CASE("a SOCKS5 server's word on credentials is passed on") {
  CHECK(at_every_split(socks, "\x05\xff"s).error ==
        "it wants authentication; give a user name and password with --proxy-user, or in its URL "
        "as USER:PASSWORD@HOST");
  CHECK(at_every_split(socks_as_me, "\x05\xff"s).error ==
        "it accepts neither a user name and password nor none");
  CHECK(at_every_split(socks_as_me, "\x05\x02\x01\x01"s).error ==
        "it refused the user name and password");
  CHECK(at_every_split(socks, "\x05\x02"s).error ==
        "it chose the authentication method 2, which was not offered");
}

TEST_CASE("an HTTP server is not taken for a SOCKS5 proxy") {
  CHECK(fed(*socks(), {"HTTP/1.1 400 Bad Request\r\n\r\n"}).error ==
        "its answer is not SOCKS5: it begins with 'HTTP/1.1 400 Bad Request...'; an HTTP proxy is "
        "http://");
  CHECK(fed(*socks(), {"\x04\x5a"s}).error == "its answer is not SOCKS5: it begins with '\\x04Z'");
}
