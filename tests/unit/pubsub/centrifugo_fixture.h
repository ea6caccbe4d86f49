// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/memory_broker.h"
#include "core/json.h"
#include "pubsub/centrifugo_connection.h"
#include "pubsub/hub.h"
#include "tests/support/catch.h"
#include "tests/support/manual_clock.h"

namespace wskit::test {

using Texts = std::vector<std::string>;

/// A client's end of a CentrifugoConnection: the messages that came, and how it ended.
class CentrifugoClient final : public pubsub::CentrifugoPeer {
 public:
  /// With no guest it has to have a token.
  CentrifugoClient(pubsub::Hub& hub, const std::string& id,
                   std::optional<pubsub::CentrifugoUser> guest = pubsub::CentrifugoUser(),
                   const pubsub::CentrifugoLimits& limits = {})
      : hub_(hub), connection(hub, *this, {.client = id, .guest = std::move(guest)}, limits) {}

  CentrifugoClient(const CentrifugoClient&) = delete;
  CentrifugoClient& operator=(const CentrifugoClient&) = delete;
  /// Who is gone is answered no more.
  ~CentrifugoClient() override {
    for (const broker::Token token : published_) {
      hub_.forget(token);
    }
  }

  /// The objects that came since the last call, each on its own.
  [[nodiscard]] Texts take() {
    Texts lines;
    for (const std::string& message : std::exchange(messages, {})) {
      for (std::size_t start = 0; start < message.size();) {
        const std::size_t end = std::min(message.find('\n', start), message.size());
        lines.push_back(message.substr(start, end - start));
        start = end + 1;
      }
    }
    return lines;
  }

  void push(const pubsub::Piece& piece) override {
    messages.push_back(text_of(piece));
    if (--room == 0) {
      connection.overflow();
    }
  }
  void flush_later() override { to_flush = true; }
  void note_live(const broker::Message& /*message*/) override { ++live; }
  void publish(broker::PublishRequest request, OnPublished on_published) override {
    published_.push_back(hub_.publish(std::move(request), std::move(on_published)));
  }
  [[nodiscard]] bool backlogged() const override {
    return is_backlogged || messages.size() >= full_after;
  }
  [[nodiscard]] std::expected<pubsub::CentrifugoUser, pubsub::CentrifugoTokenFault> user_of(
      std::string_view token) override {
    const auto known = users.find(token);
    if (known != users.end()) {
      return known->second;
    }
    return std::unexpected(token == "expired" ? pubsub::CentrifugoTokenFault::expired
                                              : pubsub::CentrifugoTokenFault::invalid);
  }
  [[nodiscard]] std::optional<pubsub::SubscriptionPlace> take_place() override {
    return has_place ? std::optional(pubsub::SubscriptionPlace()) : std::nullopt;
  }
  void note_forbidden() override { ++forbidden; }
  void close(pubsub::CentrifugoDisconnect why) override { close_code = static_cast<int>(why); }

 private:
  /// The payload of one text frame.
  static std::string text_of(const pubsub::Piece& piece) {
    const std::string_view frame = piece.bytes();
    REQUIRE(frame.size() >= 2);
    CHECK(frame[0] == '\x81');
    const int low = static_cast<unsigned char>(frame[1]);
    return std::string(frame.substr(low == 127 ? 10 : low == 126 ? 4 : 2));
  }

  pubsub::Hub& hub_;
  std::vector<broker::Token> published_;

 public:
  std::map<std::string, pubsub::CentrifugoUser, std::less<>> users;  // by their tokens
  Texts messages;
  bool to_flush = false;
  bool is_backlogged = false;
  std::size_t full_after = SIZE_MAX;  // so many messages that nobody has taken
  int room = 0;                       // so many more make it overflow; 0: never
  int close_code = 0;
  int live = 0;
  int forbidden = 0;
  bool has_place = true;
  pubsub::CentrifugoConnection connection;
};

struct CentrifugoFixture {
  /// As a service thread does it: what the hub has to tell, then what was kept for its end.
  void poll_all(CentrifugoClient& client) {
    while (hub.poll()) {
    }
    if (std::exchange(client.to_flush, false)) {
      client.connection.flush();
    }
  }
  /// What a client is sent because of its commands.
  Texts ask(CentrifugoClient& client, std::string_view commands) {
    client.connection.on_message(commands, clock.now());
    poll_all(client);
    return client.take();
  }
  void connect(CentrifugoClient& client) {
    client.connection.open(clock.now());
    REQUIRE(ask(client, R"({"id":1,"connect":{}})").size() == 1);
  }
  /// The parameters of the answer to a subscribe command.
  Json subscribe(CentrifugoClient& client, const std::string& parameters) {
    const Texts texts = ask(client, R"({"id":2,"subscribe":{)" + parameters + "}}");
    REQUIRE(!texts.empty());
    return parse_json(texts.front()).value()["subscribe"];
  }
  void publish(CentrifugoClient& client, const std::string& topic, const std::string& payload) {
    hub.publish({.topic = topic, .payload = payload});
    poll_all(client);
  }
  void pass(CentrifugoClient& client, Nanoseconds time) {
    clock.advance(time);
    client.connection.on_time(clock.now());
    poll_all(client);
  }

  ManualClock clock;
  broker::MemoryBroker engine{clock, {}};
  pubsub::Hub hub{engine, [] {}};
};

/// The code of the only answer, which is an error.
inline int error_code(const Texts& texts) {
  REQUIRE(texts.size() == 1);
  const Json json = parse_json(texts.front()).value();
  CHECK(!json["error"]["message"].get<std::string>().empty());
  return json["error"]["code"];
}

}  // namespace wskit::test
