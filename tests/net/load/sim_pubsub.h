// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/net/load/sim_echo_server.h"
#include "tests/support/sim_loop.h"

namespace wskit::test {

/// What becomes of a publication at one subscriber. `hold` lets the next one overtake it.
enum class Fate : std::uint8_t { deliver, lose, twice, damage, hold };

struct SimPubSubOptions {
  /// Of the `n`-th message published, counted from 0, at the `place`-th subscriber of its topic.
  std::function<Fate(std::uint64_t n, std::size_t place)> fate;
  std::function<Nanoseconds(std::uint64_t n, std::size_t place)> delay;
  /// What stands around a payload in a delivery.
  std::string before;
  std::string after;
};

/// A publish/subscribe server on a SimLoop: "sub TOPIC" subscribes, "pub TOPIC PAYLOAD" publishes,
/// "hi!" is counted.
class SimPubSub {
 public:
  SimPubSub(SimLoop& loop, SimPubSubOptions options = {})
      : loop_(loop), options_(std::move(options)), server_(loop, {.on_message_of = listener()}) {}

  [[nodiscard]] SimEchoServer& server() { return server_; }
  [[nodiscard]] std::uint64_t published() const { return published_; }
  [[nodiscard]] std::uint64_t greetings() const { return greetings_; }

  /// From now on the `place`-th subscription holds after so long, and is confirmed then with
  /// "joined TOPIC"; none: never. "wait" is said at once.
  void confirm_after(std::function<std::optional<Nanoseconds>(std::size_t place)> confirmation) {
    confirmation_ = std::move(confirmation);
  }

 private:
  using Listener = std::function<void(std::size_t connection, const std::string& message)>;

  Listener listener() {
    return [this](std::size_t connection, const std::string& message) {
      if (message == "hi!") {
        ++greetings_;
        return;
      }
      const std::size_t space = message.find(' ', 4);
      const std::string topic = message.substr(4, space - 4);
      std::vector<Subscription>& subscriptions = topics_[topic];
      if (message.starts_with("sub ")) {
        subscriptions.push_back({connection, confirm(connection, subscriptions.size(), topic)});
      } else {
        publish(subscriptions, message.substr(space + 1));
      }
    };
  }

  struct Subscription {
    std::size_t connection = 0;
    Instant from{};
  };

  void publish(const std::vector<Subscription>& subscriptions, const std::string& payload) {
    for (std::size_t place = 0; place < subscriptions.size(); ++place) {
      if (subscriptions[place].from <= loop_.now()) {
        deliver(subscriptions[place].connection, place, payload);
      }
    }
    ++published_;
  }

  /// From when on it holds.
  Instant confirm(std::size_t connection, std::size_t place, const std::string& topic) {
    if (!confirmation_) {
      return loop_.now();
    }
    server_.send_at(loop_.now(), connection, "wait");
    const std::optional<Nanoseconds> delay = confirmation_(place);
    if (!delay) {
      return Instant::max();
    }
    server_.send_at(loop_.now() + *delay, connection, "joined " + topic);
    return loop_.now() + *delay;
  }

  void deliver(std::size_t connection, std::size_t place, std::string payload) {
    const Fate fate = options_.fate ? options_.fate(published_, place) : Fate::deliver;
    const Instant due =
        loop_.now() + (options_.delay ? options_.delay(published_, place) : Nanoseconds(0));
    if (fate == Fate::damage) {
      payload.back() = payload.back() == 'x' ? 'y' : 'x';
    }
    payload = options_.before + payload + options_.after;
    if (fate == Fate::hold) {
      held_[connection] = payload;
      return;
    }
    for (int times = fate == Fate::twice ? 2 : fate == Fate::lose ? 0 : 1; times > 0; --times) {
      server_.send_at(due, connection, payload);
    }
    if (const auto held = held_.find(connection); held != held_.end()) {
      server_.send_at(due, connection, held->second);
      held_.erase(held);
    }
  }

  SimLoop& loop_;
  SimPubSubOptions options_;
  SimEchoServer server_;
  std::function<std::optional<Nanoseconds>(std::size_t place)> confirmation_;
  std::map<std::string, std::vector<Subscription>> topics_;
  std::map<std::size_t, std::string> held_;
  std::uint64_t published_ = 0;
  std::uint64_t greetings_ = 0;
};

}  // namespace wskit::test
