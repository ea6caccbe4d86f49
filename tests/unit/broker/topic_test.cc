// SPDX-License-Identifier: MIT
#include "broker/topic.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::broker;

namespace {

std::string refusal(const Expected<void>& result) {
  return result ? "" : result.error().message;
}

using Texts = std::vector<std::string>;

// All texts of 1 to `depth` of these levels that `good` takes.
Texts all_of(const Texts& levels, int depth, Expected<void> (*good)(std::string_view)) {
  Texts all;
  Texts longest = levels;
  for (; depth > 0; --depth) {
    std::ranges::copy_if(longest, std::back_inserter(all),
                         [&](const std::string& text) { return good(text).has_value(); });
    Texts longer;
    for (const std::string& text : longest) {
      for (const std::string& level : levels) {
        longer.push_back(text + "/" + level);
      }
    }
    longest = std::move(longer);
  }
  return all;
}

// Which of the topics the filter has.
std::vector<bool> matched(const std::string& filter, const Texts& topics) {
  std::vector<bool> found;
  for (const std::string& topic : topics) {
    found.push_back(matches(filter, topic));
  }
  return found;
}

// Whether all of the topics of one filter are topics of another two.
bool within(const std::vector<bool>& inner, const std::vector<bool>& a,
            const std::vector<bool>& b) {
  for (std::size_t i = 0; i < inner.size(); ++i) {
    if (inner[i] && !a[i] && !b[i]) {
      return false;
    }
  }
  return true;
}

}  // namespace

TEST_CASE("a topic is 1 to 255 bytes of UTF-8 without NUL and wildcards") {
  for (const std::string topic : {"a", "/", "a//b", "$SYS/x", "a b", "gr\xC3\xBC\xC3\x9F"}) {
    CHECK(refusal(check_topic(topic)).empty());
  }
  CHECK(check_topic(std::string(255, 'x')));
  CHECK(refusal(check_topic("")) == "topic '': it is empty");
  CHECK(refusal(check_topic(std::string(256, 'x'))).ends_with("it has 256 bytes; at most 255"));
  CHECK(refusal(check_topic(std::string_view("a\0b", 3))) ==
        R"(topic 'a\x00b': it has a NUL in it)");
  CHECK(refusal(check_topic("a\xFF")) == R"(topic 'a\xff': it is not UTF-8)");
  CHECK(refusal(check_topic("a/+")) ==
        "topic 'a/+': '+' and '#' are wildcards, for subscriptions only");
  CHECK_FALSE(check_topic("a#"));
  CHECK(check_topic("a#").error().code == ErrorCode::usage);
}

TEST_CASE("wildcards of a filter are whole levels, and # is the last one") {
  for (const char* const filter : {"a", "+", "#", "+/#", "a/+/c", "a/#", "/+", "+/", "/"}) {
    CHECK(refusal(check_filter(filter)).empty());
  }
  for (const char* const filter : {"a+", "+a/b", "a/b#", "##", "++"}) {
    CHECK(refusal(check_filter(filter)).ends_with("stand for whole levels: a/+/c, a/#"));
  }
  CHECK(refusal(check_filter("#/a")) == "filter '#/a': '#' is the last level or none");
  CHECK_FALSE(check_filter(""));
}

TEST_CASE("a filter has the topics that MQTT says it has") {
  // The examples of MQTT 5.0 section 4.7.1 and 4.7.2, and what lies between them.
  CHECK(matches("sport/tennis/player1/#", "sport/tennis/player1"));
  CHECK(matches("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon"));
  CHECK(matches("sport/#", "sport"));
  CHECK(matches("#", "a/b/c"));
  CHECK(matches("sport/tennis/+", "sport/tennis/player1"));
  CHECK_FALSE(matches("sport/tennis/+", "sport/tennis/player1/ranking"));
  CHECK_FALSE(matches("sport/+", "sport"));
  CHECK(matches("sport/+", "sport/"));
  CHECK(matches("+/+", "/finance"));
  CHECK(matches("/+", "/finance"));
  CHECK_FALSE(matches("+", "/finance"));
  CHECK_FALSE(matches("#", "$SYS/a"));
  CHECK_FALSE(matches("+/monitor/Clients", "$SYS/monitor/Clients"));
  CHECK(matches("$SYS/#", "$SYS/"));
  CHECK(matches("$SYS/monitor/+", "$SYS/monitor/Clients"));
  CHECK(matches("a/+", "a/$b"));
  CHECK_FALSE(matches("a", "a/"));
  CHECK_FALSE(matches("a/b", "a"));
  CHECK_FALSE(matches("Accounts", "ACCOUNTS"));
}

TEST_CASE("a filter is covered when each of its topics is one of the allowed filters'") {
  CHECK(is_covered("a/b", Texts{"a/+"}));
  CHECK(is_covered("a/+", Texts{"a/#"}));
  CHECK(is_covered("a/#", Texts{"#"}));
  CHECK(is_covered("#", Texts{"+", "+/+/#"}));
  CHECK(is_covered("a/#", Texts{"a", "a/+/#"}));
  CHECK(is_covered("#", Texts{"+", "+/+", "+/+/+/#"}));
  CHECK(is_covered("$x/#", Texts{"$x/#"}));
  CHECK_FALSE(is_covered("a/#", Texts{"a/+", "a/+/+"}));
  CHECK_FALSE(is_covered("a/#", Texts{"a/+/#"}));
  CHECK_FALSE(is_covered("a/+", Texts{"a/b", "a/c"}));
  CHECK_FALSE(is_covered("$x", Texts{"#"}));
  CHECK_FALSE(is_covered("a", {}));
}

TEST_CASE("of all small filters, those are covered whose topics a look at each finds allowed") {
  // "b", "" and "$t" are levels that no filter names; one level more than the filters have.
  const Texts topics = all_of({"a", "b", "", "$s", "$t"}, 4, check_topic);
  const Texts filters = all_of({"a", "+", "#", "$s"}, 3, check_filter);
  std::vector<std::vector<bool>> of_filter;
  for (const std::string& filter : filters) {
    of_filter.push_back(matched(filter, topics));
  }
  std::vector<std::string> wrong;
  for (std::size_t a = 0; a < filters.size(); ++a) {
    for (std::size_t b = a; b < filters.size(); ++b) {
      const Texts allowed = {filters[a], filters[b]};
      for (std::size_t i = 0; i < filters.size(); ++i) {
        if (is_covered(filters[i], allowed) != within(of_filter[i], of_filter[a], of_filter[b])) {
          wrong.push_back(filters[i] + " in " + filters[a] + " or " + filters[b]);
        }
      }
    }
  }
  CHECK(wrong == Texts{});
}
