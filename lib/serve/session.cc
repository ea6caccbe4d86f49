// SPDX-License-Identifier: MIT
#include "serve/session.h"

#include <utility>

#include <libwebsockets.h>
#include <sys/socket.h>

#include "core/bytes.h"
#include "core/check.h"
#include "serve/keep_little.h"
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
// Between a Close frame that says what a peer did wrong and the end: closing at once, with its
// bytes unread, would send a RST that can overtake the frame.
constexpr Nanoseconds kFailureLinger = std::chrono::milliseconds(200);

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
    : Outlet(connection, thread), number_(number) {}

void Session::open(std::unique_ptr<SessionHandler> handler) {
  handler_ = std::move(handler);
  handler_->on_open(*this);
}

void Session::compress_with(const wire::DeflateParameters& parameters) {
  deflater_.emplace(parameters, wire::Role::server);
  inflater_.emplace(parameters, wire::Role::server,
                    wire::InflateLimits{.max_message_bytes = thread().options().max_message,
                                        .max_ratio = thread().options().max_inflate_ratio});
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
    fail(Limit::message_bytes, kTooBig);
    return;
  }
  if (!fragment.binary && !valid_text(fragment.bytes, fragment.last)) {
    fail(CloseCode::bad_payload, kBadText);
    return;
  }
  if (fragment.last && message_.empty()) {
    deliver(fragment.bytes, fragment.binary);
    return;
  }
  message_.append(fragment.bytes);
  if (fragment.last) {
    deliver(message_, fragment.binary);
    clear_keeping_little(message_, 0);
  }
}

void Session::on_compressed(const Fragment& fragment) {
  inflater_->feed(as_bytes(fragment.bytes), fragment.last);
  for (;;) {
    const auto piece = inflater_->next(thread().scratch());
    if (!piece) {
      fail_inflating(piece.error());
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
  deliver(message_, fragment.binary);
  clear_keeping_little(message_, 0);
}

void Session::fail_inflating(const Error& error) {
  if (error.code != ErrorCode::too_big) {
    fail(CloseCode::protocol_error, kBadDeflate);
  } else if (inflater_->inflated_bytes() > thread().options().max_message) {
    fail(Limit::message_bytes, kTooBig);
  } else {
    fail(Limit::inflate_ratio, error.message);
  }
}

bool Session::too_big(std::size_t bytes, std::size_t remaining) const {
  const std::size_t limit = thread().options().max_message;
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

void Session::deliver(std::string_view message, bool binary) {
  thread().counts().on_message(message.size());
  handler_->on_message({message, binary, compressed_, fragmented_});
}

void Session::append_message(std::string& out, const IncomingMessage& message) {
  const Opcode opcode = message.binary ? Opcode::binary : Opcode::text;
  if (!message.compressed || !deflater_) {
    append_frame(out, opcode, message.payload);
    return;
  }
  std::string compressed;
  deflater_->compress(as_bytes(message.payload), true, compressed);
  append_frame(out, opcode, compressed, true);
}

void Session::send(std::string_view payload, bool binary, bool compressed) {
  append_message(output(), {payload, binary, compressed});
  mark_dirty();
}

void Session::send_frames(std::string_view frames) {
  output() += frames;
  mark_dirty();
}

// A ping that stood between fragments is answered before their message (RFC 6455 5.5.2 wants it
// soon). libwebsockets does not tell of it, and writes its pong when the connection is writable.
void Session::send_after_pongs(std::string_view frames) {
  pongs_first_ = lws_callback_on_writable(connection()) >= 0;
  send_frames(frames);
}

void Session::go_on_reading() {
  if ((paused_ & held) != 0) {
    resume(held);
    thread().resume_reading();
  }
}

void Session::pause(PauseReason reason) {
  if (paused_ == 0) {
    lws_rx_flow_control(connection(), 0);
  }
  paused_ |= reason;
}

void Session::resume(PauseReason reason) {
  if (paused_ == reason) {
    lws_rx_flow_control(connection(), 1);
  }
  paused_ = static_cast<unsigned char>(paused_ & ~reason);
}

void Session::on_peer_close(std::string_view payload) {
  if (!closing_) {
    const auto status = wire::parse_close_payload(as_bytes(payload));
    const CloseCode code = status ? status->code : CloseCode::protocol_error;
    thread().counts().on_close_received(code);
    thread().events().closing(*this, code, status ? status->reason : "", true);
    handler_->on_ending(output());
    append_frame(output(), Opcode::close, close_answer(payload));
    closing_ = true;
  }
  done_ = true;
  // The connection ends right after: a failed write has nobody left to tell.
  (void)write_frames();
}

void Session::start_ending(Nanoseconds patience) {
  closing_ = true;
  end_ = thread().now() + patience;
  clear_keeping_little(message_, 0);
  handler_->on_failing();
  thread().add_ending(*this);
}

void Session::start_close(CloseCode code, std::string_view reason) {
  if (!closing_) {
    thread().counts().on_close_sent(code);
    thread().events().closing(*this, code, reason, false);
    handler_->on_ending(output());
    append_frame(output(), Opcode::close, close_payload(code, reason));
    mark_dirty();
    start_ending(thread().options().close_timeout);
  }
}

void Session::start_drain(const SessionEnd& usual) {
  const SessionEnd end = handler_->drain_end(usual);
  start_close(end.code, end.reason);
}

void Session::fail(CloseCode code, std::string_view reason) {
  if (!closing_) {
    thread().counts().on_close_sent(code);
    thread().events().closing(*this, code, reason, false);
    append_frame(output(), Opcode::close, close_payload(code, reason));
    mark_dirty();
    start_ending(kFailureLinger);
  }
}

void Session::fail(Limit limit, std::string_view reason) {
  if (!closing_) {
    thread().counts().on_limited(limit);
    fail(CloseCode::too_big, reason);
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
  if (!done_ && write_frames() && !blocked()) {
    ::shutdown(lws_get_socket_fd(connection()), SHUT_WR);
  }
}

bool Session::flush() {
  if (pongs_first_) {
    return true;
  }
  do {
    if (!closing_ && can_take()) {
      take(output());
    }
    if (!write_frames()) {
      return false;
    }
  } while (!closing_ && can_take());
  return true;
}

bool Session::write_frames() {
  if (blocked()) {
    return true;
  }
  const bool alive = write_out();
  // What the kernel did not take is in libwebsockets' own buffer now. Until that is empty nothing
  // is read: it bounds what a peer that does not read can make us hold, and libwebsockets drops a
  // connection whose Close frame arrives while it has bytes buffered.
  if (alive && blocked()) {
    pause(unsent);
  }
  return alive;
}

void Session::on_writable() {
  pongs_first_ = false;
  mark_dirty();
  if ((paused_ & unsent) != 0 && !blocked()) {
    resume(unsent);
  }
}

bool Session::check_alive(Instant now) {
  if (closing_) {
    return true;
  }
  if (expired(now)) {
    start_close(CloseCode::policy_violation, "the token has expired");
    return true;
  }
  // A frame's header alone raises no callback, however large the frame that it announces.
  if (too_big(0, lws_remaining_packet_payload(connection()))) {
    fail(Limit::message_bytes, kTooBig);
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
  const auto& options = thread().options();
  if (pinged_) {
    return now - since_ < options.ping_timeout;
  }
  if (options.ping_interval.count() > 0 && now - since_ >= options.ping_interval) {
    // Not empty: libwebsockets does not tell of an empty pong.
    append_frame(output(), Opcode::ping, "alive?");
    pinged_ = true;
    since_ = now;
    mark_dirty();
  }
  return true;
}

}  // namespace wskit::serve
