// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/error.h"
#include "serve/limit.h"
#include "serve/outlet.h"
#include "serve/service.h"
#include "wire/close_code.h"
#include "wire/deflate.h"
#include "wire/utf8.h"

namespace wskit::serve {

/// A piece of a message as libwebsockets hands it out: as on the wire, without the mask.
struct Fragment {
  std::string_view bytes;
  bool first = false;  // of its message
  bool last = false;
  bool binary = false;
  bool compressed = false;    // says so with the first piece only
  std::size_t remaining = 0;  // bytes of the same frame that are still to come
};

/// One established WebSocket connection: reassembles messages for its handler and queues frames.
/// Everything that libwebsockets would have to buffer, or answers wrongly, is kept here: its frames
/// are written raw, once a turn, by flush().
class Session final : public Outlet {
 public:
  /// `number` tells the connections of a thread apart.
  Session(lws* connection, ServiceThread& thread, std::uint64_t number);

  [[nodiscard]] std::uint64_t number() const { return number_; }

  /// To be called once, after compress_with().
  void open(std::unique_ptr<SessionHandler> handler);

  /// Queues a message as one frame; compressed only where that was agreed to.
  void send(std::string_view payload, bool binary, bool compressed = false);
  /// Appends the frame of a message that is to be queued later; in the order of their frames.
  void append_message(std::string& out, const IncomingMessage& message);
  /// Queues whole frames.
  void send_frames(std::string_view frames);
  /// The same, after the pongs that libwebsockets owes.
  void send_after_pongs(std::string_view frames);
  /// Stops and starts to read, for a reason of the handler's.
  void hold_reading() { pause(held); }
  void go_on_reading();

  /// To be called at once when permessage-deflate was agreed to.
  void compress_with(const wire::DeflateParameters& parameters);
  void on_fragment(const Fragment& fragment);
  void on_pong() { heard_ = true; }
  /// The peer's Close frame: queues what is owed and the answer. Afterwards the connection ends.
  void on_peer_close(std::string_view payload);
  void on_writable();

  /// The server stood still for so long: not the peer's fault.
  void forgive(Nanoseconds time) { since_ += time; }
  /// libwebsockets has begun to close by itself, because the peer broke the protocol or went.
  void on_closing_below();
  /// The connection is about to be cut.
  void on_cut() override { done_ = true; }

  /// Sends a Close frame and ignores what comes after; the peer has close_timeout to answer.
  void start_close(wire::CloseCode code, std::string_view reason);
  /// The same because the server is stopping, as the handler wants it.
  void start_drain(const SessionEnd& usual);
  /// The same for a peer that broke a rule: it only gets the time to read why (RFC 6455 7.1.7).
  void fail(wire::CloseCode code, std::string_view reason);
  /// A message above a limit: counted, and closed with 1009.
  void fail(Limit limit, std::string_view reason);
  /// Writes what is queued. False when the connection is dead and must be cut.
  [[nodiscard]] bool flush() override;
  /// Pings a quiet peer. False when the connection must be cut, because no pong came.
  [[nodiscard]] bool check_alive(Instant now);
  [[nodiscard]] bool is_ending() const { return closing_; }
  /// Once closing: when the connection is to be cut.
  [[nodiscard]] Instant end() const { return end_; }

 private:
  friend class ServiceThread;

  /// Why nothing is read: the peer does not take what we have for it, or too much is held back.
  enum PauseReason : unsigned char { unsent = 1, held = 2 };

  [[nodiscard]] bool too_big(std::size_t bytes, std::size_t remaining) const;
  [[nodiscard]] bool valid_text(std::string_view bytes, bool last);
  void on_plain(const Fragment& fragment);
  void on_compressed(const Fragment& fragment);
  void fail_inflating(const Error& error);
  void deliver(std::string_view message, bool binary);
  [[nodiscard]] bool write_frames();
  void pause(PauseReason reason);
  void resume(PauseReason reason);
  void start_ending(Nanoseconds patience);

  std::uint64_t number_;
  std::unique_ptr<SessionHandler> handler_;
  std::size_t index_ = 0;  // in the thread's list of sessions
  std::string message_;    // the fragments of a message so far
  wire::Utf8Validator utf8_;
  std::optional<wire::Deflater> deflater_;
  std::optional<wire::Inflater> inflater_;
  bool compressed_ = false;   // the message under way came compressed
  bool fragmented_ = false;   // the message under way has more than one frame
  bool pongs_first_ = false;  // nothing is written before on_writable()
  bool closing_ = false;      // our Close frame is queued or sent, or the peer's was answered
  bool done_ = false;         // the peer's Close frame came, or the connection is cut
  unsigned char paused_ = 0;  // PauseReasons
  bool heard_ = true;         // since the last tick
  bool pinged_ = false;
  Instant since_{};  // of the last sign of life, or of the ping
  Instant end_{};
};

}  // namespace wskit::serve
