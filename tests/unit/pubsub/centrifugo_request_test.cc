// SPDX-License-Identifier: MIT
#include "pubsub/centrifugo_request.h"

#include <string>

#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::pubsub;

namespace {

template <class What>
What command_in(std::string_view text) {
  const auto command = parse_centrifugo_command(text);
  REQUIRE(command.has_value());
  REQUIRE(std::holds_alternative<What>(command->what));
  return std::get<What>(command->what);
}

CentrifugoError refused_with(std::string_view text) {
  return command_in<CentrifugoRefused>(text).error;
}

}  // namespace

TEST_CASE("a Centrifugo command has an id, but for a pong and what is not answered") {
  CHECK(parse_centrifugo_command(R"({"id":4294967295,"connect":{}})")->id == 4'294'967'295U);
  CHECK(parse_centrifugo_command("{}")->id == 0);
  command_in<CentrifugoPong>(" { } ");
  command_in<CentrifugoSend>(R"({"send":{"data":1}})");
  command_in<CentrifugoPing>(R"({"id":1,"ping":{}})");
  for (const char* const text :
       {"", "x", "[]", "1", R"({"connect":{}})", R"({"id":0,"connect":{}})",
        R"({"id":-1,"connect":{}})", R"({"id":1.5,"connect":{}})", R"({"id":"1","connect":{}})",
        R"({"id":4294967296,"connect":{}})", R"({"id":1,"connect":[]})",
        R"({"id":1,"connect":{"token":1}})", R"({"id":1,"subscribe":{"channel":1}})",
        R"({"id":1,"subscribe":{"channel":"a","recover":1}})",
        R"({"id":1,"subscribe":{"channel":"a","offset":-1}})",
        R"({"id":1,"history":{"channel":"a","limit":"1"}})",
        R"({"id":1,"history":{"channel":"a","since":1}})",
        R"({"id":1,"history":{"channel":"a","since":{"offset":"1"}}})"}) {
    INFO(text);
    CHECK_FALSE(parse_centrifugo_command(text).has_value());
  }
}

TEST_CASE("the parameters of Centrifugo commands are read, and null is not there") {
  CHECK(command_in<CentrifugoConnect>(R"({"id":1,"connect":{"token":"t","name":"js"}})").token ==
        "t");
  const auto plain =
      command_in<CentrifugoSubscribe>(R"({"id":1,"subscribe":{"channel":"a/b","token":null}})");
  CHECK(plain.channel == "a/b");
  CHECK(plain.token.empty());
  CHECK_FALSE(plain.recover.has_value());
  CHECK_FALSE(plain.join_leave);
  const auto recovering = command_in<CentrifugoSubscribe>(
      R"({"id":1,"subscribe":{"channel":"a","token":"t","recover":true,"epoch":"e",)"
      R"("offset":18446744073709551615,"join_leave":true}})");
  CHECK(recovering.token == "t");
  CHECK(recovering.recover == broker::TopicState{.epoch = "e", .offset = UINT64_MAX});
  CHECK(recovering.join_leave);
  CHECK(command_in<CentrifugoLeave>(R"({"id":1,"unsubscribe":{"channel":"a"}})").channel == "a");
  CHECK_FALSE(
      command_in<CentrifugoPresence>(R"({"id":1,"presence":{"channel":"a"}})").only_numbers);
  CHECK(
      command_in<CentrifugoPresence>(R"({"id":1,"presence_stats":{"channel":"a"}})").only_numbers);
  CHECK(command_in<CentrifugoRefresh>(R"({"id":1,"refresh":{"token":"t"}})").token == "t");
  CHECK(command_in<CentrifugoSubRefresh>(R"({"id":1,"sub_refresh":{"channel":"a","token":"t"}})")
            .token == "t");
  const auto history = command_in<CentrifugoHistory>(
      R"({"id":1,"history":{"channel":"a","limit":-1,"since":{"offset":3},"reverse":true}})");
  CHECK(history.limit == -1);
  CHECK(history.since == broker::TopicState{.epoch = "", .offset = 3});
  CHECK(history.reverse);
}

TEST_CASE("what a Centrifugo client publishes is JSON as it was written") {
  const auto data = [](const std::string& members) {
    return command_in<CentrifugoPublish>(R"({"id":1,"publish":{"channel":"a")" + members + "}}")
        .data;
  };
  CHECK(data(R"(,"data":{"n": 1.50})") == R"({"n": 1.50})");
  CHECK(data(R"(,"data":"text")") == R"("text")");
  CHECK(data(R"(,"data":null)") == "null");
  CHECK(data(R"(,"d\u0061ta":[1])") == "[1]");
}

TEST_CASE("Centrifugo commands that cannot be served are refused with the code for it") {
  CHECK(refused_with(R"({"id":1,"rpc":{"method":"m"}})") == CentrifugoError::method_not_found);
  CHECK(refused_with(R"({"id":1,"unheard_of":{}})") == CentrifugoError::method_not_found);
  CHECK(refused_with(R"({"id":1,"subscribe":{}})") == CentrifugoError::bad_request);
  CHECK(refused_with(R"({"id":1,"publish":{"channel":"a"}})") == CentrifugoError::bad_request);
  for (const char* const channel : {"a/#", "+", "a+b"}) {
    const std::string parameters = std::string(R"({"channel":")") + channel + R"(","data":1}})";
    CHECK(refused_with(R"({"id":1,"subscribe":)" + parameters) == CentrifugoError::unknown_channel);
    CHECK(refused_with(R"({"id":1,"publish":)" + parameters) == CentrifugoError::unknown_channel);
    CHECK(refused_with(R"({"id":1,"history":)" + parameters) == CentrifugoError::unknown_channel);
  }
  CHECK(refused_with(R"({"id":1,"subscribe":{"channel":"a","type":1}})") ==
        CentrifugoError::not_available);
  CHECK(refused_with(R"({"id":1,"subscribe":{"channel":"a","tf":{}}})") ==
        CentrifugoError::not_available);
  CHECK(refused_with(R"({"id":1,"publish":{"channel":"a","data":1,"type":1}})") ==
        CentrifugoError::not_available);
  CHECK(refused_with(R"({"id":1,"sub_refresh":{"channel":"a","type":1}})") ==
        CentrifugoError::not_available);
}
