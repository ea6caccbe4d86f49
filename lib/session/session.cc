// SPDX-License-Identifier: MIT
#include "session/session.h"

#include <random>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "core/bytes.h"
#include "core/parse.h"
#include "wire/excerpt.h"

namespace wskit::session {
namespace {

/// A connection that lived so long has proved itself.
constexpr Nanoseconds kProof = std::chrono::seconds(5);

}  // namespace

Session::Session(ws::Client& client, net::Loop& loop, const SessionOptions& options,
                 SessionHandler& handler)
    : client_(client),
      loop_(loop),
      options_(options),
      handler_(handler),
      backoff_(options.reconnect, std::random_device{}()),
      reconnect_timer_(loop.timers(), *this, &Session::connect),
      ping_timer_(loop.timers(), *this, &Session::ping),
      pong_timer_(loop.timers(), *this, &Session::give_up),
      heartbeat_timer_(loop.timers(), *this, &Session::beat) {}

void Session::start() {
  connect(loop_.now());
}

void Session::connect(Instant /*now*/) {
  if (closing_) {
    return handler_.on_end(
        {.error = Error{.code = ErrorCode::closed_local, .message = "ended by us, not closed"}});
  }
  connection_ = client_.connect(*this);
}

ws::SendResult Session::send(const script::MessageView& message) {
  if (!open_ || closing_) {
    return ws::SendResult::dropped;
  }
  switch (message.type) {
    case script::MessageType::text:
      return connection_->send(ws::MessageType::text, as_bytes(message.payload));
    case script::MessageType::binary:
      return connection_->send(ws::MessageType::binary, as_bytes(message.payload));
    case script::MessageType::ping:
      return connection_->ping(as_bytes(message.payload));
    default:
      return ws::SendResult::dropped;
  }
}

Expected<void> Session::close(wire::CloseCode code, std::string_view reason) {
  if (open_) {
    auto closed = connection_->close(code, reason);
    if (closed) {
      closing_ = true;
      stop_beating();
    }
    return closed;
  }
  closing_ = true;
  connection_.reset();
  reconnect_timer_.arm(loop_.now());
  return {};
}

void Session::stop_beating() {
  ping_timer_.cancel();
  pong_timer_.cancel();
  heartbeat_timer_.cancel();
}

void Session::drop_when_sent() {
  closing_ = true;
  dropping_ = open_;
  if (!open_ || unsent() == 0) {
    drop();
  }
}

void Session::drop() {
  closing_ = true;
  dropping_ = false;
  open_ = false;
  stop_beating();
  connection_.reset();
  reconnect_timer_.arm(loop_.now());
}

void Session::on_flushed(std::size_t /*bytes*/) {
  if (dropping_ && unsent() == 0) {
    drop_when_sent();
  }
}

void Session::reconnect() {
  open_ = false;
  stop_beating();
  reconnect_timer_.arm(loop_.now());
  connection_.reset();
}

void Session::pause() {
  paused_ = true;
  if (open_) {
    connection_->pause();
  }
}

void Session::resume() {
  paused_ = false;
  if (connection_ != nullptr) {
    connection_->resume();
  }
}

bool Session::is_open() const {
  return open_ && connection_->is_open();
}

std::size_t Session::unsent() const {
  return connection_ == nullptr ? 0 : connection_->unsent();
}

void Session::send_own(const script::MessageView& message) {
  if (send(message) != ws::SendResult::dropped) {
    handler_.on_sent(message, loop_.now());
  }
}

void Session::on_open(const ws::Opened& opened) {
  open_ = true;
  opened_at_ = heard_at_ = opened.upgraded;
  if (paused_) {
    connection_->pause();
  }
  if (options_.ping_interval > Nanoseconds(0)) {
    ping_timer_.arm(opened_at_ + options_.ping_interval);
  }
  if (options_.heartbeat_interval > Nanoseconds(0)) {
    heartbeat_timer_.arm(opened_at_ + options_.heartbeat_interval);
  }
  handler_.on_open(opened);
  for (const script::Message& message : options_.init) {
    send_own(message.view());
  }
  handler_.on_ready();
}

ws::SendResult Session::ping_now(std::string_view payload) {
  pinged_at_ = loop_.now();
  pinged_ = payload;
  const script::MessageView ping{.type = script::MessageType::ping, .payload = pinged_};
  const ws::SendResult result = send(ping);
  if (result != ws::SendResult::dropped) {
    handler_.on_sent(ping, pinged_at_);
  }
  return result;
}

void Session::ping(Instant now) {
  (void)ping_now(fmt::format("wskit-{}", ++pings_));
  ping_timer_.arm(now + options_.ping_interval);
  if (!pong_timer_.armed()) {
    pong_timer_.arm(now + options_.ping_timeout);
  }
}

void Session::beat(Instant now) {
  send_own({.type = script::MessageType::text, .payload = options_.heartbeat});
  heartbeat_timer_.arm(now + options_.heartbeat_interval);
}

void Session::give_up(Instant now) {
  if (paused_ || heard_at_ + options_.ping_timeout > now) {
    // What came in between proves that the peer lives; what we do not read may hold the Pong.
    pong_timer_.arm((paused_ ? now : heard_at_) + options_.ping_timeout);
    return;
  }
  connection_->reset_on_close();
  connection_over({.error = Error{.code = ErrorCode::ping_timeout,
                                  .message = fmt::format("the peer is dead: nothing came from it "
                                                         "within {} of a ping",
                                                         format_duration(options_.ping_timeout))}});
}

void Session::on_received(const script::MessageView& message, Instant at) {
  heard_at_ = at;
  if (script::is_data(message.type)) {
    backoff_.reset();
  }
  if (message.type == script::MessageType::pong && message.payload == pinged_) {
    round_trip_ = at - pinged_at_;
    pong_timer_.cancel();
  }
  handler_.on_received(message, at);
}

void Session::on_close(const ws::Closed& closed) {
  connection_over({.close_code = closed.code,
                   .close_reason = std::string(closed.reason),
                   .by_peer = closed.by_peer});
}

void Session::on_error(const ws::Failure& failure) {
  ConnectionEnd end{.error = failure.error};
  if (const std::string said = wire::excerpt(failure.body); !said.empty()) {
    end.error->message += fmt::format(" and said: {}", said);
  }
  if (failure.response != nullptr) {
    end.http_status = failure.response->status;
    end.retry_after = retry_after(*failure.response);
  }
  connection_over(std::move(end));
}

void Session::connection_over(ConnectionEnd end) {
  const Instant now = loop_.now();
  end.unsent = unsent();
  if (std::exchange(open_, false) && now - opened_at_ >= kProof) {
    backoff_.reset();
  }
  stop_beating();
  connection_.reset();
  const auto wait = closing_ || !may_recover(end) ? std::nullopt : backoff_.next(end.retry_after);
  if (wait) {
    reconnect_timer_.arm(now + *wait);
    handler_.on_lost(end, *wait);
  } else {
    handler_.on_end(end);
  }
}

}  // namespace wskit::session
