// SPDX-License-Identifier: MIT
#include "broker/topic.h"

#include <string>

#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::broker;

namespace {

std::string refusal(const Expected<void>& result) {
  return result ? "" : result.error().message;
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
