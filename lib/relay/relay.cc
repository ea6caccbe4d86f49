// SPDX-License-Identifier: MIT
#include "relay/relay.h"

#include <span>
#include <string>
#include <utility>

#include "wire/server_handshake.h"

namespace wskit::relay {
namespace {

constexpr int kUnavailable = 503;

}  // namespace

/// A connection whose TLS is to begin later.
class Relay::LateTls final : net::StreamHandler, net::TimerHandler {
 public:
  LateTls(Relay& relay, Arrival arrival)
      : relay_(relay), arrival_(std::move(arrival)), timer_(relay.loop_.timers(), *this) {
    net::StreamHandler& handler = *this;
    arrival_.stream->set_handler(handler);
    arrival_.stream->pause();
  }
  void begin_at(Instant due, const net::TlsAcceptor& tls) {
    tls_ = &tls;
    timer_.arm(due);
  }

 private:
  // It reads nothing, so that nothing can come but the end.
  void on_data(std::span<std::byte> /*bytes*/, Instant /*received*/) override { leave(); }
  void on_eof() override { leave(); }
  void on_error(const Error& /*error*/) override { leave(); }
  void on_timer(Instant /*now*/) override {
    arrival_.stream->resume();
    relay_.join({.number = arrival_.number,
                 .stream = tls_->accept(std::move(arrival_.stream)),
                 .peer = arrival_.peer});
    leave();
  }
  /// Destroys this.
  void leave() { relay_.late_.erase(arrival_.number); }

  Relay& relay_;
  Arrival arrival_;
  const net::TlsAcceptor* tls_ = nullptr;
  net::Timer timer_;
};

Relay::Relay(net::Dialer& dialer, RelayOptions options, RelayWatcher& watcher)
    : loop_(dialer.loop()),
      tls_(options.tls),
      expired_tls_(options.expired_tls),
      misnamed_tls_(options.misnamed_tls),
      watcher_(watcher),
      max_connections_(options.max_connections),
      setup_{.dialer = dialer,
             .owner = *this,
             .request = std::move(options.request),
             .target = std::move(options.target),
             .recorder = options.recorder,
             .faults = options.faults,
             .http_faults = options.http_faults,
             .asked_faults = options.asked_faults,
             .answers_faults = options.answers_faults,
             .fault_place = options.fault_place,
             .request_timeout = options.request_timeout},
      patience_(loop_.timers(), *this) {}

Relay::~Relay() = default;

Expected<void> Relay::listen(const net::SocketAddress& address) {
  auto listener = loop_.listen(address, *this);
  if (!listener) {
    return std::unexpected(std::move(listener.error()));
  }
  listener_ = std::move(*listener);
  return {};
}

void Relay::on_accept(std::unique_ptr<net::Stream> stream, const net::SocketAddress& peer) {
  take({.number = ++last_number_, .stream = std::move(stream), .peer = peer});
}

void Relay::take(Arrival arrival) {
  if (tls_ != nullptr) {
    take_tls(std::move(arrival));
  } else {
    join(std::move(arrival));
  }
}

void Relay::take_tls(Arrival arrival) {
  const net::TlsAcceptor* tls = tls_;
  Nanoseconds delay{0};
  std::vector<ActiveFault> chosen;
  if (setup_.faults != nullptr) {
    chosen = setup_.faults->choose_at_accept(arrival.number);
  }
  for (ActiveFault& fault : chosen) {
    const bool expired = fault.rule().word == "expired";
    const net::TlsAcceptor* const flawed = expired ? expired_tls_ : misnamed_tls_;
    if (fault.rule().kind == FaultKind::tls_delay) {
      delay += fault.time();
    } else if (flawed != nullptr) {
      tls = flawed;
    }
    setup_.faults->fire(fault, arrival.number, loop_.now());
  }
  if (delay.count() > 0) {
    const std::uint64_t number = arrival.number;
    late_.emplace(number, std::make_unique<LateTls>(*this, std::move(arrival)));
    late_.at(number)->begin_at(loop_.now() + delay, *tls);
  } else {
    arrival.stream = tls->accept(std::move(arrival.stream));
    join(std::move(arrival));
  }
}

void Relay::join(Arrival arrival) {
  std::string refusal;
  if (max_connections_ != 0 && connections() >= max_connections_) {
    ++turned_away_;
    refusal =
        wire::refuse_upgrade(kUnavailable, "the proxy has as many connections as it may").bytes;
  }
  const std::uint64_t number = arrival.number;
  links_.emplace(number, std::make_unique<Link>(setup_, std::move(arrival), std::move(refusal)));
}

void Relay::on_unreachable(Link& link, const Error& error) {
  watcher_.on_unreachable(link.number(), error);
}

void Relay::on_client_failed(Link& link, const Error& error) {
  watcher_.on_client_failed(link.number(), error);
}

void Relay::on_link_end(Link& link) {
  turned_away_ -= link.is_turned_away() ? 1U : 0U;
  links_.erase(link.number());
  if (draining_ && links_.empty()) {
    patience_.arm(loop_.now());
  }
}

void Relay::resume_recording() {
  for (const auto& [number, link] : links_) {
    link->resume_recording();
  }
}

void Relay::drain(Nanoseconds patience) {
  draining_ = true;
  listener_.reset();
  late_.clear();
  patience_.arm(loop_.now() + (links_.empty() ? Nanoseconds(0) : patience));
}

void Relay::on_timer(Instant /*now*/) {
  links_.clear();
  watcher_.on_drained();
}

}  // namespace wskit::relay
