// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "broker/message.h"
#include "broker/topic_store.h"

namespace wskit::pubsub {

/// The messages that one client is to get, numbered from 1, until it has acknowledged them. Those
/// at the end may still wait to be sent.
class UnackedLog {
 public:
  UnackedLog() = default;
  /// Of a client that has acknowledged so many before.
  explicit UnackedLog(std::uint64_t acked) : acked_(acked) {}

  void append(broker::MessagePtr message) {
    bytes_ += cost(*message);
    messages_.push_back(std::move(message));
  }

  /// The client has this one and all before it; what was never sent, it cannot have.
  void ack(std::uint64_t sequence) {
    while (acked_ < sequence && sent_ > 0) {
      bytes_ -= cost(*messages_.front());
      messages_.pop_front();
      --sent_;
      ++acked_;
    }
  }

  [[nodiscard]] bool all_sent() const { return sent_ == messages_.size(); }
  /// The first one that was not sent: its message and its number. Unless all_sent().
  [[nodiscard]] const broker::MessagePtr& next() const { return messages_[sent_]; }
  [[nodiscard]] std::uint64_t next_number() const { return acked_ + sent_ + 1; }
  void next_is_sent() { ++sent_; }

  [[nodiscard]] std::uint64_t acked() const { return acked_; }
  [[nodiscard]] const std::deque<broker::MessagePtr>& messages() const { return messages_; }
  /// Payloads, topics and what each message takes beside them.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  [[nodiscard]] static std::size_t cost(const broker::Message& message) {
    return message.payload.size() + message.topic.size() +
           broker::TopicStore::kMessageOverheadBytes;
  }

  std::uint64_t acked_ = 0;
  std::deque<broker::MessagePtr> messages_;
  std::size_t sent_ = 0;  // of messages_
  std::size_t bytes_ = 0;
};

}  // namespace wskit::pubsub
