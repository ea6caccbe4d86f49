// SPDX-License-Identifier: MIT
#include "relay/relay.h"

#include <string>
#include <utility>

#include "wire/server_handshake.h"

namespace wskit::relay {
namespace {

constexpr int kUnavailable = 503;

}  // namespace

Relay::Relay(net::Dialer& dialer, RelayOptions options, RelayWatcher& watcher)
    : loop_(dialer.loop()),
      tls_(options.tls),
      watcher_(watcher),
      max_connections_(options.max_connections),
      setup_{.dialer = dialer,
             .owner = *this,
             .request = std::move(options.request),
             .target = std::move(options.target),
             .recorder = options.recorder,
             .faults = options.faults,
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

void Relay::on_accept(std::unique_ptr<net::Stream> stream, const net::SocketAddress& /*peer*/) {
  std::string refusal;
  if (max_connections_ != 0 && connections() >= max_connections_) {
    ++turned_away_;
    refusal =
        wire::refuse_upgrade(kUnavailable, "the proxy has as many connections as it may").bytes;
  }
  if (tls_ != nullptr) {
    stream = tls_->accept(std::move(stream));
  }
  const std::uint64_t number = ++last_number_;
  links_.emplace(number,
                 std::make_unique<Link>(setup_, number, std::move(stream), std::move(refusal)));
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
  patience_.arm(loop_.now() + (links_.empty() ? Nanoseconds(0) : patience));
}

void Relay::on_timer(Instant /*now*/) {
  links_.clear();
  watcher_.on_drained();
}

}  // namespace wskit::relay
