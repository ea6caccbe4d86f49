// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>

#include "core/check.h"
#include "core/clock.h"
#include "core/error.h"

namespace wskit::net {

/// What a stream tells its owner, on the loop's thread, never from inside a call of the owner's.
/// The owner may destroy the stream (and itself) in any of these.
class StreamHandler {
 public:
  /// The connection stands. Not called for a stream that was handed over connected.
  virtual void on_connect(Instant /*at*/) {}

  /// Bytes arrived; they may be overwritten (a server unmasks in place) and die when the callback
  /// returns. `received` is read when the buffer was taken off the socket, once a buffer
  /// (MEASURES: R1, R2).
  virtual void on_data(std::span<std::byte> bytes, Instant received) = 0;

  /// Everything committed so far is now being offered to the kernel (MEASURES: W). At most once a
  /// turn, and not while an earlier send is still waiting for room.
  virtual void on_offer(Instant /*at*/) {}

  /// The kernel took `bytes` more of what was committed.
  virtual void on_sent(std::size_t /*bytes*/) {}

  /// The peer finished sending (FIN, or close_notify); what is committed can still be sent.
  virtual void on_eof() = 0;

  /// The connection failed or was never made. The last callback; destroy the stream.
  virtual void on_error(const Error& error) = 0;

 protected:
  ~StreamHandler() = default;
};

/// The memory behind what a stream has queued, kept up to date by the stream.
struct SendWindow {
  std::byte* at = nullptr;
  std::byte* end = nullptr;
  /// on_commit() was called since the stream last offered what it has.
  bool announced = false;
};

/// A connected (or connecting) byte stream: TCP, unix socket, TLS over one of these, or simulated.
/// Writes queue, and all that is queued in a turn of the loop leaves in one system call. Destroying
/// it closes the descriptor and forgets what was not sent; no callback follows.
///
/// The part of prepare() and commit() that every message passes is here, in line: an implementation
/// hands its window to use_window() and is asked only when there is no room or something new.
class Stream {
 public:
  Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  virtual ~Stream() = default;

  /// Hands the stream to another owner; the next callback goes there.
  virtual void set_handler(StreamHandler& handler) = 0;

  /// Room for `bytes` at the end of the send queue, to be written in place; valid until the next
  /// call on this stream. Nothing is queued before commit().
  [[nodiscard]] std::span<std::byte> prepare(std::size_t bytes) {
    if (room() < bytes) [[unlikely]] {
      make_room(bytes);
    }
    return {window_->at, bytes};
  }
  /// Queues the first `bytes` of what prepare() gave.
  void commit(std::size_t bytes) {
    check(bytes <= room(), "a commit is not larger than what was prepared");
    window_->at += bytes;
    if (!window_->announced) [[unlikely]] {
      window_->announced = true;
      on_commit();
    }
  }

  void write(std::span<const std::byte> bytes) {
    if (bytes.empty()) {
      return;
    }
    std::memcpy(prepare(bytes.size()).data(), bytes.data(), bytes.size());
    commit(bytes.size());
  }

  /// Bytes committed and not yet taken by the kernel.
  [[nodiscard]] virtual std::size_t unsent() const = 0;

  /// Sends FIN (TLS: close_notify first) once everything committed is sent. No write after this.
  virtual void finish() = 0;

  /// Makes the destructor reset the connection (RST) instead of closing it.
  virtual void reset_on_close() = 0;

  /// Stops and restarts on_data; what the kernel holds stays there, so that the peer feels it.
  virtual void pause() = 0;
  virtual void resume() = 0;

 protected:
  /// Before the first prepare(); `window` lives as long as the stream.
  void use_window(SendWindow& window) { window_ = &window; }

 private:
  /// Makes the window `bytes` long or more; no write may come after finish().
  virtual void make_room(std::size_t bytes) = 0;
  /// Something was committed for the first time since `announced` was false.
  virtual void on_commit() = 0;

  [[nodiscard]] std::size_t room() const {
    return static_cast<std::size_t>(window_->end - window_->at);
  }

  SendWindow* window_ = nullptr;
};

}  // namespace wskit::net
