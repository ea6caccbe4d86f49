// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "script/received.h"

namespace wskit::script {

/// What came on a connection and was not read, in the order of its coming. Empty it owns no memory;
/// taking from its front costs the same however much is behind.
class Mailbox {
 public:
  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] std::size_t size() const { return messages_.size() - first_; }
  /// Counted from the front.
  [[nodiscard]] const Received& operator[](std::size_t index) const {
    return messages_[first_ + index];
  }
  /// Of the payloads and what keeps them.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

  void put(Received received) {
    bytes_ += bytes_of(received);
    messages_.push_back(std::move(received));
  }
  /// Takes one out and leaves the others.
  [[nodiscard]] Received take(std::size_t index) {
    Received taken = std::move(messages_[first_ + index]);
    bytes_ -= bytes_of(taken);
    if (index == 0) {
      ++first_;
    } else {
      messages_.erase(messages_.begin() + static_cast<std::ptrdiff_t>(first_ + index));
    }
    tidy();
    return taken;
  }
  /// Forgets so many from the front.
  void drop(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      const Received dropped = std::move(messages_[first_++]);
      bytes_ -= bytes_of(dropped);
    }
    tidy();
  }

 private:
  static std::size_t bytes_of(const Received& received) {
    return received.message().payload.size() + sizeof(Received);
  }
  /// What was taken from the front is given back once it is the greater part.
  void tidy() {
    if (first_ == messages_.size()) {
      std::vector<Received>().swap(messages_);
      first_ = 0;
    } else if (first_ > messages_.size() / 2) {
      messages_.erase(messages_.begin(), messages_.begin() + static_cast<std::ptrdiff_t>(first_));
      first_ = 0;
    }
  }

  std::vector<Received> messages_;
  std::size_t first_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace wskit::script
