// SPDX-License-Identifier: MIT
#include "net/dial_attempt.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/check.h"
#include "core/parse.h"

namespace wskit::net {
namespace {

std::string_view family_name(int family) {
  return family == AF_INET6 ? "IPv6" : "IPv4";
}

// An address that could not even be tried says nothing about the server.
bool tells_little(const Error& error) {
  return error.code == ErrorCode::tcp_unreachable || error.code == ErrorCode::usage;
}

}  // namespace

int system_family(Family family) {
  switch (family) {
    case Family::ipv4:
      return AF_INET;
    case Family::ipv6:
      return AF_INET6;
    case Family::any:
      break;
  }
  return AF_UNSPEC;
}

std::string name_of(const Endpoint& endpoint) {
  return endpoint.unix_path.empty() ? host_and_port(endpoint.host, endpoint.port)
                                    : endpoint.unix_path;
}

DialAttempt::DialAttempt(DialSetup& setup, Endpoint endpoint, DialHandler& handler, Instant started)
    : setup_(setup),
      handler_(handler),
      endpoint_(std::move(endpoint)),
      timer_(setup.loop.timers(), *this) {
  times_ = {started, started, started, started};
  find_addresses();
}

void DialAttempt::find_addresses() {
  if (!endpoint_.unix_path.empty()) {
    auto path = SocketAddress::unix_path(endpoint_.unix_path);
    return path ? use({*path}) : fail_later(path.error());
  }
  route_ = setup_.overrides.route(endpoint_);
  const int family = system_family(setup_.options.family);
  if (route_.addresses) {
    return use(*std::exchange(route_.addresses, std::nullopt));
  }
  if (auto clash = family_clash(family)) {
    return fail_later(*std::move(clash));
  }
  const HostQuery query{.host = route_.host, .port = route_.port, .family = family};
  if (auto known = setup_.resolver.known(query, times_.resolved)) {
    return use(*std::move(known));
  }
  resolution_ = setup_.resolver.resolve(
      setup_.loop, query,
      [this](const Expected<std::vector<SocketAddress>>& addresses) { resolved(addresses); });
  arm_timer();
}

std::optional<Error> DialAttempt::family_clash(int wanted) const {
  const auto literal = SocketAddress::ip(route_.host, route_.port);
  if (wanted == AF_UNSPEC || !literal || literal->family() == wanted) {
    return std::nullopt;
  }
  const bool v6 = wanted == AF_INET6;
  return Error{ErrorCode::usage,
               fmt::format("connect {}: this is an {} address, and -{} asks for {}; leave -{} out",
                           literal->to_string(), family_name(literal->family()), v6 ? 6 : 4,
                           family_name(wanted), v6 ? 6 : 4)};
}

void DialAttempt::resolved(const Expected<std::vector<SocketAddress>>& addresses) {
  if (!addresses) {
    timer_.cancel();
    return handler_.on_dial_failed(addresses.error());
  }
  times_.resolved = times_.connected = times_.secured = setup_.loop.now();
  use(*addresses);
}

void DialAttempt::use(std::vector<SocketAddress> addresses) {
  stage_ = Stage::connecting;
  addresses_ = std::move(addresses);
  const int family = system_family(setup_.options.family);
  if (family != AF_UNSPEC) {
    std::erase_if(addresses_, [=](const SocketAddress& address) {
      return address.family() != AF_UNIX && address.family() != family;
    });
  }
  if (addresses_.empty()) {
    return fail_later({ErrorCode::dns_not_found,
                       fmt::format("resolve {}: no {} address", route_.host, family_name(family))});
  }
  interleave_families(addresses_);
  if (!try_next()) {
    return fail_later(outcome_of_all());
  }
  arm_timer();
}

bool DialAttempt::try_next() {
  while (next_address_ < addresses_.size()) {
    const SocketAddress& peer = addresses_[next_address_++];
    const auto source = setup_.sources.next(peer.family());
    if (!source) {
      remember({ErrorCode::usage, fmt::format("connect {}: none of the source addresses is {}",
                                              peer.to_string(), family_name(peer.family()))});
      continue;
    }
    SocketOptions options;
    options.source = *source;
    options.interface = setup_.options.interface;
    last_try_ = setup_.loop.now();
    tries_.emplace_back(*this, peer).connect(options);
    return true;
  }
  return false;
}

void DialAttempt::arm_timer() {
  Instant due = times_.started + setup_.options.timeout;
  if (!tries_.empty() && next_address_ < addresses_.size()) {
    due = std::min(due, last_try_ + setup_.options.fallback_delay);
  }
  timer_.arm(due);
}

void DialAttempt::on_timer(Instant now) {
  if (tries_.empty() && error_) {
    return handler_.on_dial_failed(Error(*error_));
  }
  if (now >= times_.started + setup_.options.timeout) {
    resolution_.reset();
    tries_.clear();
    tls_.cancel();
    return handler_.on_dial_failed(timed_out());
  }
  (void)try_next();
  arm_timer();
}

void DialAttempt::connected(Try& winner, Instant at) {
  times_.connected = times_.secured = at;
  auto stream = winner.take_stream();
  peer_ = winner.peer();
  tries_.clear();
  addresses_ = {};
  if (endpoint_.secure) {
    secure(std::move(stream));
  } else {
    hand_over(std::move(stream), std::nullopt);
  }
}

void DialAttempt::secure(std::unique_ptr<Stream> stream) {
  stage_ = Stage::securing;
  timer_.arm(times_.started + setup_.options.timeout);
  tls_.begin(setup_, endpoint_, std::move(stream));
}

void DialAttempt::on_server_certificates(ServerCertificates certificates) {
  handler_.on_certificates(std::move(certificates));
}

void DialAttempt::on_secured(std::unique_ptr<TlsStream> stream, Instant at) {
  times_.secured = at;
  auto agreed = stream->agreement();
  hand_over(std::move(stream), std::move(agreed));
}

void DialAttempt::on_not_secured(const Error& error) {
  timer_.cancel();
  const Error named{error.code, fmt::format("connect {}: {}", name_of(endpoint_), error.message)};
  handler_.on_dial_failed(named);
}

void DialAttempt::hand_over(std::unique_ptr<Stream> stream, std::optional<TlsAgreement> tls) {
  timer_.cancel();
  handler_.on_dialed(
      {.stream = std::move(stream), .peer = peer_, .times = times_, .tls = std::move(tls)});
}

void DialAttempt::failed(Try& loser, const Error& error) {
  remember(error);
  tries_.remove_if([&](const Try& candidate) { return &candidate == &loser; });
  if (try_next() || !tries_.empty()) {
    return arm_timer();
  }
  timer_.cancel();
  handler_.on_dial_failed(outcome_of_all());
}

void DialAttempt::remember(const Error& error) {
  if (!error_ || !tells_little(error)) {
    error_ = error;
  }
}

// For what goes wrong inside dial(), which must not call its caller back.
void DialAttempt::fail_later(Error error) {
  error_ = std::move(error);
  timer_.arm(setup_.loop.now());
}

Error DialAttempt::outcome_of_all() const {
  Error error = *error_;
  if (addresses_.size() > 1) {
    error.message += fmt::format("; all {} addresses of {} failed", addresses_.size(), route_.host);
  }
  return error;
}

Error DialAttempt::timed_out() const {
  const std::string limit = format_duration(setup_.options.timeout);
  if (stage_ == Stage::resolving) {
    return {ErrorCode::dns_timeout,
            fmt::format("resolve {}: no answer within {}", route_.host, limit)};
  }
  if (stage_ == Stage::securing) {
    return {ErrorCode::tls_timeout, fmt::format("connect {}: no end of the TLS handshake within {}",
                                                name_of(endpoint_), limit)};
  }
  if (addresses_.size() > 1) {
    return {ErrorCode::tcp_timeout,
            fmt::format("connect {}: no answer within {} from any of {} addresses",
                        host_and_port(route_.host, route_.port), limit, next_address_)};
  }
  return {ErrorCode::tcp_timeout,
          fmt::format("connect {}: no answer within {}", addresses_.front().to_string(), limit)};
}

void DialAttempt::Try::connect(const SocketOptions& options) {
  stream_ = dial_.setup_.loop.connect(peer_, options, *this);
}

void DialAttempt::Try::on_data(std::span<std::byte> /*bytes*/, Instant /*received*/) {
  check(false, "bytes on a connection that was not reported as connected");
}

void DialAttempt::Try::on_eof() {
  check(false, "the end of a connection that was not reported as connected");
}

}  // namespace wskit::net
