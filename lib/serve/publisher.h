// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "broker/broker.h"
#include "serve/pubsub_node.h"

namespace wskit::serve {

/// Messages of one connection that the engine has not answered yet: reading pauses above, and goes
/// on at half of it.
inline constexpr std::size_t kMaxPublishing = 1'024;

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
  /// Messages that the engine has not answered yet.
  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
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
