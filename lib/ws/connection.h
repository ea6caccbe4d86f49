// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/check.h"
#include "core/clock.h"
#include "core/error.h"
#include "net/loop.h"
#include "net/stream.h"
#include "net/timer.h"
#include "wire/close_code.h"
#include "wire/frame.h"
#include "wire/frame_parser.h"
#include "wire/mask.h"
#include "wire/role.h"
#include "ws/deflate.h"
#include "ws/handler.h"
#include "ws/options.h"

namespace wskit::ws {

/// What became of a message given to send(). Backpressure is accepted too: wait for on_drain
/// before the next one. Dropped was refused: the connection is not open, or the queue is full.
enum class SendResult : std::uint8_t { queued, backpressure, dropped };

/// The way from nothing to an open connection; owned by the connection until it is open.
class Opening {
 public:
  virtual ~Opening() = default;
};

/// Bytes of frames, headers included, without what TLS and TCP add.
struct Traffic {
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
};

/// What the connections of one loop share. Must outlive them.
struct Context {
  explicit Context(net::Loop& its_loop, const ConnectionOptions& its_options = {})
      : loop(its_loop), options(its_options) {}
  net::Loop& loop;
  ConnectionOptions options;
  /// Up to here a message goes into the send queue without backpressure.
  std::size_t most_in_row = std::min(options.high_watermark, options.max_unsent_bytes);
  wire::MaskSource masks;
  SharedDeflate deflate;
  Traffic traffic;
};

/// A WebSocket connection (RFC 6455), compressed where that was agreed on (RFC 7692), made by
/// Client::connect() or Server::accept(). Pings are answered, the close handshake is done with a
/// deadline, and a peer that breaks the protocol is told so with a Close frame. Destroying it ends
/// the TCP connection at once, from inside a callback too; no callback follows.
class Connection final : net::StreamHandler, net::TimerHandler {
 public:
  Connection(Context& context, wire::Role role, FrameHandler& handler);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  [[nodiscard]] bool is_open() const { return state_ == State::open; }

  /// Sends one unfragmented message; `payload` is copied. Text must be UTF-8, which is not checked.
  SendResult send(MessageType type, std::span<const std::byte> payload) {
    const std::size_t frame_bytes = wire::kSmallFrameHeader + payload.size();
    if (room_for_small(frame_bytes) < frame_bytes) [[unlikely]] {
      return send_any(type, payload);
    }
    wire::encode_small_frame(stream_->prepare(frame_bytes).data(), opcode_of(type),
                             context_.masks.next(), payload);
    commit(frame_bytes);
    return SendResult::queued;
  }
  /// Sends up to `count` messages of `size` bytes in a row, each as send() does, for less than so
  /// many calls: `next()` gives where the next one lies. How many were sent: all of them were
  /// queued without backpressure, what is left is for send(). It may leave all of them.
  template <class Next>
  [[gnu::always_inline]] std::size_t send_row(MessageType type, std::size_t size, std::size_t count,
                                              Next next);
  /// At most 125 bytes.
  SendResult ping(std::span<const std::byte> payload = {}) {
    return send_control(wire::Opcode::ping, payload);
  }
  /// One that nobody asked for (RFC 6455 5.5.3); Pings are answered without it.
  SendResult pong(std::span<const std::byte> payload = {}) {
    return send_control(wire::Opcode::pong, payload);
  }
  /// Bytes instead of a frame, unmasked and unchecked: to show the peer what it must refuse.
  SendResult send_raw(std::span<const std::byte> bytes);

  /// Starts the close handshake behind what is queued; messages are received until the peer's Close
  /// comes. Fails with ErrorCode::usage when `code` may not be sent or `reason` is over 123 bytes
  /// or not UTF-8. Does nothing unless open.
  Expected<void> close(wire::CloseCode code = wire::CloseCode::normal,
                       std::string_view reason = {});
  /// Pings get no Pong from now on, against RFC 6455 5.5.2: for tests of the peer.
  void leave_pings_unanswered() { answers_pings_ = false; }
  /// Makes the destructor reset the TCP connection (RST).
  void reset_on_close();

  /// From pause() to resume() nothing that was received is told, pings, Close and the end of the
  /// TCP connection included; what has left the kernel already waits here, in order.
  void pause();
  void resume();

  /// Bytes of frames that the kernel has not taken yet.
  [[nodiscard]] std::size_t unsent() const { return unsent_; }

