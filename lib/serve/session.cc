// SPDX-License-Identifier: MIT
#include "serve/session.h"

#include <libwebsockets.h>

#include "serve/server_frame.h"
#include "serve/service_thread.h"

namespace wskit::serve {
namespace {

constexpr std::uint16_t kProtocolError = 1002;
constexpr std::uint16_t kTooBig = 1009;
// A queue that grew for one large message gives its memory back.
constexpr std::size_t kKeptCapacity = 16 * 1024;

void clear_keeping_little(std::string& text, std::size_t keep) {
  if (text.capacity() > kKeptCapacity) {
    text = std::string(keep, '\0');
  } else {
    text.resize(keep);
  }
}

std::string close_payload(std::uint16_t code, std::string_view reason) {
  std::string payload;
  payload.push_back(static_cast<char>(code >> 8));
  payload.push_back(static_cast<char>(code & 0xFF));
  payload.append(reason);
  return payload;
}

// RFC 6455 7.4: what may stand in a Close frame. libwebsockets lets 5000 and 65535 pass, and has
// already turned 1012 to 1014 into 1002 when we see them.
bool allowed_on_wire(std::uint16_t code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
         (code >= 3000 && code <= 4999);
}

std::string close_answer(std::string_view received) {
  if (received.empty()) {
    return {};
  }
  if (received.size() == 1) {
    return close_payload(kProtocolError, {});
  }
  const auto high = static_cast<unsigned char>(received[0]);
  const auto low = static_cast<unsigned char>(received[1]);
  const auto code = static_cast<std::uint16_t>((high << 8) | low);
  return close_payload(allowed_on_wire(code) ? code : kProtocolError, {});
}

}  // namespace

Session::Session(lws* connection, ServiceThread& thread)
    : connection_(connection), thread_(thread), out_(LWS_PRE, '\0') {}

void Session::on_fragment(std::string_view bytes, bool last, std::size_t remaining, bool binary) {
  heard_ = true;
  if (closing_) {
    return;
  }
  const std::size_t limit = thread_.options().max_message;
  const std::size_t so_far = message_.size() + bytes.size();
  if (so_far > limit || remaining > limit - so_far) {
    start_close(kTooBig, "message too big", thread_.now());
    return;
  }
  if (last && message_.empty()) {
    echo(bytes, binary);
    return;
  }
  message_.append(bytes);
  if (last) {
    echo(message_, binary);
    clear_keeping_little(message_, 0);
  }
}

void Session::echo(std::string_view message, bool binary) {
  append_frame(out_, binary ? FrameStart::binary : FrameStart::text, message);
  thread_.counts().on_message(message.size());
  mark_dirty();
}

void Session::mark_dirty() {
  if (!dirty_) {
    dirty_ = true;
    thread_.add_dirty(*this);
  }
}

void Session::on_peer_close(std::string_view payload) {
  if (!closing_) {
    append_frame(out_, FrameStart::close, close_answer(payload));
    closing_ = true;
  }
  // The connection ends right after: a failed write has nobody left to tell.
  (void)flush();
}

void Session::start_close(std::uint16_t code, std::string_view reason, Instant now) {
  if (closing_) {
    return;
  }
  append_frame(out_, FrameStart::close, close_payload(code, reason));
  closing_ = true;
  since_ = now;
  clear_keeping_little(message_, 0);
  mark_dirty();
}

void Session::on_closing_below(Instant now) {
  if (!closing_) {
    closing_ = true;
    since_ = now;
  }
}

bool Session::flush() {
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
  if (alive && !paused_ && lws_partial_buffered(connection_) != 0) {
    paused_ = true;
    lws_rx_flow_control(connection_, 0);
  }
  return alive;
}

void Session::on_writable() {
  mark_dirty();
  if (paused_ && lws_partial_buffered(connection_) == 0) {
    paused_ = false;
    lws_rx_flow_control(connection_, 1);
  }
}

bool Session::tick(Instant now) {
  const auto& options = thread_.options();
  if (closing_) {
    return now - since_ < options.close_timeout;
  }
  if (heard_) {
    heard_ = false;
    pinged_ = false;
    since_ = now;
    return true;
  }
  if (pinged_) {
    return now - since_ < options.ping_timeout;
  }
  if (options.ping_interval.count() > 0 && now - since_ >= options.ping_interval) {
    append_frame(out_, FrameStart::ping, {});
    pinged_ = true;
    since_ = now;
    mark_dirty();
  }
  return true;
}

}  // namespace wskit::serve
