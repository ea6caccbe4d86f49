// SPDX-License-Identifier: MIT
#include "pubsub/azure_connection.h"

#include <string>
#include <vector>

#include "tests/unit/pubsub/azure_fixture.h"

using namespace wskit;
using namespace wskit::pubsub;
using namespace wskit::test;

namespace {

using Texts = std::vector<std::string>;

std::string ack(int id) {
  return R"({"type":"ack","ackId":)" + std::to_string(id) + R"(,"success":true})";
}

std::string failure(const Texts& texts) {
  REQUIRE(texts.size() == 1);
  const Json json = parse_json(texts.front()).value();
  CHECK(json["type"] == "ack");
  CHECK(json["success"] == false);
  CHECK(!json["error"]["message"].get<std::string>().empty());
  return json["error"]["name"];
}

}  // namespace

TEST_CASE("a client is greeted with its connection id, and its user if there is one") {
  AzureFixture fixture;
  AzureClient nobody(fixture.hub, "c1");
  nobody.connection.open();
  CHECK(nobody.take() == Texts{R"({"type":"system","event":"connected","connectionId":"c1"})"});
  AzureClient ann(fixture.hub, "c2", {}, "ann");
  ann.connection.open();
  CHECK(ann.take() ==
        Texts{R"({"type":"system","event":"connected","userId":"ann","connectionId":"c2"})"});
}

TEST_CASE("a group's messages come from the ack of the join to the ack of the leave") {
  AzureFixture fixture;
  AzureClient client(fixture.hub, "c");
  fixture.publish("g", "before");
  CHECK(fixture.ask(client, R"({"type":"joinGroup","group":"g","ackId":1})") == Texts{ack(1)});
  fixture.publish("g", "hi");
  fixture.publish("other", "apart");
  CHECK(client.take() ==
        Texts{R"({"type":"message","from":"group","group":"g","dataType":"text","data":"hi"})"});
  CHECK(client.live == 1);
  CHECK(fixture.ask(client, R"({"type":"joinGroup","group":"g","ackId":2})") == Texts{ack(2)});
  fixture.publish("g", "once");
  CHECK(client.take().size() == 1);
  CHECK(fixture.ask(client, R"({"type":"leaveGroup","group":"g","ackId":3})") == Texts{ack(3)});
  CHECK(fixture.ask(client, R"({"type":"leaveGroup","group":"g","ackId":4})") == Texts{ack(4)});
  fixture.publish("g", "after");
  CHECK(client.take().empty());
  CHECK(fixture.hub.subscriptions() == 0);
}

TEST_CASE("a join that is left before it was answered is answered first") {
  AzureFixture fixture;
  AzureClient client(fixture.hub, "c");
  client.connection.on_message(R"({"type":"joinGroup","group":"g","ackId":1})");
  CHECK(client.take().empty());
  client.connection.on_message(R"({"type":"leaveGroup","group":"g","ackId":2})");
  fixture.poll_all();
  CHECK(client.take() == Texts{ack(1), ack(2)});
}

