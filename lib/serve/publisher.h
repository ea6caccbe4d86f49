// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "broker/broker.h"
#include "serve/pubsub_node.h"

namespace wskit::serve {

class Session;

/// The messages that one connection publishes: counts them, and forgets with the connection who
/// waits for their answers.
class Publisher {
 public:
  using Answer = std::function<void(const Expected<broker::PublishAck>&)>;

  /// The node outlives it.
  explicit Publisher(PubSubNode& node) : node_(node) {}
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;
  ~Publisher();

  /// The answer comes from the node's poll, once; the publisher may be destroyed within it.
  void publish(broker::PublishRequest request, Answer answer);
  /// The same for a WebSocket, which is not read while the engine owes it more than 1,024 answers,
  /// until half of them are there.
  void publish_from(Session& session, broker::PublishRequest request, Answer answer);
  /// Messages so far.
  [[nodiscard]] std::uint64_t messages() const { return published_; }

 private:
  struct Waiting {
    std::uint64_t number;
    broker::Token token;
  };

  void on_answer(std::uint64_t number, const Expected<broker::PublishAck>& ack,
                 const Answer& answer);

  PubSubNode& node_;
  std::uint64_t published_ = 0;
  std::vector<Waiting> waiting_;
};

}  // namespace wskit::serve
