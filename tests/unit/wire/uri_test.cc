// SPDX-License-Identifier: MIT
#include "wire/uri.h"

#include <string>
#include <vector>

#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::wire;

namespace {

struct Good {
  std::string text;
  bool tls;
  std::string host;
  int port;
  std::string target;
  std::string host_header;
};

struct BadUri {
  std::string text;
  std::string hint;
};

std::string refusal(const std::string& text) {
  const auto uri = parse_uri(text);
  REQUIRE_FALSE(uri.has_value());
  CHECK(uri.error().code == ErrorCode::bad_url);
  return uri.error().message;
}

}  // namespace

TEST_CASE("ws and wss URLs give host and port and target") {
  const std::vector<Good> table{
      {"ws://example.com", false, "example.com", 80, "/", "example.com"},
      {"wss://example.com", true, "example.com", 443, "/", "example.com"},
      {"ws://example.com/", false, "example.com", 80, "/", "example.com"},
      {"ws://example.com:9001/chat", false, "example.com", 9001, "/chat", "example.com:9001"},
      {"ws://example.com:80/chat", false, "example.com", 80, "/chat", "example.com"},
      {"ws://example.com:443", false, "example.com", 443, "/", "example.com:443"},
      {"wss://example.com:443", true, "example.com", 443, "/", "example.com"},
      {"wss://example.com:80", true, "example.com", 80, "/", "example.com:80"},
      {"ws://example.com:", false, "example.com", 80, "/", "example.com"},
      {"ws://example.com:08080", false, "example.com", 8080, "/", "example.com:8080"},
      {"ws://h?x=1", false, "h", 80, "/?x=1", "h"},
      {"ws://h/?", false, "h", 80, "/?", "h"},
      {"ws://h/a//b/../c;d=1?e=f?g&h=/i@j", false, "h", 80, "/a//b/../c;d=1?e=f?g&h=/i@j", "h"},
      {"ws://h/%20%zz[]{}|\\^`\"<>", false, "h", 80, "/%20%zz[]{}|\\^`\"<>", "h"},
      {"WS://Example.COM/Chat", false, "example.com", 80, "/Chat", "example.com"},
      {"wSs://h", true, "h", 443, "/", "h"},
      {"ws://127.0.0.1:1", false, "127.0.0.1", 1, "/", "127.0.0.1:1"},
      {"ws://h:65535", false, "h", 65535, "/", "h:65535"},
      {"ws://[::1]", false, "::1", 80, "/", "[::1]"},
      {"ws://[2001:DB8::1]:9001/x", false, "2001:db8::1", 9001, "/x", "[2001:db8::1]:9001"},
      {"ws://[::ffff:1.2.3.4]:443", false, "::ffff:1.2.3.4", 443, "/", "[::ffff:1.2.3.4]:443"},
      {"ws://my_service-1.local.", false, "my_service-1.local.", 80, "/", "my_service-1.local."},
      {"ws://xn--bcher-kva.example", false, "xn--bcher-kva.example", 80, "/",
       "xn--bcher-kva.example"},
      {"ws://1.2.3.4.example", false, "1.2.3.4.example", 80, "/", "1.2.3.4.example"},
  };
  for (const Good& good : table) {
    INFO(good.text);
    const auto uri = parse_uri(good.text);
    REQUIRE(uri.has_value());
    CHECK(uri->tls == good.tls);
    CHECK(uri->host == good.host);
    CHECK(uri->port == good.port);
    CHECK(uri->target == good.target);
    CHECK(uri->host_header() == good.host_header);
    CHECK_FALSE(uri->credentials.has_value());
    CHECK(uri->unix_path.empty());
  }
}

TEST_CASE("what is not a WebSocket URL is refused with what is wrong and what to try") {
  const std::vector<BadUri> table{
      {"", "empty"},
      {"http://h/", "unknown scheme 'http': use ws://"},
      {"https://h/", "unknown scheme 'https': use wss://"},
      {"ftp://h/", "unknown scheme 'ftp': use ws:// or wss://"},
      {"example.com/chat", "write ws://example.com/chat or wss://"},
      {"localhost:9001", "write ws://localhost:9001 or wss://"},
      {"://h", "there is no scheme"},
      {"ws:", "two slashes"},
      {"ws:/h", "two slashes"},
      {"ws:h", "two slashes"},
      {"ws://", "there is no host"},
      {"ws:///chat", "there is no host"},
      {"ws://:9001", "there is no host"},
      {"ws://user@", "there is no host"},
      {"ws://h:0", "port '0' is not from 1 to 65535"},
      {"ws://h:65536", "port '65536' is not from 1 to 65535"},
      {"ws://h:99999", "port '99999' is not from 1 to 65535"},
      {"ws://h:-1", "port '-1'"},
      {"ws://h:80x", "port '80x'"},
      {"ws://h:99999999999999999999", "is not from 1 to 65535"},
      {"ws://h/#top", "no fragment"},
      {"ws://h#top", "no fragment"},
      {"ws://a..b", "host 'a..b' is not a name"},
      {"ws://.a", "is not a name"},
      {"ws://a b", "a space at position 7"},
      {"ws://a!b", "is not a name"},
      {"ws://a%41", "is not a name"},
      {"ws://256.1.1.1", "is not an IPv4 address"},
      {"ws://1.2.3", "is not an IPv4 address"},
      {"ws://127.1", "is not an IPv4 address"},
      {"ws://2130706433", "is not an IPv4 address"},
      {"ws://0x7f.0.0.1", "is not an IPv4 address"},
      {"ws://127.0.0.0X1", "is not an IPv4 address"},
      {"ws://127.0.0.0x1", "is not an IPv4 address"},
      {"ws://01.2.3.4", "is not an IPv4 address"},
      {"ws://1.2.3.4.", "is not an IPv4 address"},
      {"ws://::1/", "in brackets"},
      {"ws://[::1", "no closing ']'"},
      {"ws://[::1]x", "follows the ']'"},
      {"ws://[::1]9001", "follows the ']'"},
      {"ws://[]", "is not an IPv6 address"},
      {"ws://[1.2.3.4]", "is not an IPv6 address"},
      {"ws://[v1.a]", "is not an IPv6 address"},
      {"ws://[fe80::1%25eth0]", "has a zone"},
      {"ws://[fe80::1%eth0]", "has a zone"},
  };
  for (const BadUri& bad : table) {
    INFO(bad.text);
    CHECK_THAT(refusal(bad.text), Catch::Contains(bad.hint));
  }
}

