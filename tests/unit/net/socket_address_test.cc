// SPDX-License-Identifier: MIT
#include "net/socket_address.h"

#include <string>

#include "tests/support/catch.h"

using wskit::ErrorCode;
using wskit::net::SocketAddress;

TEST_CASE("an address prints as a URL writes it") {
  CHECK(SocketAddress::ip("127.0.0.1", 9001)->to_string() == "127.0.0.1:9001");
  CHECK(SocketAddress::ip("::1", 80)->to_string() == "[::1]:80");
  CHECK(SocketAddress::unix_path("/tmp/x.sock")->to_string() == "/tmp/x.sock");
  CHECK(SocketAddress().to_string().empty());
}

TEST_CASE("an address keeps its family and port") {
  SocketAddress address = SocketAddress::ip("::1", 1).value();
  CHECK(address.family() == AF_INET6);
  address.set_port(65535);
  CHECK(address.port() == 65535);
  CHECK(SocketAddress::unix_path("a")->port() == 0);
  CHECK(SocketAddress().family() == AF_UNSPEC);
}

TEST_CASE("a name is not an address and the error says what to write") {
  const auto result = SocketAddress::ip("localhost", 1);
  REQUIRE_FALSE(result);
  CHECK(result.error().code == ErrorCode::usage);
  CHECK(result.error().message == "'localhost' is not an IP address (write 127.0.0.1 or ::1)");
}

TEST_CASE("an address is not cut at a zero byte") {
  const auto result = SocketAddress::ip(std::string("127.0.0.1\0.example", 18), 1);
  REQUIRE_FALSE(result);
  CHECK(result.error().message ==
        "'127.0.0.1\\x00.example' is not an IP address (write 127.0.0.1 or ::1)");
}

TEST_CASE("a socket path has 1 to 107 bytes") {
  CHECK(SocketAddress::unix_path(std::string(107, 'a')));
  CHECK_FALSE(SocketAddress::unix_path(std::string(108, 'a')));
  CHECK_FALSE(SocketAddress::unix_path(""));
  CHECK_FALSE(SocketAddress::unix_path(std::string("a\0b", 3)));
}

TEST_CASE("an address survives the way through the kernel's form") {
  for (const auto& address :
       {SocketAddress::ip("10.1.2.3", 4).value(), SocketAddress::ip("fe80::1", 5).value(),
        SocketAddress::unix_path("/run/a").value()}) {
    CHECK(SocketAddress::from_kernel(*address.data(), address.size()) == address);
  }
  CHECK_FALSE(SocketAddress::ip("10.1.2.3", 4).value() == SocketAddress::ip("10.1.2.3", 5).value());
}
