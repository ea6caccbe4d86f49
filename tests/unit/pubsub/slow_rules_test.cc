// SPDX-License-Identifier: MIT
#include "pubsub/slow_rules.h"

#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::pubsub;

TEST_CASE("a rule for slow receivers is a filter and a policy") {
  const auto rule = parse_slow_rule("prices/+=latest");
  REQUIRE(rule);
  CHECK(rule->filter == "prices/+");
  CHECK(rule->policy == SlowPolicy::latest);
  const auto with_equals = parse_slow_rule("a=b/#=drop-old");
  REQUIRE(with_equals);
  CHECK(with_equals->filter == "a=b/#");
  CHECK(with_equals->policy == SlowPolicy::drop_old);
}

TEST_CASE("what is no rule for slow receivers is refused with its reason") {
  const auto complaint = [](std::string_view text) {
    const auto rule = parse_slow_rule(text);
    REQUIRE_FALSE(rule);
    CHECK(rule.error().code == ErrorCode::usage);
    return rule.error().message;
  };
  CHECK(complaint("prices/#").find("FILTER=POLICY") != std::string::npos);
  CHECK(complaint("prices/#=sometimes").find("drop-new") != std::string::npos);
  CHECK_FALSE(complaint("a/#/b=close").empty());
  CHECK_FALSE(complaint("=close").empty());
}

TEST_CASE("the first rule that a topic matches counts, and else the default") {
  const std::vector<SlowRule> rules{{.filter = "a/b", .policy = SlowPolicy::close},
                                    {.filter = "a/#", .policy = SlowPolicy::latest}};
  CHECK(slow_policy(rules, "a/b", SlowPolicy::drop_new) == SlowPolicy::close);
  CHECK(slow_policy(rules, "a/c/d", SlowPolicy::drop_new) == SlowPolicy::latest);
  CHECK(slow_policy(rules, "b", SlowPolicy::drop_new) == SlowPolicy::drop_new);
}
