// SPDX-License-Identifier: MIT
// A client that comes back before the server knows that its old connection is dead: of that one
// nothing is read here, and nothing is sent on it.
#include <string>
#include <utility>
#include <vector>

#include "core/json.h"
#include "tests/net/serve/pubsub_serving.h"

using namespace wskit;
using namespace wskit::test;

namespace {

/// A connection of json.reliable.webpubsub.azure.v1, greeted.
class Resumable {
 public:
  Resumable(const PubSubServer& server, const std::string& path) : client(server.port()) {
    REQUIRE(client.upgrade("Sec-WebSocket-Protocol: json.reliable.webpubsub.azure.v1\r\n", path));
    greeting = next();
    CHECK(greeting["event"] == "connected");
  }
  Json next() { return parse_json(read_text(client)).value(); }
  [[nodiscard]] std::string path() const {
    return "/client/hubs/chat?awps_connection_id=" + greeting["connectionId"].get<std::string>() +
           "&awps_reconnection_token=" + greeting["reconnectionToken"].get<std::string>();
  }

  RawClient client;
  Json greeting;
};

}  // namespace

TEST_CASE("a reliable client takes its session over from a connection that is still open") {
  constexpr int kTurns = 12;
  const PubSubServer server({.threads = 2});
  std::vector<Resumable> clients;
  clients.emplace_back(server, "/client/hubs/chat");
  const std::string path = clients.front().path();
  clients.front().client.send_frame(kText, R"({"type":"joinGroup","group":"room","ackId":1})");
  CHECK(clients.front().next()["success"] == true);
  int published = 0;
  for (int turn = 0; turn < kTurns; ++turn) {
    post(server, "/t/room", std::to_string(++published));
    clients.emplace_back(server, path);
    CHECK(clients.back().path() == path);
    post(server, "/t/room", std::to_string(++published));
    for (int number = 1; number <= published; ++number) {
      const Json message = clients.back().next();
      REQUIRE(message["sequenceId"] == number);
      CHECK(message["data"] == std::to_string(number));
    }
    // Whoever comes second finds out at once.
    CHECK(clients[clients.size() - 2].client.read_close() == 1008);
  }
  await_subscriptions(server, 1);
  clients.clear();
  await_subscriptions(server, 0);
}
