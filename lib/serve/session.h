// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "wire/close_code.h"
#include "wire/deflate.h"
#include "wire/utf8.h"

struct lws;

namespace wskit::serve {

class ServiceThread;

/// A piece of a message as libwebsockets hands it out: as on the wire, without the mask.
struct Fragment {
  std::string_view bytes;
  bool first = false;  // of its message
  bool last = false;
  bool binary = false;
  bool compressed = false;    // says so with the first piece only
  std::size_t remaining = 0;  // bytes of the same frame that are still to come
};

/// One established WebSocket connection of an echo server: reassembles messages and queues their
/// echoes. Everything that libwebsockets would have to buffer, or answers wrongly, is kept here:
/// its frames are written raw, once a turn, by flush().
class Session {
 public:
  /// `number` tells the connections of a thread apart, for their delays.
  Session(lws* connection, ServiceThread& thread, std::uint64_t number);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// To be called at once when permessage-deflate was agreed to.
  void compress_with(const wire::DeflateParameters& parameters);
  void on_fragment(const Fragment& fragment);
  void on_pong() { heard_ = true; }
  /// The peer's Close frame: queues what is owed and the answer. Afterwards the connection ends.
  void on_peer_close(std::string_view payload);
  void on_writable();

  /// A frame that was held back is due.
  void release(const std::string& frame);
  /// The server stood still for so long: not the peer's fault.
  void forgive(Nanoseconds time) { since_ += time; }
  /// libwebsockets has begun to close by itself, because the peer broke the protocol or went.
  void on_closing_below();
  /// The connection is about to be cut.
  void on_cut() { done_ = true; }

  /// Sends a Close frame and ignores what comes after; the peer has close_timeout to answer.
  void start_close(wire::CloseCode code, std::string_view reason);
  /// The same for a peer that broke a rule: it only gets the time to read why (RFC 6455 7.1.7).
  void fail(wire::CloseCode code, std::string_view reason);
  /// Writes what is queued. False when the connection is dead and must be cut.
  [[nodiscard]] bool flush();
  /// Pings a quiet peer. False when the connection must be cut, because no pong came.
  [[nodiscard]] bool check_alive(Instant now);
  /// Once closing: when the connection is to be cut.
  [[nodiscard]] Instant end() const { return end_; }

  [[nodiscard]] lws* connection() const { return connection_; }

 private:
  friend class ServiceThread;

  /// Why nothing is read: the peer does not take what we have for it, or too much is held back.
  enum PauseReason : unsigned char { unsent = 1, held = 2 };

  [[nodiscard]] bool too_big(std::size_t bytes, std::size_t remaining) const;
  [[nodiscard]] bool valid_text(std::string_view bytes, bool last);
  void on_plain(const Fragment& fragment);
  void on_compressed(const Fragment& fragment);
  void echo(std::string_view message, bool binary);
  void append_echo(std::string& out, std::string_view message, bool binary);
  void mark_dirty();
  /// Lets libwebsockets write the pongs that it owes first.
  void flush_after_pongs();
  [[nodiscard]] bool write_out();
  [[nodiscard]] bool takes_bytes();
  void pause(PauseReason reason);
  void resume(PauseReason reason);
  void start_ending(Nanoseconds patience);

  lws* connection_;
  ServiceThread& thread_;
  std::uint64_t number_;
  std::uint64_t messages_held_ = 0;  // so far
  std::size_t index_ = 0;            // in the thread's list of sessions
  std::string out_;                  // LWS_PRE bytes of headroom, then whole frames to write
  std::string message_;              // the fragments of a message so far
  wire::Utf8Validator utf8_;
  std::optional<wire::Deflater> deflater_;
  std::optional<wire::Inflater> inflater_;
  bool compressed_ = false;   // the message under way came compressed
  bool fragmented_ = false;   // the message under way has more than one frame
  bool pongs_first_ = false;  // nothing is written before on_writable()
  bool dirty_ = false;        // in the thread's list of sessions to flush
  bool closing_ = false;      // our Close frame is queued or sent, or the peer's was answered
  bool done_ = false;         // the peer's Close frame came, or the connection is cut
  unsigned char paused_ = 0;  // PauseReasons
  bool heard_ = true;         // since the last tick
  bool pinged_ = false;
  Instant since_{};                 // of the last sign of life, or of the ping
  std::uint64_t acknowledged_ = 0;  // bytes, at the last look
  Instant end_{};
};

}  // namespace wskit::serve
