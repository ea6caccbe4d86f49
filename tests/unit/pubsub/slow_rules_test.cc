// SPDX-License-Identifier: MIT
#include "pubsub/slow_rules.h"

#include <string>
#include <vector>

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

TEST_CASE("a rule for slow receivers may say how much may wait of its topics") {
  const auto rule = parse_slow_rule("a,b/#=drop-old,64KiB");
  REQUIRE(rule);
  CHECK(rule->filter == "a,b/#");
  CHECK(rule->policy == SlowPolicy::drop_old);
  CHECK(rule->max_bytes == 65'536);
  CHECK(parse_slow_rule("a=close")->max_bytes == 0);
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
  for (const char* const size : {"", "0", "much", "1KiB,2KiB"}) {
    CHECK_THAT(complaint("a=close," + std::string(size)), Catch::Contains("64KiB"));
  }
}

TEST_CASE("the first rule that a topic matches counts, and else the default") {
  const std::vector<SlowRule> rules{
      {.filter = "a/b", .policy = SlowPolicy::close},
      {.filter = "a/#", .policy = SlowPolicy::latest, .max_bytes = 1'000}};
  const QueueLimits otherwise{.policy = SlowPolicy::drop_new, .max_bytes = 5'000};
  const QueueLimits none = slow_limits(rules, "b", otherwise);
  CHECK(none.policy == SlowPolicy::drop_new);
  CHECK(none.share == 0);
  const QueueLimits first = slow_limits(rules, "a/b", otherwise);
  CHECK(first.policy == SlowPolicy::close);
  CHECK(first.share == 0);
  const QueueLimits second = slow_limits(rules, "a/c/d", otherwise);
  CHECK(second.policy == SlowPolicy::latest);
  CHECK(second.share == 2);
  CHECK(second.max_share_bytes == 1'000);
  CHECK(second.max_bytes == 5'000);
}
