// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <string_view>

#include "broker/topic.h"
#include "core/check.h"

namespace wskit::pubsub {

/// Bytes that are ready for the wire, in one allocation that all queues share which they are in. A
/// piece of a message knows its topic; one without a topic is a notice and is never dropped.
class Piece {
 public:
  Piece() = default;

  explicit Piece(std::string_view bytes) : Piece({}, bytes) {}

  Piece(std::string_view topic, std::string_view bytes)
      : size_(static_cast<std::uint32_t>(bytes.size())),
        topic_size_(static_cast<std::uint16_t>(topic.size())) {
    check(bytes.size() <= std::numeric_limits<std::uint32_t>::max(), "a piece is below 4 GiB");
    check(topic.size() <= broker::kMaxTopicBytes, "a topic is a good one");
    const auto block = std::make_shared_for_overwrite<char[]>(topic.size() + bytes.size());
    copy(block.get(), topic);
    copy(block.get() + topic.size(), bytes);
    block_ = block;
  }

  [[nodiscard]] std::string_view bytes() const { return {block_.get() + topic_size_, size_}; }
  [[nodiscard]] std::string_view topic() const { return {block_.get(), topic_size_}; }
  [[nodiscard]] bool is_notice() const { return topic_size_ == 0; }

  /// False for a default one.
  [[nodiscard]] explicit operator bool() const { return block_ != nullptr; }

 private:
  static void copy(char* to, std::string_view from) {
    if (!from.empty()) {
      std::memcpy(to, from.data(), from.size());
    }
  }

  std::shared_ptr<const char[]> block_;  // the topic, then the bytes
  std::uint32_t size_ = 0;
  std::uint16_t topic_size_ = 0;
};

}  // namespace wskit::pubsub
