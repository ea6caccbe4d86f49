// SPDX-License-Identifier: MIT
#include <string>
#include <utility>
#include <vector>

#include "serve/request_target.h"
#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::serve;

TEST_CASE("a target is a path and the fields of its query, decoded") {
  const auto target = parse_target("/t/a%2fb%20c?x=1&y=%26%3D&x=2&&z&e=");
  REQUIRE(target.has_value());
  CHECK(target->path == "/t/a/b c");
  CHECK(target->get("y") == "&=");
  CHECK(target->get("z") == "");
  CHECK(target->get("e") == "");
  CHECK(!target->get("w"));
  CHECK(target->all("x") == std::vector<std::string>{"1", "2"});
}

TEST_CASE("a plus is a plus, and the second question mark one of the query's") {
  const auto target = parse_target("/a+b?c+d=e+f?");
  REQUIRE(target.has_value());
  CHECK(target->path == "/a+b");
  CHECK(target->get("c+d") == "e+f?");
}

TEST_CASE("a percent sign without two digits is refused, and a control character, in every part") {
  for (const std::string bad :
       {"/%", "/%4", "/%4g", "/x?%=1", "/x?a=%zz", "/%00", "/x?a=%0a", "/x?%7f"}) {
    INFO(bad);
    CHECK(!parse_target(bad));
  }
  CHECK(parse_target("/%41").value().path == "/A");
}

TEST_CASE("the path of a target ends at its query") {
  CHECK(path_of("/healthz?x") == "/healthz");
  CHECK(path_of("/healthz") == "/healthz");
}
