// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/error.h"
#include "net/dialer.h"
#include "wire/close_code.h"
#include "wire/deflate_negotiation.h"
#include "wire/frame_parser.h"
#include "wire/http.h"

namespace wskit::ws {

enum class MessageType : std::uint8_t { text, binary };

[[nodiscard]] constexpr wire::Opcode opcode_of(MessageType type) {
  return type == MessageType::text ? wire::Opcode::text : wire::Opcode::binary;
}
/// `opcode` is text or binary.
[[nodiscard]] constexpr MessageType type_of(wire::Opcode opcode) {
  return opcode == wire::Opcode::text ? MessageType::text : MessageType::binary;
}

/// What the opening of a connection agreed on and how long its steps took.
struct Opened {
  /// Of a client's connection: the server's answer.
  wire::HttpResponse response;
  /// Of a server's connection: what the client asked for; dies when the callback returns.
  const wire::HttpRequest* request = nullptr;
  std::string subprotocol;
  /// permessage-deflate, if it is on.
  std::optional<wire::DeflateParameters> deflate;
  /// Of the last request, where redirects are followed.
  net::DialTimes times;
  /// Of a client's connection: when connect() was called.
  Instant began;
  /// When the other side's half of the upgrade was complete.
  Instant upgraded;
  std::optional<net::TlsAgreement> tls;
  /// With net::TlsOptions::describe_certificates.
  net::ServerCertificates certificates;
  net::SocketAddress peer;
  /// net::ProxyServer::display(), if there is one.
  std::string proxy;
  /// wire::Uri::display() of where redirects led; empty without any.
  std::string redirected_to;
  /// Of a client's connection: when the first byte of the server's answer was taken off the socket.
  Instant first_byte;
};

/// The orderly end of a connection: both sides sent a Close frame.
struct Closed {
  /// As the peer said it; no_status for an empty Close frame.
  wire::CloseCode code = wire::CloseCode::no_status;
  std::string_view reason;
  /// The peer's Close frame came before ours.
  bool by_peer = false;
};

/// Any other end, or no beginning.
struct Failure {
  Error error;
  /// The server's answer when it refused the upgrade.
  const wire::HttpResponse* response = nullptr;
  /// Up to 4 KiB of that answer's body.
  std::string_view body;
  /// With net::TlsOptions::describe_certificates, when the server showed any.
  const net::ServerCertificates* certificates = nullptr;
};

class SmallMessages;

/// What a connection tells its owner, frame by frame, on the loop's thread, never inside a call of
/// the owner's. The owner may destroy the connection in any of these.
class FrameHandler {
 public:
  virtual void on_open(const Opened& opened) = 0;

  /// A piece of a message, inflated and (text) checked as UTF-8. `event.frame_bytes` is the length
  /// on the wire, `event.compressed` how the message came. `received` is when the piece was taken
  /// off the socket.
  virtual void on_data(const wire::FrameEvent& event, Instant received) = 0;

  /// Whole small messages, as they come most often: `messages` gives one after the other for as
  /// long as there are any. What is not taken, and all of it unless overridden, is told by
  /// on_data().
  virtual void on_small_messages(SmallMessages& /*messages*/, Instant /*received*/) {}

  /// All that one receive brought has been told: the place to answer it as a whole. Not called when
  /// the connection was paused or began to close meanwhile.
  virtual void on_read_end(Instant /*received*/) {}

  /// A Ping, already answered; or a Pong, asked for or not.
  virtual void on_ping(std::span<const std::byte> /*payload*/, Instant /*received*/) {}
  virtual void on_pong(std::span<const std::byte> /*payload*/, Instant /*received*/) {}

  /// Everything sent so far is being offered to the kernel (see net::StreamHandler).
  virtual void on_offer(Instant /*at*/) {}
  /// The kernel took `bytes` more, frame headers included.
  virtual void on_flushed(std::size_t /*bytes*/) {}
  /// After send() returned Backpressure: the queue is short again and the connection still open.
  virtual void on_drain() {}

  /// The last callback is one of these two. The views die when it returns.
  virtual void on_close(const Closed& closed) = 0;
  virtual void on_error(const Failure& failure) = 0;

 protected:
  ~FrameHandler() = default;
};

/// When the first and the last byte of a message were taken off the socket.
struct Received {
  Instant first;
  Instant last;
};

/// A FrameHandler that is given whole messages. One that lies whole in the receive buffer is handed
/// on without a copy; the length is bounded by ConnectionOptions::max_message_bytes.
class Handler : public FrameHandler {
 public:
  /// `payload` dies when the callback returns.
  virtual void on_message(MessageType type, std::span<const std::byte> payload,
                          Received received) = 0;

 protected:
  ~Handler() = default;

 private:
  void on_data(const wire::FrameEvent& event, Instant received) final;
  void append(const wire::FrameEvent& event, Instant received);

  std::vector<std::byte> partial_;
  Instant first_{};
};

}  // namespace wskit::ws
