// SPDX-License-Identifier: MIT
#include "pubsub/azure_request.h"

#include <string>

#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::pubsub;

namespace {

template <class T>
T parsed(std::string_view text) {
  INFO(text);
  const auto request = parse_azure_request(text);
  REQUIRE(request.has_value());
  REQUIRE(std::holds_alternative<T>(request->what));
  return std::get<T>(request->what);
}

std::string why_refused(std::string_view text) {
  return parsed<AzureRefused>(text).why;
}

}  // namespace

TEST_CASE("requests of groups have the group and, if they want one, the id of the ack") {
  CHECK(parsed<AzureJoin>(R"({"type":"joinGroup","group":"a/b"})").group == "a/b");
  CHECK(parsed<AzureLeave>(R"({"group":"g","ackId":1,"type":"leaveGroup"})").group == "g");
  CHECK(parse_azure_request(R"({"type":"joinGroup","group":"g","ackId":18446744073709551615})")
            ->ack_id == 18'446'744'073'709'551'615U);
  CHECK_FALSE(parse_azure_request(R"({"type":"joinGroup","group":"g"})")->ack_id.has_value());
}

TEST_CASE("data is JSON unless it says what else it is") {
  const auto json = parsed<AzureSend>(R"({"type":"sendToGroup","group":"g","data":{"a": [1]}})");
  CHECK(json.payload == R"({"a": [1]})");
  CHECK(json.json);
  CHECK(json.text);
  CHECK_FALSE(json.no_echo);
  const auto text = parsed<AzureSend>(
      R"({"type":"sendToGroup","group":"g","noEcho":true,"dataType":"text","data":"\u00fc\n"})");
  CHECK(text.payload == "\xC3\xBC\n");
  CHECK(text.text);
  CHECK_FALSE(text.json);
  CHECK(text.no_echo);
  const auto binary =
      parsed<AzureSend>(R"({"type":"sendToGroup","group":"g","dataType":"binary","data":"/wA="})");
  CHECK(binary.payload == std::string("\xFF\0", 2));
  CHECK_FALSE(binary.text);
}

TEST_CASE("JSON data is published as the client wrote it") {
  const auto data = [](std::string_view value) {
    return parsed<AzureSend>(std::string(R"({"data": )")
                                 .append(value)
                                 .append(R"( ,"type":"sendToGroup","group":"g"})"))
        .payload;
  };
  for (const std::string_view value :
       {"12345678901234567890123", "-0.10", "null", "true", R"("}],\"\\")",
        R"([{"data":1},"]",{}])", R"({"data":{"x":"{"}})"}) {
    INFO(value);
    CHECK(data(value) == value);
  }
  CHECK(parsed<AzureSend>(R"({"type":"sendToGroup","group":"g","data":1,"data":2})").payload ==
        "2");
  CHECK(parsed<AzureSend>(R"({"type":"sendToGroup","group":"g","d\u0061ta":[1]})").payload ==
        "[1]");
}

TEST_CASE("what cannot be had is refused, with a reason") {
  CHECK(why_refused(R"({"type":"joinGroup","ackId":1})") == "there is no group");
  CHECK_THAT(why_refused(R"({"type":"joinGroup","group":"a/#"})"),
             Catch::StartsWith("groups are topics: "));
  CHECK(why_refused(R"({"type":"sendToGroup","group":"g"})") == "there is no data");
  CHECK_THAT(
      why_refused(R"({"type":"sendToGroup","group":"g","dataType":"protobuf","data":"AA=="})"),
      Catch::Contains("json, text and binary only"));
  CHECK_THAT(why_refused(R"({"type":"sendToGroup","group":"g","dataType":"text","data":1})"),
             Catch::Contains("is a string"));
  for (const std::string data : {R"("AA")", R"("A A=")", "1"}) {
    CHECK_THAT(why_refused(R"({"type":"sendToGroup","group":"g","dataType":"binary","data":)" +
                           data + "}"),
               Catch::Contains("base64"));
  }
}

TEST_CASE("what is no request at all fails") {
  for (const std::string_view text :
       {"", "x", "[]", "{}", R"({"type":1})", R"({"type":"joinGroups"})",
        R"({"type":"joinGroup","group":"g","ackId":-1})",
        R"({"type":"joinGroup","group":"g","ackId":"1"})", R"({"type":"sequenceAck"})",
        R"({"type":"sequenceAck","sequenceId":1.5})", R"({"type":"invoke"})", "{\"type\":\"\xFF\"}",
        R"({"type":"ping"} x)"}) {
    INFO(text);
    const auto request = parse_azure_request(text);
    REQUIRE_FALSE(request.has_value());
    CHECK(request.error().code == ErrorCode::usage);
  }
  const std::string deep(1'000, '[');
  CHECK_FALSE(parse_azure_request(R"({"type":"ping","data":)" + deep).has_value());
}

TEST_CASE("the other requests are told apart") {
  parsed<AzurePing>(R"({"type":"ping"})");
  CHECK(parsed<AzureSequenceAck>(R"({"type":"sequenceAck","sequenceId":7})").sequence == 7);
  parsed<AzureEvent>(R"({"type":"event","event":"e","ackId":4,"dataType":"json","data":{}})");
  CHECK(parsed<AzureInvoke>(R"({"type":"invoke","invocationId":"i","event":"e"})").id == "i");
  parsed<AzureCancelInvoke>(R"({"type":"cancelInvocation","invocationId":"i"})");
}
