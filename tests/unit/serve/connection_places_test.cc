// SPDX-License-Identifier: MIT
#include "serve/connection_places.h"

#include <optional>
#include <utility>
#include <vector>

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