  /// For whoever opens the connection: keeps `opening` until begin() or fail_opening().
  void set_opening(std::unique_ptr<Opening> opening) { opening_ = std::move(opening); }
  /// The upgrade is done; `rest` is what came after it.
  void begin(std::unique_ptr<net::Stream> stream, const Opened& opened, std::span<std::byte> rest);
  void fail_opening(const Failure& failure);

 private:
  enum class State : std::uint8_t {
    opening,
    open,
    close_sent,  // ours is out, the peer's is awaited
    closed,      // both are out, the end of the TCP connection is awaited
    failing,     // the peer broke the protocol; our Close is on its way
    ended,
  };
  friend class SmallMessages;
  class Watch;
  struct Paused;
  struct Ending;

  void on_data(std::span<std::byte> bytes, Instant received) override;
  void on_offer(Instant at) override { handler_.on_offer(at); }
  void on_sent(std::size_t bytes) override;
  void on_eof() override;
  void on_error(const Error& error) override;
  void on_timer(Instant now) override;

  void read(std::span<std::byte> bytes, Instant received);
  /// Tells the next event of `bytes`; false when they are used up.
  bool read_event(std::span<std::byte>& bytes, Instant received);
  void inflate(const wire::FrameEvent& event, Instant received);
  void read_inflated(Instant received);
  [[nodiscard]] bool reads_frames() const {
    return state_ == State::open || state_ == State::close_sent;
  }
  void handle_control(const wire::FrameEvent& event, Instant received);
  void handle_close(std::span<const std::byte> payload);
  void answer_ping(std::span<const std::byte> payload);
  void read_kept();
  void violation(Error error, wire::CloseCode code);
  /// What still comes from the peer is of no interest, but for the end of the stream.
  void stop_reading(State state);
  void stream_over(const Error& error);
  void end(const Error& error);
  void end_closed();

  SendResult send_control(wire::Opcode opcode, std::span<const std::byte> payload);
  SendResult send_any(MessageType type, std::span<const std::byte> payload);
  /// Bytes of frames like this one that may be queued without asking further: of a client's small
  /// messages that are not compressed, as long as no backpressure comes of them.
  [[nodiscard]] std::size_t room_for_small(std::size_t frame_bytes) const {
    const bool small = frame_bytes <= wire::kSmallFrameHeader + wire::kMaxControlPayload;
    if (state_ != State::open || deflate_ != nullptr || role_ != wire::Role::client || !small ||
        unsent_ > context_.most_in_row) [[unlikely]] {
      return 0;
    }
    return context_.most_in_row - unsent_;
  }
  void put_frame(wire::FrameHeader header, std::span<const std::byte> payload);
  void put_close(const wire::ClosePayload& payload);
  void commit(std::size_t bytes) {
    stream_->commit(bytes);
    unsent_ += bytes;
  }
  [[nodiscard]] SendResult queued();
  void sent_otherwise(std::size_t bytes);
  void arm_deadline();

  Context& context_;
  FrameHandler& handler_;
  std::unique_ptr<net::Stream> stream_;
  std::unique_ptr<Opening> opening_;
  std::unique_ptr<Paused> paused_;
  std::unique_ptr<ConnectionDeflate> deflate_;
  std::unique_ptr<Ending> ending_;
  /// The answer to the latest Ping that has to wait for room (RFC 6455 5.5.3 allows the latest).
  std::unique_ptr<std::vector<std::byte>> held_pong_;
  /// Set while frames are read; told when this is destroyed.
  Watch* watch_ = nullptr;
  wire::FrameParser parser_;
  net::Timer deadline_;
  std::size_t unsent_ = 0;
  /// What the upgrade wrote and the kernel has not taken yet: no frames.
  std::size_t upgrade_unsent_ = 0;
  State state_ = State::opening;
  wire::Role role_;
  bool backpressure_ = false;
  bool answers_pings_ = true;
};

template <class Next>
inline std::size_t Connection::send_row(MessageType type, std::size_t size, std::size_t count,
                                        Next next) {
  const std::size_t frame_bytes = wire::kSmallFrameHeader + size;
  const std::size_t sent = std::min(count, room_for_small(frame_bytes) / frame_bytes);
  if (sent == 0) [[unlikely]] {
    return 0;
  }
  std::byte* out = stream_->prepare(sent * frame_bytes).data();
  for (std::size_t i = 0; i < sent; ++i) {
    const std::byte* const payload = next();
    wire::encode_small_frame(out, opcode_of(type), context_.masks.next(), {payload, size});
    out += frame_bytes;
  }
  commit(sent * frame_bytes);
  return sent;
}

}  // namespace wskit::ws
