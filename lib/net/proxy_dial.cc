// SPDX-License-Identifier: MIT
#include "net/proxy_dial.h"

#include <utility>

#include <fmt/format.h>

#include "core/bytes.h"
#include "core/parse.h"

namespace wskit::net {
namespace {

std::unique_ptr<wire::Tunnel> make_tunnel(const ProxyServer& server, wire::TunnelTarget target) {
  const bool http = server.kind == ProxyKind::http || server.kind == ProxyKind::https;
  return http ? wire::http_tunnel(std::move(target), server.credentials)
              : wire::socks5_tunnel(std::move(target), server.credentials);
}

/// Without the port, as the resolver would be asked for it.
std::string numeric_host(const SocketAddress& address) {
  const std::string text = address.to_string();
  const std::string host = text.substr(0, text.rfind(':'));
  return host.starts_with('[') ? host.substr(1, host.size() - 2) : host;
}

/// What says more about this machine, its user or their patience than about the proxy stays.
bool keeps_its_code(ErrorCode code) {
  switch (code) {
    case ErrorCode::dns_timeout:
    case ErrorCode::tcp_timeout:
    case ErrorCode::tls_timeout:
    case ErrorCode::tls_certificate:
    case ErrorCode::usage:
    case ErrorCode::unreadable_file:
    case ErrorCode::local_emfile:
    case ErrorCode::local_eaddrnotavail:
    case ErrorCode::local_enobufs:
    case ErrorCode::local_limit:
      return true;
    default:
      return false;
  }
}

/// What is advised for a server's certificate has options of its own for a proxy's.
std::string with_proxy_options(std::string message) {
  for (const std::string_view option : {"--cacert", "--insecure"}) {
    const std::size_t at = message.find(option);
    if (at != std::string::npos) {
      message.insert(at + 2, "proxy-");
    }
  }
  return message;
}

}  // namespace

ProxyDial::ProxyDial(const ProxyPath& path, Endpoint endpoint, DialHandler& handler)
    : path_(path),
      handler_(handler),
      endpoint_(std::move(endpoint)),
      timer_(path.target.loop.timers(), *this) {
  const Instant now = path_.target.loop.now();
  times_ = {now, now, now, now};
  const DialRoute route = path_.target.overrides.route(endpoint_);
  if (path_.server.kind == ProxyKind::socks5) {
    resolve_target(route);
  } else {
    reach({route.host, route.port});
  }
}

void ProxyDial::resolve_target(const DialRoute& route) {
  if (route.addresses) {
    return reach({numeric_host(route.addresses->front()), route.port});
  }
  const HostQuery query{
      .host = route.host, .port = route.port, .family = system_family(path_.target.options.family)};
  if (const auto known = path_.target.resolver.known(query, times_.started);
      known && !known->empty()) {
    return reach({numeric_host(known->front()), route.port});
  }
  stage_ = Stage::resolving;
  resolution_ = path_.target.resolver.resolve(
      path_.target.loop, query,
      [this](const Expected<std::vector<SocketAddress>>& addresses) { resolved(addresses); });
  timer_.arm(times_.started + path_.target.options.timeout);
}

void ProxyDial::resolved(const Expected<std::vector<SocketAddress>>& addresses) {
  if (!addresses) {
    return fail(addresses.error());
  }
  timer_.cancel();
  const SocketAddress& first = addresses->front();
  reach({numeric_host(first), first.port()});
}

void ProxyDial::reach(wire::TunnelTarget target) {
  stage_ = Stage::reaching;
  tunnel_ = make_tunnel(path_.server, std::move(target));
  const Endpoint proxy{.host = path_.server.host,
                       .port = path_.server.port,
                       .secure = path_.server.kind == ProxyKind::https};
  reaching_ = std::make_unique<DialAttempt>(path_.proxy, proxy, static_cast<DialHandler&>(*this),
                                            times_.started);
}

void ProxyDial::on_dialed(Dialed dialed) {
  reaching_.reset();
  times_.resolved = dialed.times.resolved;
  peer_ = dialed.peer;
  stream_ = std::move(dialed.stream);
  stream_->set_handler(*this);
  stage_ = Stage::tunnelling;
  timer_.arm(times_.started + path_.target.options.timeout);
  stream_->write(as_bytes(tunnel_->greeting()));
}

void ProxyDial::on_dial_failed(const Error& error) {
  const bool certificate = error.code == ErrorCode::tls_certificate;
  fail(of_proxy(error.code, certificate ? with_proxy_options(error.message)
                                        : error.message + "; --noproxy goes around it"));
}

void ProxyDial::on_data(std::span<std::byte> bytes, Instant received) {
  const auto answer = tunnel_->feed(as_text(bytes));
  if (!answer) {
    return fail(of_proxy(ErrorCode::proxy, answer.error().message));
  }
  stream_->write(as_bytes(*answer));
  if (tunnel_->complete()) {
    tunnelled(received);
  }
}

void ProxyDial::on_eof() {
  fail(of_proxy(
      ErrorCode::proxy,
      fmt::format("it closed the connection before the tunnel to {} stood", name_of(endpoint_))));
}

void ProxyDial::on_error(const Error& error) {
  fail(of_proxy(ErrorCode::proxy,
                fmt::format("the connection broke before the tunnel to {} stood: {}",
                            name_of(endpoint_), error.message)));
}

void ProxyDial::tunnelled(Instant at) {
  times_.connected = times_.secured = at;
  tunnel_.reset();
  if (!endpoint_.secure) {
    return hand_over(std::move(stream_), std::nullopt);
  }
  stage_ = Stage::securing;
  tls_.begin(path_.target, endpoint_, std::move(stream_));
}

void ProxyDial::on_server_certificates(ServerCertificates certificates) {
  handler_.on_certificates(std::move(certificates));
}

void ProxyDial::on_secured(std::unique_ptr<TlsStream> stream, Instant at) {
  times_.secured = at;
  auto agreed = stream->agreement();
  hand_over(std::move(stream), std::move(agreed));
}

void ProxyDial::on_not_secured(const Error& error) {
  fail({error.code, fmt::format("connect {} through {}: {}", name_of(endpoint_),
                                path_.server.display(), error.message)});
}

void ProxyDial::on_timer(Instant /*now*/) {
  fail(timed_out());
}

void ProxyDial::hand_over(std::unique_ptr<Stream> stream, std::optional<TlsAgreement> tls) {
  timer_.cancel();
  handler_.on_dialed({.stream = std::move(stream),
                      .peer = peer_,
                      .proxy = path_.server.display(),
                      .times = times_,
                      .tls = std::move(tls)});
}

void ProxyDial::fail(Error error) {
  stop();
  handler_.on_dial_failed(error);
}

void ProxyDial::stop() {
  timer_.cancel();
  resolution_.reset();
  stream_.reset();
  tls_.cancel();
}

Error ProxyDial::of_proxy(ErrorCode code, std::string_view message) const {
  return {keeps_its_code(code) ? code : ErrorCode::proxy,
          fmt::format("proxy {}: {}", path_.server.display(), message)};
}

Error ProxyDial::timed_out() const {
  const std::string limit = format_duration(path_.target.options.timeout);
  switch (stage_) {
    case Stage::resolving:
      return {ErrorCode::dns_timeout,
              fmt::format("resolve {}: no answer within {}", endpoint_.host, limit)};
    case Stage::securing:
      return {ErrorCode::tls_timeout,
              fmt::format("connect {} through {}: no end of the TLS handshake within {}",
                          name_of(endpoint_), path_.server.display(), limit)};
    default:
      return of_proxy(ErrorCode::tcp_timeout,
                      fmt::format("no tunnel to {} within {}", name_of(endpoint_), limit));
  }
}

}  // namespace wskit::net
