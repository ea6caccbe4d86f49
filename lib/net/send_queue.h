// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstring>
#include <span>
#include <utility>

#include "net/buffer_pool.h"
#include "net/stream.h"

namespace wskit::net {

/// A piece of a send queue that was taken out to be sent, with the buffer that it lies in.
struct SendPiece {
  Buffer buffer;
  std::size_t begin = 0;
  std::size_t end = 0;

  [[nodiscard]] std::size_t size() const { return end - begin; }
  [[nodiscard]] std::span<const std::byte> bytes() const {
    return {buffer.bytes.get() + begin, size()};
  }
};

/// The bytes of one stream that wait to be sent, in one piece, so that one system call takes them
/// all. They end where its window begins: what is written and committed there is queued. Owns a
/// buffer only while it is not empty.
class SendQueue {
 public:
  explicit SendQueue(BufferPool& pool) : pool_(pool) {}
  SendQueue(const SendQueue&) = delete;
  SendQueue& operator=(const SendQueue&) = delete;
  ~SendQueue() { clear(); }

  [[nodiscard]] SendWindow& window() { return window_; }
  /// Makes the window at least `bytes` long; see Stream::prepare().
  void make_room(std::size_t bytes) {
    if (buffer_.size == 0) [[likely]] {
      hold(pool_.take(bytes));
    } else {
      move_up(bytes);
    }
  }

  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(window_.at - begin_); }
  [[nodiscard]] bool empty() const { return window_.at == begin_; }
  [[nodiscard]] std::span<const std::byte> bytes() const { return {begin_, size()}; }

  /// The first `bytes` are sent.
  void consume(std::size_t bytes) {
    begin_ += bytes;
    if (empty() && buffer_.size != 0) [[likely]] {
      pool_.give({std::move(buffer_.bytes), std::exchange(buffer_.size, 0)});
      begin_ = window_.at = window_.end = nullptr;
    }
  }

  void clear() { consume(size()); }

  /// All that is queued; its buffer has to be given back to the pool.
  [[nodiscard]] SendPiece take() {
    const auto begin = static_cast<std::size_t>(begin_ - buffer_.bytes.get());
    const std::size_t end = begin + size();
    begin_ = window_.at = window_.end = nullptr;
    return {std::exchange(buffer_, {}), begin, end};
  }

 private:
  void hold(Buffer buffer) {
    buffer_ = std::move(buffer);
    begin_ = window_.at = buffer_.bytes.get();
    window_.end = begin_ + buffer_.size;
  }
  void move_up(std::size_t bytes);

  BufferPool& pool_;
  Buffer buffer_;
  std::byte* begin_ = nullptr;
  SendWindow window_;
};

}  // namespace wskit::net
