// SPDX-License-Identifier: MIT
#include "load/limits.h"

#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::load;

namespace {

constexpr Limits kLimits{.open_files = 20'000, .local_ports = 28'000};

}  // namespace

TEST_CASE("as many connections as the limits allow are let through") {
  CHECK(check_limits(kLimits, 19'936, 0, true).has_value());
  CHECK(
      check_limits({.open_files = 1'000'000, .local_ports = 28'000}, 56'000, 2, true).has_value());
  CHECK(
      check_limits({.open_files = 1'000'000, .local_ports = 28'000}, 56'000, 0, false).has_value());
}

TEST_CASE("too many connections for the open files are refused with the number and a remedy") {
  const auto checked = check_limits(kLimits, 19'937, 0, true);
  REQUIRE_FALSE(checked.has_value());
  CHECK(checked.error().code == ErrorCode::local_limit);
  CHECK_THAT(checked.error().message, Catch::Contains("20000"));
  CHECK_THAT(checked.error().message, Catch::Contains("-c 19936"));
}

TEST_CASE("too many connections for the local ports are refused with the sources that it takes") {
  const auto checked =
      check_limits({.open_files = 1'000'000, .local_ports = 28'000}, 57'000, 2, true);
  REQUIRE_FALSE(checked.has_value());
  CHECK_THAT(checked.error().message, Catch::Contains("56000"));
  CHECK_THAT(checked.error().message, Catch::Contains("3 addresses with --source"));
}
