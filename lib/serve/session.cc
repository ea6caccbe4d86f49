// SPDX-License-Identifier: MIT
#include "serve/session.h"

#include <utility>

#include <libwebsockets.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "core/bytes.h"
#include "core/check.h"
#include "serve/server_frame.h"
#include "serve/service_thread.h"
#include "wire/violation.h"

namespace wskit::serve {
namespace {

using wire::CloseCode;
using wire::Opcode;

constexpr std::string_view kTooBig = "message too big";
constexpr std::string_view kBadText = "text is not UTF-8";
constexpr std::string_view kBadDeflate = "compressed data is not valid";
// A queue that grew for one large message gives its memory back.
constexpr std::size_t kKeptCapacity = 16 * 1024;
// Of one connection under --delay. Reading pauses above it, and goes on below half of it.
constexpr std::size_t kMaxHeldBytes = 16 * 1024 * 1024;
// Between a Close frame that says what a peer did wrong and the end: closing at once, with its
// bytes unread, would send a RST that can overtake the frame.
constexpr Nanoseconds kFailureLinger = std::chrono::milliseconds(200);

void clear_keeping_little(std::string& text, std::size_t keep) {
  if (text.capacity() > kKeptCapacity) {
    text = std::string(keep, '\0');
  } else {
    text.resize(keep);
  }
}

std::string close_payload(CloseCode code, std::string_view reason) {
  const auto payload = wire::ClosePayload::make(code, reason);
  check(payload.has_value(), "our own Close frames are valid");
  return std::string(as_text(payload->bytes()));
}

// What answers a Close frame: its code without the reason, or why it breaks the rules.
// libwebsockets lets 5000 and 65535 pass, and has already turned 1012 to 1014 into 1002.
std::string close_answer(std::string_view received) {
  const auto status = wire::parse_close_payload(as_bytes(received));
  const CloseCode code = status ? status->code : wire::rule(status.error()).close;
  return code == CloseCode::no_status ? std::string() : close_payload(code, {});
}

}  // namespace

Session::Session(lws* connection, ServiceThread& thread, std::uint64_t number)
    : connection_(connection), thread_(thread), number_(number), out_(LWS_PRE, '\0') {}

void Session::compress_with(const wire::DeflateParameters& parameters) {
  deflater_.emplace(parameters, wire::Role::server);
  inflater_.emplace(parameters, wire::Role::server,
                    wire::InflateLimits{.max_message_bytes = thread_.options().max_message});
}

void Session::on_fragment(const Fragment& fragment) {
  heard_ = true;
  if (closing_) {
    return;
  }
  if (fragment.first) {
    compressed_ = fragment.compressed;
    fragmented_ = false;
  }
  if (!fragment.last && fragment.remaining == 0) {
    fragmented_ = true;
  }
  if (compressed_) {
    on_compressed(fragment);
  } else {
    on_plain(fragment);
  }
}

void Session::on_plain(const Fragment& fragment) {
  if (too_big(fragment.bytes.size(), fragment.remaining)) {
    fail(CloseCode::too_big, kTooBig);
    return;
  }
  if (!fragment.binary && !valid_text(fragment.bytes, fragment.last)) {
    fail(CloseCode::bad_payload, kBadText);
    return;
  }
  if (fragment.last && message_.empty()) {
    echo(fragment.bytes, fragment.binary);
    return;
  }
  message_.append(fragment.bytes);
  if (fragment.last) {
    echo(message_, fragment.binary);
    clear_keeping_little(message_, 0);
  }
}

void Session::on_compressed(const Fragment& fragment) {
  inflater_->feed(as_bytes(fragment.bytes), fragment.last);
  for (;;) {
    const auto piece = inflater_->next(thread_.scratch());
    if (!piece) {
      const bool too_big = piece.error().code == ErrorCode::too_big;
      fail(too_big ? CloseCode::too_big : CloseCode::protocol_error,
           too_big ? kTooBig : kBadDeflate);
      return;
    }
    if (piece->empty()) {
      break;
    }
    if (!fragment.binary && !valid_text(as_text(*piece), false)) {
      fail(CloseCode::bad_payload, kBadText);
      return;
    }
    message_.append(as_text(*piece));
  }
  if (!fragment.last) {
    return;
  }
  if (!fragment.binary && !utf8_.complete()) {
    fail(CloseCode::bad_payload, kBadText);
    return;
  }
  echo(message_, fragment.binary);
  clear_keeping_little(message_, 0);
}

bool Session::too_big(std::size_t bytes, std::size_t remaining) const {
  const std::size_t limit = thread_.options().max_message;
  const std::size_t so_far = message_.size() + bytes;
  // What cannot be compressed is a little longer on the wire.
  const std::size_t slack = deflater_ ? limit / 1024 + 64 : 0;
  return so_far > limit || remaining > limit + slack - so_far;
}

// libwebsockets' own check misses a code point that an empty last frame cuts short.
bool Session::valid_text(std::string_view bytes, bool last) {
  const bool valid = utf8_.consume(as_bytes(bytes)) == bytes.size();
  return valid && (!last || utf8_.complete());
}

void Session::append_echo(std::string& out, std::string_view message, bool binary) {
  const Opcode opcode = binary ? Opcode::binary : Opcode::text;
  if (!compressed_) {
    append_frame(out, opcode, message);
    return;
  }
  std::string compressed;
  deflater_->compress(as_bytes(message), true, compressed);
  append_frame(out, opcode, compressed, true);
}

void Session::echo(std::string_view message, bool binary) {
  thread_.counts().on_message(message.size());
  if (thread_.options().delay.fixed.count() == 0) {
    append_echo(out_, message, binary);
    if (fragmented_) {
      flush_after_pongs();
    } else {
      mark_dirty();
    }
    return;
  }
  std::string frame;
  append_echo(frame, message, binary);
  thread_.hold(*this, std::move(frame));
  if (thread_.held().held_bytes(*this) > kMaxHeldBytes) {
    pause(held);
  }
}

void Session::release(const std::string& frame) {
  out_ += frame;
  mark_dirty();
  if ((paused_ & held) != 0 && thread_.held().held_bytes(*this) < kMaxHeldBytes / 2) {
    resume(held);
    thread_.resume_reading();
  }
}

void Session::pause(PauseReason reason) {
  if (paused_ == 0) {
    lws_rx_flow_control(connection_, 0);
  }
  paused_ |= reason;
}

void Session::resume(PauseReason reason) {
  if (paused_ == reason) {
    lws_rx_flow_control(connection_, 1);
  }
  paused_ = static_cast<unsigned char>(paused_ & ~reason);
}

void Session::mark_dirty() {
  if (!dirty_) {
    dirty_ = true;
    thread_.add_dirty(*this);
  }
}

// A ping that stood between fragments is answered before their message (RFC 6455 5.5.2 wants it
// soon). libwebsockets does not tell of it, and writes its pong when the connection is writable.
void Session::flush_after_pongs() {
  pongs_first_ = lws_callback_on_writable(connection_) >= 0;
  mark_dirty();
}

void Session::on_peer_close(std::string_view payload) {
  if (!closing_) {
    out_ += thread_.held().take(*this);
    append_frame(out_, Opcode::close, close_answer(payload));
    closing_ = true;
  }
  done_ = true;
  // The connection ends right after: a failed write has nobody left to tell.
  (void)write_out();
}

void Session::start_ending(Nanoseconds patience) {
  closing_ = true;
  end_ = thread_.now() + patience;
  clear_keeping_little(message_, 0);
  (void)thread_.held().take(*this);
  thread_.add_ending(*this);
}

void Session::start_close(CloseCode code, std::string_view reason) {
  if (!closing_) {
    out_ += thread_.held().take(*this);
    append_frame(out_, Opcode::close, close_payload(code, reason));
    mark_dirty();
    start_ending(thread_.options().close_timeout);
  }
}

void Session::fail(CloseCode code, std::string_view reason) {
  if (!closing_) {
    append_frame(out_, Opcode::close, close_payload(code, reason));
    mark_dirty();
    start_ending(kFailureLinger);
  }
}

void Session::on_closing_below() {
  pongs_first_ = false;
  if (!closing_) {
    // Its parser has stopped within a frame and may not recognise the peer's Close any more.
    start_ending(kFailureLinger);
    return;
  }
  // The peer broke a rule after our Close frame, the last of ours (RFC 6455 5.5.1):
  // libwebsockets must not write another one.
  if (!done_ && write_out() && lws_partial_buffered(connection_) == 0) {
    ::shutdown(lws_get_socket_fd(connection_), SHUT_WR);
  }
}

bool Session::flush() {
  return pongs_first_ || write_out();
}

bool Session::write_out() {
  const std::size_t size = out_.size() - LWS_PRE;
  if (size == 0 || lws_partial_buffered(connection_) != 0) {
    return true;
  }
  auto* bytes = reinterpret_cast<unsigned char*>(out_.data()) + LWS_PRE;
  const bool alive = lws_write(connection_, bytes, size, LWS_WRITE_RAW) >= 0;
  clear_keeping_little(out_, LWS_PRE);
  // What the kernel did not take is in libwebsockets' own buffer now. Until that is empty nothing
  // is read: it bounds what a peer that does not read can make us hold, and libwebsockets drops a
  // connection whose Close frame arrives while it has bytes buffered.
  if (alive && lws_partial_buffered(connection_) != 0) {
    pause(unsent);
  }
  return alive;
}

void Session::on_writable() {
  pongs_first_ = false;
  mark_dirty();
  if ((paused_ & unsent) != 0 && lws_partial_buffered(connection_) == 0) {
    resume(unsent);
  }
}

// A peer that reads slowly may take long to come to our ping: that it acknowledges bytes is a sign
// of life too.
bool Session::takes_bytes() {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(lws_get_socket_fd(connection_), IPPROTO_TCP, TCP_INFO, &info, &size) != 0) {
    return false;
  }
  return std::exchange(acknowledged_, info.tcpi_bytes_acked) != info.tcpi_bytes_acked;
}

bool Session::check_alive(Instant now) {
  if (closing_) {
    return true;
  }
  // A frame's header alone raises no callback, however large the frame that it announces.
  if (too_big(0, lws_remaining_packet_payload(connection_))) {
    fail(CloseCode::too_big, kTooBig);
    return true;
  }
  if (heard_ || ((paused_ & unsent) != 0 && takes_bytes())) {
    heard_ = false;
    pinged_ = false;
    since_ = now;
    return true;
  }
  if (deflater_) {
    deflater_->release();  // the memory of a connection that is quiet
  }
  const auto& options = thread_.options();
  if (pinged_) {
    return now - since_ < options.ping_timeout;
  }
  if (options.ping_interval.count() > 0 && now - since_ >= options.ping_interval) {
    // Not empty: libwebsockets does not tell of an empty pong.
    append_frame(out_, Opcode::ping, "alive?");
    pinged_ = true;
    since_ = now;
    mark_dirty();
  }
  return true;
}

}  // namespace wskit::serve
