// SPDX-License-Identifier: MIT
#include "session/ping.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <sys/socket.h>

#include "core/check.h"
#include "session/connection_end.h"
#include "wire/excerpt.h"
#include "wire/random.h"

namespace wskit::session {
namespace {

std::vector<stats::ShownCertificate> shown(const std::vector<net::Certificate>& chain) {
  std::vector<stats::ShownCertificate> certificates;
  certificates.reserve(chain.size());
  for (const net::Certificate& certificate : chain) {
    certificates.push_back({.subject = certificate.subject,
                            .issuer = certificate.issuer,
                            .names = certificate.names,
                            .key = certificate.key,
                            .not_before = certificate.not_before,
                            .not_after = certificate.not_after});
  }
  return certificates;
}

void describe(const ws::Opened& opened, stats::PingResult& result) {
  const net::DialTimes& times = opened.times;
  result.peer = opened.peer.to_string();
  result.unix_socket = opened.peer.family() == AF_UNIX;
  result.proxy = opened.proxy;
  result.location = opened.redirected_to;
  result.opening = stats::OpeningTimes{
      .redirects = opened.redirected_to.empty() ? Nanoseconds(0) : times.started - opened.began,
      .dns = times.resolved - times.started,
      .connect = times.connected - times.resolved,
      .tls = times.secured - times.connected,
      .upgrade = opened.upgraded - times.secured,
      .first_byte = opened.first_byte - times.secured};
  if (opened.tls) {
    result.tls_version = net::name(opened.tls->version);
    result.cipher = opened.tls->cipher;
  }
  result.chain = shown(opened.certificates.chain);
  result.distrust = opened.certificates.distrust;
  result.subprotocol = opened.subprotocol;
  result.compression = opened.deflate ? wire::describe(*opened.deflate) : std::string();
}

}  // namespace

Ping::Ping(net::Loop& loop, ws::Client& client, const PingOptions& options, PingObserver& observer)
    : loop_(loop),
      client_(client),
      options_(options),
      observer_(observer),
      timer_(loop.timers(), *this) {
  check(options.interval >= std::chrono::milliseconds(1), "pings are at least 1 ms apart");
  result_.url = options_.url;
  wire::fill_random(nonce_);
}

void Ping::start() {
  check(state_ == State::idle, "a ping starts once");
  state_ = State::opening;
  connection_ = client_.connect(*this);
}

void Ping::stop() {
  if (state_ == State::opening) {
    connection_.reset();
    result_.interrupted = true;
    end();
  } else if (state_ == State::open) {
    result_.interrupted = true;
    close();
  }
}

void Ping::on_open(const ws::Opened& opened) {
  state_ = State::open;
  describe(opened, result_);
  observer_.on_open(result_);
  if (state_ != State::open) {
    return;
  }
  next_ = loop_.now();
  send_due(next_);
  go_on();
}

void Ping::send_due(Instant now) {
  const bool more = result_.round_trips.sent_count() < options_.count;
  if (state_ != State::open || !more || next_ > now || out_) {
    return;
  }
  result_.round_trips.sent();
  out_ = {.payload = payload_of(number()), .sent = now};
  // Refused only when the send queue is full, which pings alone cannot do: then it is lost.
  static_cast<void>(connection_->ping(out_->payload));
  // A late ping does not shift those after it, unless they are late by now as well.
  next_ = std::max(next_ + options_.interval, now);
}

void Ping::on_offer(Instant at) {
  if (out_ && !std::exchange(out_->offered, true)) {
    out_->sent = at;
  }
}

void Ping::on_pong(std::span<const std::byte> payload, Instant received) {
  if (!out_ || !std::ranges::equal(payload, out_->payload)) {
    return result_.round_trips.unmatched();
  }
  const Nanoseconds time = received - out_->sent;
  out_.reset();
  if (state_ != State::open) {
    return;
  }
  result_.round_trips.answered(time);
  observer_.on_round_trip(number(), time);
  send_due(received);
  go_on();
}

void Ping::on_timer(Instant now) {
  if (out_ && out_->sent + options_.timeout <= now) {
    lose();
  }
  send_due(now);
  go_on();
}

void Ping::lose() {
  out_.reset();
  result_.round_trips.lost();
  observer_.on_lost(number());
}

void Ping::go_on() {
  if (state_ != State::open) {
    return;
  }
  if (out_) {
    return timer_.arm(out_->sent + options_.timeout);
  }
  if (result_.round_trips.sent_count() < options_.count) {
    return timer_.arm(next_);
  }
  close();
}

void Ping::close() {
  state_ = State::closing;
  timer_.cancel();
  // 1000 may be sent: there is no failure to handle.
  static_cast<void>(connection_->close());
}

void Ping::on_close(const ws::Closed& closed) {
  const ConnectionEnd how{.close_code = closed.code,
                          .close_reason = std::string(closed.reason),
                          .by_peer = closed.by_peer};
  connection_.reset();
  if (state_ == State::open) {
    result_.error = failure_of(how).value_or(
        Error{ErrorCode::unmet,
              fmt::format("the server closed with {} before all pongs came", describe_close(how))});
  }
  end();
}

void Ping::on_error(const ws::Failure& failure) {
  // A server that does not answer the Close frame has answered all that was asked.
  if (state_ != State::closing) {
    result_.error = failure.error;
    if (const std::string said = wire::excerpt(failure.body); !said.empty()) {
      result_.error->message += fmt::format(" and said: {}", said);
    }
  }
  if (failure.certificates != nullptr && result_.chain.empty()) {
    result_.chain = shown(failure.certificates->chain);
    result_.distrust = failure.certificates->distrust;
  }
  connection_.reset();
  end();
}

void Ping::end() {
  state_ = State::ended;
  timer_.cancel();
  if (out_ && !result_.interrupted) {
    // The connection is gone before its time: nobody will answer.
    lose();
  }
  observer_.on_end();
}

Ping::Payload Ping::payload_of(std::uint64_t number) const {
  Payload payload{};
  std::ranges::copy(nonce_, payload.begin());
  std::memcpy(payload.data() + kNonceBytes, &number, sizeof number);
  return payload;
}

}  // namespace wskit::session
