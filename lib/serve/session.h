// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/clock.h"

struct lws;

namespace wskit::serve {

class ServiceThread;

/// One established WebSocket connection of an echo server: reassembles messages and queues their
/// echoes. Everything that libwebsockets would have to buffer, or answers wrongly, is kept here:
/// its frames are written raw, once a turn, by flush().
class Session {
 public:
  Session(lws* connection, ServiceThread& thread);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// A piece of a message, in order; `remaining` bytes of the same frame are still to come.
  void on_fragment(std::string_view bytes, bool last, std::size_t remaining, bool binary);
  void on_pong() { heard_ = true; }
  /// The peer's Close frame: queues what is owed and the answer. Afterwards the connection ends.
  void on_peer_close(std::string_view payload);
  void on_writable();

  /// Sends a Close frame and ignores what comes after; the peer has close_timeout to answer.
  void start_close(std::uint16_t code, std::string_view reason, Instant now);
  /// Writes what is queued. False when the connection is dead and must be cut.
  [[nodiscard]] bool flush();
  /// Pings a quiet peer. False when the connection must be cut: no pong, or no answer to our Close.
  [[nodiscard]] bool tick(Instant now);
  /// libwebsockets has begun to close by itself: nothing may be written any more.
  void on_closing_below(Instant now);

  [[nodiscard]] bool closing() const { return closing_; }
  [[nodiscard]] lws* connection() const { return connection_; }

 private:
  friend class ServiceThread;

  void echo(std::string_view message, bool binary);
  void mark_dirty();

  lws* connection_;
  ServiceThread& thread_;
  std::size_t index_ = 0;  // in the thread's list of sessions
  std::string out_;        // LWS_PRE bytes of headroom, then whole frames to write
  std::string message_;    // the fragments of a message so far
  bool dirty_ = false;     // in the thread's list of sessions to flush
  bool closing_ = false;   // our Close frame is queued or sent, or the peer's was answered
  bool paused_ = false;    // not reading: the peer does not take what we have for it
  bool heard_ = true;      // since the last tick
  bool pinged_ = false;
  Instant since_{};  // of the last sign of life, of the ping, or of our Close frame
};

}  // namespace wskit::serve
