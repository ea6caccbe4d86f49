// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstring>
#include <span>
#include <utility>

#include "core/check.h"
#include "net/buffer_pool.h"

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
/// all. Owns a buffer only while it is not empty.
class SendQueue {
 public:
  explicit SendQueue(BufferPool& pool) : pool_(pool) {}
  SendQueue(const SendQueue&) = delete;
  SendQueue& operator=(const SendQueue&) = delete;
  ~SendQueue() { clear(); }

  /// Room for `bytes` behind what is queued; see Stream::prepare().
  [[nodiscard]] std::span<std::byte> prepare(std::size_t bytes) {
    if (buffer_.size - end_ < bytes) {
      make_room(bytes);
    }
    return {buffer_.bytes.get() + end_, bytes};
  }

  void commit(std::size_t bytes) {
    check(bytes <= buffer_.size - end_, "a commit is not larger than what was prepared");
    end_ += bytes;
    give_back_if_empty();
  }

  [[nodiscard]] std::size_t size() const { return end_ - begin_; }
  [[nodiscard]] bool empty() const { return end_ == begin_; }
  [[nodiscard]] std::span<const std::byte> bytes() const {
    return {buffer_.bytes.get() + begin_, size()};
  }

  /// The first `bytes` are sent.
  void consume(std::size_t bytes) {
    begin_ += bytes;
    give_back_if_empty();
  }

  void clear() { consume(size()); }

  /// All that is queued; its buffer has to be given back to the pool.
  [[nodiscard]] SendPiece take() {
    return {std::exchange(buffer_, {}), std::exchange(begin_, 0), std::exchange(end_, 0)};
  }

 private:
  void give_back_if_empty() {
    if (begin_ == end_) {
      begin_ = end_ = 0;
      if (buffer_.size != 0) {
        pool_.give(std::exchange(buffer_, {}));
      }
    }
  }
  void make_room(std::size_t bytes);

  BufferPool& pool_;
  Buffer buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace wskit::net
