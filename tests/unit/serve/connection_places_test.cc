// SPDX-License-Identifier: MIT
#include "serve/connection_places.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "serve/peers.h"
#include "serve/unique_fd.h"
#include "tests/support/catch.h"

using namespace wskit::serve;

TEST_CASE("a server has so many places, and one that is left is free again") {
  ConnectionPlaces places({.connections = 2});
  auto first = places.take("a");
  auto second = places.take("b");
  REQUIRE((first && second));
  const auto third = places.take("c");
  REQUIRE_FALSE(third);
  CHECK(third.error() == Limit::connections);
  *first = {};
  CHECK(places.take("c"));
}

TEST_CASE("an address has so many places, whatever other addresses have") {
  ConnectionPlaces places({.per_address = 2});
  std::vector<ConnectionPlaces::Place> taken;
  for (const char* const address : {"a", "b", "a", "b"}) {
    auto place = places.take(address);
    REQUIRE(place);
    taken.push_back(std::move(*place));
  }
  CHECK(places.take("a").error() == Limit::address_connections);
  CHECK(places.take("c"));
  taken.erase(taken.begin());
  CHECK(places.take("a"));
  taken.clear();
  CHECK(places.addresses() == 0);
}

TEST_CASE("what has no address has no limit of its own") {
  ConnectionPlaces places({.per_address = 1});
  const auto first = places.take("");
  const auto second = places.take("");
  CHECK((first && second));
}

TEST_CASE("a place moves with its connection and is left once") {
  ConnectionPlaces places({.connections = 1, .per_address = 1});
  std::optional<ConnectionPlaces::Place> kept;
  {
    auto place = places.take("a");
    REQUIRE(place);
    kept.emplace(std::move(*place));
  }
  CHECK_FALSE(places.take("a"));
  kept.reset();
  CHECK(places.take("a"));
}

TEST_CASE("a client over IPv4 has its whole address, on a socket for both families too") {
  const UniqueFd listener(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int only_v6 = 0;
  REQUIRE(::setsockopt(listener.get(), IPPROTO_IPV6, IPV6_V6ONLY, &only_v6, sizeof only_v6) == 0);
  sockaddr_in6 bound{};
  bound.sin6_family = AF_INET6;
  REQUIRE(::inet_pton(AF_INET6, "::ffff:127.0.0.1", &bound.sin6_addr) == 1);
  socklen_t size = sizeof bound;
  REQUIRE(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&bound), size) == 0);
  REQUIRE(::listen(listener.get(), 1) == 0);
  REQUIRE(::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&bound), &size) == 0);
  const UniqueFd client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  to.sin_port = bound.sin6_port;
  REQUIRE(::connect(client.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
  const UniqueFd accepted(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  const std::string loopback("\x7f\0\0\1", 4);
  CHECK(PeerAddress::of_socket(accepted.get()).network() == loopback);
  CHECK(PeerAddress::of_socket(client.get()).network() == loopback);
}
