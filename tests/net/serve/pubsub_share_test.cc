// SPDX-License-Identifier: MIT
// How much may wait of the topics of one filter, and what happens beyond that.
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/json.h"
#include "tests/net/serve/pubsub_serving.h"

using namespace wskit;
using namespace wskit::test;

namespace {

constexpr std::size_t kShareBytes = 200'000;
constexpr int kPublished = 300;

/// A server of long queues, in which "prices/#" has a short share.
PubSubServer sharing_server(pubsub::SlowPolicy policy) {
  return PubSubServer(
      {.close_timeout = std::chrono::seconds(20)},
      {.queue = {.max_bytes = std::size_t{64} << 20},
       .slow = {{.filter = "prices/#", .policy = policy, .max_bytes = kShareBytes}}});
}

/// More than the kernel holds for a connection, of both topics in turn.
void publish_both(const PubSubServer& server) {
  const std::string filler(32'000, 'x');
  for (int number = 1; number <= kPublished; ++number) {
    const std::string text = std::to_string(number) + ":" + filler;
    REQUIRE(post(server, "/t/prices/a", text).status() == 200);
    REQUIRE(post(server, "/t/orders", text).status() == 200);
  }
}

/// Publishes to one topic until something was closed as too slow.
void publish_until_closed(const PubSubServer& server) {
  const auto closes = [&server] { return server.state().threads()[0].counts->overflows.read(); };
  while (closes() == 0) {
    REQUIRE(post(server, "/t/prices/a", std::string(32'000, 'x')).status() == 200);
  }
}

std::uint64_t queued_bytes(const PubSubServer& server) {
  return server.state().threads()[0].counts->queued_bytes.read();
}

}  // namespace

TEST_CASE("of the topics of a filter no more waits than its rule says, and the others are whole") {
  using Policy = pubsub::SlowPolicy;
  for (const Policy policy : {Policy::drop_new, Policy::drop_old, Policy::latest}) {
    INFO(pubsub::name(policy));
    const PubSubServer server = sharing_server(policy);
    RawClient slow = server.subscriber("/t?topic=prices/a&topic=orders&envelope=json");
    publish_both(server);
    std::uint64_t told = 0;
    int orders = 0;
    int price = 0;
    int prices = 0;
    while (orders + prices + static_cast<int>(told) < 2 * kPublished) {
      const Json item = parse_json(read_text(slow)).value();
      if (item.contains("gap")) {
        told += item["gap"]["messages"].get<std::uint64_t>();
        continue;
      }
      const int number = std::stoi(item["data"].get<std::string>());
      if (item["topic"] == "orders") {
        CHECK(number == ++orders);
      } else {
        CHECK(number > price);
        price = number;
        ++prices;
      }
    }
    CHECK(told > 0);
    CHECK(orders == kPublished);
    // The newest are the ones that were kept, or were not.
    CHECK((price == kPublished) == (policy != Policy::drop_new));
    CHECK(server.state().threads()[0].counts->overflows.read() == 0);
  }
}

TEST_CASE("of a filter with a limit so much waits, of others as much as may for a connection") {
  const PubSubServer server = sharing_server(pubsub::SlowPolicy::drop_old);
  const RawClient prices = server.subscriber("/t/prices/a?envelope=json");
  publish_both(server);
  CHECK(queued_bytes(server) <= kShareBytes);
  CHECK(queued_bytes(server) > kShareBytes / 2);
  const RawClient orders = server.subscriber("/t/orders?envelope=json");
  publish_both(server);
  CHECK(queued_bytes(server) > 2 * kShareBytes);
}

TEST_CASE("beyond the limit of a filter a receiver is closed, if that is its policy") {
  const PubSubServer server = sharing_server(pubsub::SlowPolicy::close);
  RawClient slow = server.subscriber("/t/prices/a?envelope=json");
  publish_until_closed(server);
  CHECK(slow.read_close() == 1008);
}

TEST_CASE("beyond the limit of a filter who cannot be told of a drop is closed in any case") {
  struct Protocol {
    std::string path;
    std::string subprotocol;
    std::string join;
    int code;
  };
  const auto protocol = GENERATE(
      Protocol{"/t/prices/a", "", "", 1008},
      Protocol{"/client/hubs/chat", "json.webpubsub.azure.v1",
               R"({"type":"joinGroup","group":"prices/a","ackId":1})", 1013},
      Protocol{"/connection/websocket", "centrifuge-json",
               "{\"id\":1,\"connect\":{}}\n{\"id\":2,\"subscribe\":{\"channel\":\"prices/a\"}}",
               3008});
  INFO(protocol.path);
  const PubSubServer server = sharing_server(pubsub::SlowPolicy::drop_new);
  RawClient slow(server.port());
  const std::string offer = "Sec-WebSocket-Protocol: " + protocol.subprotocol + "\r\n";
  REQUIRE(slow.upgrade(protocol.subprotocol.empty() ? "" : offer, protocol.path));
  if (!protocol.join.empty()) {
    slow.send_frame(kText, protocol.join);
  }
  await_subscriptions(server, 1);
  publish_until_closed(server);
  CHECK(queued_bytes(server) == 0);
  CHECK(slow.read_close() == protocol.code);
}

TEST_CASE("who has missed more than the share of a filter catches up with all of it") {
  const PubSubServer server = sharing_server(pubsub::SlowPolicy::close);
  for (int number = 1; number <= 100; ++number) {
    post(server, "/t/prices/a", std::to_string(number) + ":" + std::string(8'000, 'x'));
  }
  RawClient client(server.port());
  REQUIRE(client.upgrade({}, "/t/prices/a?envelope=json&after=0"));
  for (int number = 1; number <= 100; ++number) {
    const Json item = parse_json(read_text(client)).value();
    REQUIRE(std::stoi(item["data"].get<std::string>()) == number);
  }
}