TEST_CASE("no byte that could end a request line passes in any part of a URL") {
  const std::vector<std::string> forms{"ws://ho{}st/",  "ws://h/pa{}th",       "ws://h/?que{}ry",
                                       "ws://us{}er@h", "ws://u:pass{}word@h", "{}ws://h",
                                       "ws://h{}",      "ws+unix:/so{}ck:/x",  "ws+unix:/s:/p{}"};
  for (const std::string& form : forms) {
    for (int byte = 0; byte < 256; ++byte) {
      if (byte > 0x20 && byte < 0x7f) {
        continue;
      }
      std::string text = form;
      text.replace(text.find("{}"), 2, 1, static_cast<char>(byte));
      CAPTURE(form, byte);
      CHECK_THAT(refusal(text), Catch::Contains("percent-encode"));
    }
  }
}

TEST_CASE("a host name has at most 253 bytes in labels of at most 63") {
  const std::string label(63, 'a');
  const std::string longest = label + "." + label + "." + label + "." + std::string(61, 'a');
  CHECK(parse_uri("ws://" + longest).has_value());
  CHECK_THAT(refusal("ws://" + longest + "a"), Catch::Contains("254 bytes"));
  CHECK_THAT(refusal("ws://a" + label), Catch::Contains("at most 63"));
}

TEST_CASE("a path of 70000 bytes stays exact") {
  const std::string path = "/" + std::string(69'999, 'p');
  const auto uri = parse_uri("ws://h" + path);
  REQUIRE(uri.has_value());
  CHECK(uri->target == path);
}

TEST_CASE("user name and password are split off and decoded and never shown") {
  const auto uri = parse_uri("wss://me:p%40ss%2Fword@h:9001/x");
  REQUIRE(uri.has_value());
  CHECK(uri->credentials == Credentials{"me", "p@ss/word"});
  CHECK(uri->host == "h");
  CHECK(uri->display() == "wss://h:9001/x");
  CHECK(parse_uri("ws://me@h")->credentials == Credentials{"me", ""});
  CHECK(parse_uri("ws://:secret@h")->credentials == Credentials{"", "secret"});
  CHECK(parse_uri("ws://me:a:b@h")->credentials == Credentials{"me", "a:b"});
}

TEST_CASE("an error text never shows a password") {
  for (const char* text :
       {"ws://me:secret@h:99999", "ws://me:secret@a..b", "ws://me:secr/et@h", "ws://me:secr?et@h",
        "ws://me:secr@et@h", "ws://me:secret%0a@h", "ws://me:secret%zz@h", "ws://m%3Ae:secret@h",
        "me:secret@h", "http://me:secret@h", "ws://me:secret@[::1", "ws:me:secret@h",
        "ws://me:secret@h#x", "ws://me:secret\n@h", "ws://me:secr#et@h"}) {
    INFO(text);
    const std::string message = refusal(text);
    INFO(message);
    CHECK(message.find("secr") == std::string::npos);
    CHECK(message.find("et@") == std::string::npos);
  }
}

TEST_CASE("query values that look like secrets are hidden from people and kept for the server") {
  const auto uri = parse_uri("ws://h/p?room=1&access_token=abc&API_KEY=x=y&empty&token=");
  REQUIRE(uri.has_value());
  CHECK(uri->target == "/p?room=1&access_token=abc&API_KEY=x=y&empty&token=");
  CHECK(uri->display() == "ws://h/p?room=1&access_token=***&API_KEY=***&empty&token=***");
  CHECK_THAT(uri->text(),
             Catch::StartsWith("ws://h/p?room=1&access_token=") && !Catch::Contains("***"));
}

TEST_CASE("a unix socket is named with its file and then the request path") {
  const auto uri = parse_uri("ws+unix:/run/a%20b.sock:/chat?x=1:2");
  REQUIRE(uri.has_value());
  CHECK(uri->unix_path == "/run/a b.sock");
  CHECK(uri->target == "/chat?x=1:2");
  CHECK(uri->host_header() == "localhost");
  CHECK_FALSE(uri->tls);
  CHECK(uri->display() == "ws+unix:/run/a b.sock:/chat?x=1:2");
  CHECK(parse_uri("ws+unix:/s")->target == "/");
  CHECK(parse_uri("ws+unix:/s?q")->target == "/?q");
  CHECK(parse_uri("ws+unix:./s:/p")->unix_path == "./s");
  CHECK(parse_uri("ws+unix:///s:/p")->unix_path == "/s");
  for (const char* text : {"ws+unix:", "ws+unix::/p", "ws+unix://h/s", "ws+unix:/s%0a",
                           "ws+unix:/s%0", "ws+unix:/s%00:/p"}) {
    INFO(text);
    CHECK_THAT(refusal(text), Catch::Contains("ws+unix:/path/to/socket:/request/path"));
  }
}
