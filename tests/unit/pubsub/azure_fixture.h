// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/memory_broker.h"
#include "core/json.h"
#include "pubsub/azure_connection.h"
#include "pubsub/hub.h"
#include "tests/support/catch.h"
#include "tests/support/manual_clock.h"

namespace wskit::test {

/// A client's end of an AzureConnection: the texts that came, and how it ended.
class AzureClient final : public pubsub::AzurePeer {
 public:
  AzureClient(pubsub::Hub& hub, const std::string& id, const pubsub::AzureLimits& limits = {},
              const std::string& user = {}, const std::string& token = {})
      : hub_(hub),
        connection(hub, *this, {.connection = id, .user = user, .token = token}, limits) {}

  AzureClient(const AzureClient&) = delete;
  AzureClient& operator=(const AzureClient&) = delete;
  /// Who is gone is answered no more.
  ~AzureClient() override {
    for (const broker::Token token : published_) {
      hub_.forget(token);
    }
  }

  /// The texts since the last call.
  [[nodiscard]] std::vector<std::string> take() { return std::exchange(texts, {}); }

  void push(const pubsub::Piece& piece) override {
    texts.push_back(text_of(piece));
    if (--room == 0) {
      connection.overflow();
    }
  }
  void note_live(const broker::Message& /*message*/) override { ++live; }
  void publish(broker::PublishRequest request, OnPublished on_published) override {
    published_.push_back(hub_.publish(std::move(request), std::move(on_published)));
  }
  [[nodiscard]] bool may_join(std::string_view group) override { return group != no_entry; }
  [[nodiscard]] bool may_send(std::string_view group) override { return group != no_entry; }
  [[nodiscard]] bool backlogged() const override { return is_backlogged; }
  [[nodiscard]] std::optional<pubsub::SubscriptionPlace> take_place() override {
    return places-- > 0 ? std::optional(pubsub::SubscriptionPlace()) : std::nullopt;
  }
  void close(wire::CloseCode code, std::string_view /*reason*/,
             const pubsub::Piece& last) override {
    close_code = static_cast<int>(code);
    push(last);
  }

 private:
  /// The payload of one text frame below 64 KiB.
  static std::string text_of(const pubsub::Piece& piece) {
    const std::string_view frame = piece.bytes();
    REQUIRE(frame.size() >= 2);
    CHECK(frame[0] == '\x81');
    const auto low = static_cast<unsigned char>(frame[1]);
    const auto byte = [frame](std::size_t at) { return static_cast<unsigned char>(frame[at]); };
    const std::size_t header = low == 126 ? 4 : 2;
    const std::size_t size = low == 126 ? byte(2) * 256U + byte(3) : low;
    CHECK(frame.size() == header + size);
    return std::string(frame.substr(header));
  }

  pubsub::Hub& hub_;
  std::vector<broker::Token> published_;

 public:
  std::vector<std::string> texts;
  std::string no_entry;  // the group that it may not use
  bool is_backlogged = false;
  int places = 1'000;  // for subscriptions
  int room = 0;        // so many more make it overflow; 0: never
  int close_code = 0;
  int live = 0;
  pubsub::AzureConnection connection;
};

struct AzureFixture {
  void poll_all() {
    while (hub.poll()) {
    }
  }
  /// What a client is answered, and sent, because of a request.
  std::vector<std::string> ask(AzureClient& client, std::string_view request) {
    client.connection.on_message(request);
    poll_all();
    return client.take();
  }
  void publish(const std::string& topic, const std::string& payload) {
    hub.publish({.topic = topic, .payload = payload});
    poll_all();
  }

  ManualClock clock;
  broker::MemoryBroker engine{clock, {}};
  pubsub::Hub hub{engine, [] {}};
};

inline const std::string kReliableGreeting =
    R"({"type":"system","event":"connected","userId":"Ann","connectionId":"c","reconnectionToken":"t"})";
inline const std::string kJoinG = R"({"type":"joinGroup","group":"g"})";

/// A connection of client c that is in group g, and those that take it up.
struct Reliable : AzureFixture {
  std::unique_ptr<AzureClient> connect(const pubsub::AzureLimits& limits = {}) {
    auto client = std::make_unique<AzureClient>(hub, "c", limits, "Ann", "t");
    client->connection.open();
    CHECK(client->take() == std::vector<std::string>{kReliableGreeting});
    CHECK(ask(*client, kJoinG).empty());
    return client;
  }
  std::unique_ptr<AzureClient> resume(const std::string& token = "t",
                                      const pubsub::AzureLimits& limits = {},
                                      const std::string& user = "Ann",
                                      const std::string& no_entry = "") {
    auto client = std::make_unique<AzureClient>(hub, "c", limits, user, token);
    client->no_entry = no_entry;
    client->connection.resume();
    return client;
  }
};

}  // namespace wskit::test
