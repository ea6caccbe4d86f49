// SPDX-License-Identifier: MIT
#include "serve/listen_address.h"

#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::serve;

TEST_CASE("a listen address is a host and a port") {
  const auto address = parse_listen_address("0.0.0.0:9001").value();
  CHECK(address.host == "0.0.0.0");
  CHECK(address.port == 9001);
  CHECK(parse_listen_address("[::1]:0").value().host == "::1");
  CHECK(parse_listen_address("localhost:80").value().host == "localhost");
}

TEST_CASE("a port alone is on loopback") {
  CHECK(parse_listen_address("9001").value().host == "127.0.0.1");
  CHECK(parse_listen_address(":9001").value().host == "127.0.0.1");
}

TEST_CASE("a path makes it a unix socket") {
  const auto address = parse_listen_address("unix:/run/echo.sock").value();
  CHECK(address.is_unix());
  CHECK(address.unix_path == "/run/echo.sock");
}

TEST_CASE("what is no listen address is refused with what one looks like") {
  for (const std::string& text :
       {std::string(), std::string("localhost"), std::string("localhost:"),
        std::string("localhost:65536"), std::string("localhost:-1"), std::string("localhost:http"),
        std::string("::1:9001"), std::string("[::1:9001"), std::string("[]:1"),
        std::string("ws://localhost:1"), std::string("unix:"), "unix:/" + std::string(107, 'x')}) {
    INFO(text);
    const auto address = parse_listen_address(text);
    REQUIRE_FALSE(address.has_value());
    CHECK(address.error().code == ErrorCode::usage);
    CHECK_THAT(address.error().message, Catch::Contains("HOST:PORT"));
  }
}

TEST_CASE("the URL is one that a client on this machine can use") {
  CHECK(url_of({.host = "127.0.0.1", .port = 1}, false) == "ws://127.0.0.1:1/");
  CHECK(url_of({.host = "::1", .port = 1}, true) == "wss://[::1]:1/");
  CHECK(url_of({.host = "0.0.0.0", .port = 1}, false) == "ws://127.0.0.1:1/");
  CHECK(url_of({.host = "::", .port = 1}, false) == "ws://[::1]:1/");
  CHECK(url_of({.unix_path = "/run/x"}, false) == "ws+unix:/run/x");
}
