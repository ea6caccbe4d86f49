// SPDX-License-Identifier: MIT
#include "session/ping.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <sys/socket.h>

#include "core/check.h"
#include "wire/close_code.h"
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
  result.opening = stats::OpeningTimes{.dns = times.resolved - times.started,
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

bool is_normal(wire::CloseCode code) {
  return code == wire::CloseCode::normal || code == wire::CloseCode::going_away ||
         code == wire::CloseCode::no_status;
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
  result_.proxy = options_.proxy;
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
  if (result_.round_trips.sent_count() >= options_.count || next_ > now) {
    return;
  }
  result_.round_trips.sent();
  const std::uint64_t number = result_.round_trips.sent_count();
  out_.push_back({.number = number, .sent = now});
  // Refused only when the send queue is full, which pings alone cannot do: then it is lost.
  static_cast<void>(connection_->ping(payload_of(number)));
  // After a stop of the whole process one ping is late; the rest keep their distance.
  next_ = std::max(next_ + options_.interval, now);
}

void Ping::on_offer(Instant at) {
  for (Probe& probe : out_) {
    if (!std::exchange(probe.offered, true)) {
      probe.sent = at;
    }
  }
}

void Ping::on_pong(std::span<const std::byte> payload, Instant received) {
  const auto probe = std::ranges::find_if(out_, [&](const Probe& candidate) {
    return std::ranges::equal(payload, payload_of(candidate.number));
  });
  if (probe == out_.end()) {
    return result_.round_trips.unmatched();
  }
  const Probe answered = *probe;
  out_.erase(probe);
  if (state_ != State::open) {
    return;
  }
  result_.round_trips.answered(received - answered.sent);
  observer_.on_round_trip(answered.number, received - answered.sent);
  go_on();
}

void Ping::on_timer(Instant now) {
  expire(now);
  send_due(now);
  go_on();
}

void Ping::expire(Instant now) {
  while (!out_.empty() && out_.front().sent + options_.timeout <= now) {
    const std::uint64_t number = out_.front().number;
    out_.pop_front();
    result_.round_trips.lost();
    observer_.on_lost(number);
  }
}

void Ping::go_on() {
  if (state_ != State::open) {
    return;
  }
  const bool more = result_.round_trips.sent_count() < options_.count;
  if (!more && out_.empty()) {
    return close();
  }
  Instant due = more ? next_ : Instant::max();
  if (!out_.empty()) {
    due = std::min(due, out_.front().sent + options_.timeout);
  }
  timer_.arm(due);
}

void Ping::close() {
  state_ = State::closing;
  timer_.cancel();
  // 1000 may be sent: there is no failure to handle.
  static_cast<void>(connection_->close());
}

void Ping::on_close(const ws::Closed& closed) {
  connection_.reset();
  if (state_ == State::open) {
    closed_normally_ = is_normal(closed.code);
    result_.error = Error{
        ErrorCode::closed_remote,
        fmt::format("the server closed with {} ({}){}{}", static_cast<unsigned>(closed.code),
                    wire::name(closed.code), closed.reason.empty() ? "" : ": ", closed.reason)};
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
  if (!result_.interrupted) {
    // The connection is gone before its time: nobody will answer these.
    for (; !out_.empty(); out_.pop_front()) {
      result_.round_trips.lost();
      observer_.on_lost(out_.front().number);
    }
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
