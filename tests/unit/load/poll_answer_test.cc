// SPDX-License-Identifier: MIT
#include "load/poll_answer.h"

#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::load;

TEST_CASE("a long poll brings its cursor and text and binary messages") {
  const PollAnswer answer =
      PollAnswer::parse(
          R"({"cursor":"c1","messages":[{"id":"i","topic":"t","data":"a"},{"b64":"/wA="}]})")
          .value();
  CHECK(answer.cursor == "c1");
  REQUIRE(answer.messages.size() == 2);
  CHECK(answer.messages[0].type == ws::MessageType::text);
  CHECK(answer.messages[0].payload == "a");
  CHECK(answer.messages[1].type == ws::MessageType::binary);
  CHECK(answer.messages[1].payload == std::string("\xff\0", 2));
  CHECK(PollAnswer::parse(R"({"cursor":"c","messages":[]})").value().messages.empty());
}

TEST_CASE("what is no answer to a long poll is an error") {
  for (const char* const body :
       {"", "[]", "{}", R"({"cursor":1,"messages":[]})", R"({"cursor":"c"})",
        R"({"cursor":"c","messages":{}})", R"({"cursor":"c","messages":[1]})",
        R"({"cursor":"c","messages":[{"data":1}]})",
        R"({"cursor":"c","messages":[{"b64":"!"}]})"}) {
    INFO(body);
    CHECK(PollAnswer::parse(body).error().code == ErrorCode::upgrade_not_http);
  }
}