TEST_CASE("each type of data comes to the group as it was sent") {
  AzureFixture fixture;
  AzureClient ann(fixture.hub, "ann", {}, "Ann");
  AzureClient bob(fixture.hub, "bob");
  fixture.ask(bob, R"({"type":"joinGroup","group":"g"})");
  const auto sent = [&](const std::string& members) {
    CHECK(fixture.ask(ann, R"({"type":"sendToGroup","group":"g",)" + members + "}").empty());
    const Texts texts = bob.take();
    REQUIRE(texts.size() == 1);
    return texts.front();
  };
  const std::string begin = R"({"type":"message","from":"group","group":"g","dataType":)";
  const std::string end = R"(,"fromUserId":"Ann"})";
  CHECK(sent(R"("data":{"hello": "world"})") ==
        begin + R"("json","data":{"hello": "world"})" + end);
  CHECK(sent(R"("dataType":"json","data":"s")") == begin + R"("json","data":"s")" + end);
  CHECK(sent(R"("dataType":"text","data":"a\"b")") == begin + R"("text","data":"a\"b")" + end);
  CHECK(sent(R"("dataType":"binary","data":"/wA=")") == begin + R"("binary","data":"/wA=")" + end);
}

TEST_CASE("a sender hears itself unless it says noEcho") {
  AzureFixture fixture;
  AzureClient client(fixture.hub, "c");
  AzureClient other(fixture.hub, "d");
  fixture.ask(client, R"({"type":"joinGroup","group":"g"})");
  fixture.ask(other, R"({"type":"joinGroup","group":"g"})");
  CHECK(fixture.ask(client, R"({"type":"sendToGroup","group":"g","data":1,"ackId":1})").size() ==
        2);
  CHECK(fixture.ask(client,
                    R"({"type":"sendToGroup","group":"g","data":1,"noEcho":true,"ackId":2})") ==
        Texts{ack(2)});
  CHECK(other.take().size() == 2);
}

TEST_CASE("a request with an ackId that was served is answered Duplicate, and does nothing") {
  AzureFixture fixture;
  AzureClient sender(fixture.hub, "c");
  AzureClient other(fixture.hub, "d");
  fixture.ask(other, R"({"type":"joinGroup","group":"g"})");
  const std::string send = R"({"type":"sendToGroup","group":"g","data":1,"ackId":1})";
  CHECK(fixture.ask(sender, send) == Texts{ack(1)});
  CHECK(failure(fixture.ask(sender, send)) == "Duplicate");
  // The second one before the first was answered.
  const std::string next = R"({"type":"sendToGroup","group":"g","data":2,"ackId":2})";
  sender.connection.on_message(next);
  const Texts both = fixture.ask(sender, next);
  REQUIRE(both.size() == 2);
  CHECK(both[0] == ack(2));
  CHECK(failure({both[1]}) == "Duplicate");
  CHECK(other.take().size() == 2);
  CHECK(fixture.ask(other, R"({"type":"sendToGroup","group":"g","data":3,"ackId":1})").size() == 2);
}

TEST_CASE("what is refused says so in the ack, and its ackId may be used again") {
  AzureFixture fixture;
  AzureClient client(fixture.hub, "c", {.max_groups = 1});
  CHECK(failure(fixture.ask(client, R"({"type":"joinGroup","group":"+","ackId":1})")) ==
        "Forbidden");
  CHECK(failure(fixture.ask(
            client,
            R"({"type":"sendToGroup","group":"g","dataType":"protobuf","data":"","ackId":1})")) ==
        "Forbidden");
  CHECK(failure(fixture.ask(client, R"({"type":"event","event":"e","ackId":1,"data":1})")) ==
        "Forbidden");
  CHECK(fixture.ask(client, R"({"type":"joinGroup","group":"g","ackId":1})") == Texts{ack(1)});
  CHECK(failure(fixture.ask(client, R"({"type":"joinGroup","group":"h","ackId":2})")) ==
        "Forbidden");
  CHECK(fixture.ask(client, R"({"type":"leaveGroup","group":"g","ackId":3})") == Texts{ack(3)});
  CHECK(fixture.ask(client, R"({"type":"joinGroup","group":"h","ackId":2})") == Texts{ack(2)});
  CHECK(client.close_code == 0);
}

TEST_CASE("a group that the user may not use is refused, and nothing of it comes") {
  AzureFixture fixture;
  AzureClient client(fixture.hub, "c");
  AzureClient other(fixture.hub, "d");
  fixture.ask(other, R"({"type":"joinGroup","group":"g"})");
  client.no_entry = "g";
  CHECK(failure(fixture.ask(client, R"({"type":"joinGroup","group":"g","ackId":1})")) ==
        "Forbidden");
  CHECK(failure(fixture.ask(client, R"({"type":"sendToGroup","group":"g","data":1,"ackId":2})")) ==
        "Forbidden");
  fixture.publish("g", "hi");
  CHECK(client.take().empty());
  CHECK(other.take().size() == 1);
  CHECK(client.close_code == 0);
  fixture.ask(client, R"({"type":"sendToGroup","group":"g","data":1})");
  CHECK(client.close_code == 1008);
}

TEST_CASE("a client that is no client of the protocol is told so and closed with 1008") {
  for (const std::string request :
       {"hello", R"({"type":"sequenceAck","sequenceId":1})", R"({"type":"no\nsuch"})",
        R"({"type":"joinGroup","group":"+"})",
        R"({"type":"sendToGroup","group":"g","dataType":"protobuf","data":"AA=="})"}) {
    INFO(request);
    AzureFixture fixture;
    AzureClient client(fixture.hub, "c");
    fixture.ask(client, R"({"type":"joinGroup","group":"g"})");
    const Texts texts = fixture.ask(client, request);
    REQUIRE(texts.size() == 1);
    const Json last = parse_json(texts.front()).value();
    CHECK(last["type"] == "system");
    CHECK(last["event"] == "disconnected");
    CHECK(client.close_code == 1008);
    CHECK(fixture.hub.subscriptions() == 0);
    CHECK(fixture.ask(client, R"({"type":"ping"})").empty());
  }
}

TEST_CASE("pings are answered, and events without an ackId are not") {
  AzureFixture fixture;
  AzureClient client(fixture.hub, "c");
  CHECK(fixture.ask(client, R"({"type":"ping"})") == Texts{R"({"type":"pong"})"});
  CHECK(fixture.ask(client, R"({"type":"event","event":"e","data":1})").empty());
  CHECK(fixture.ask(client, R"({"type":"cancelInvocation","invocationId":"i"})").empty());
  const Texts answer = fixture.ask(client, R"({"type":"invoke","invocationId":"i","event":"e"})");
  REQUIRE(answer.size() == 1);
  CHECK_THAT(answer.front(),
             Catch::StartsWith(R"({"type":"invokeResponse","invocationId":"i","success":false,)"));
}

TEST_CASE("a client whose messages were lost is closed with 1012, one that is too slow with 1013") {
  AzureFixture fixture;
  AzureClient gap(fixture.hub, "c");
  fixture.ask(gap, R"({"type":"joinGroup","group":"g"})");
  fixture.publish("g", "1");
  fixture.engine.new_epoch(2);
  fixture.poll_all();
  CHECK(gap.close_code == 1012);
  AzureClient slow(fixture.hub, "d");
  slow.connection.overflow();
  CHECK(slow.close_code == 1013);
}
