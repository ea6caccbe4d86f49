// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "net/dial_attempt.h"
#include "net/dialer.h"
#include "net/proxy.h"
#include "net/timer.h"
#include "net/tls_step.h"
#include "wire/tunnel.h"

namespace wskit::net {

/// What a dial through a proxy works with; all of it outlives the dial.
struct ProxyPath {
  const ProxyServer& server;
  DialSetup& target;
  /// For the connection to the proxy itself.
  DialSetup& proxy;
};

/// One dial through a proxy: connects to it, with TLS if it is an https proxy, asks for a tunnel,
/// and shakes hands through that if the target is secure. Failures that are the proxy's have
/// ErrorCode::proxy, but for time limits and an untrusted certificate.
class ProxyDial final : public Dial,
                        private DialHandler,
                        private StreamHandler,
                        private TimerHandler,
                        private TlsStep::Owner {
 public:
  ProxyDial(const ProxyPath& path, Endpoint endpoint, DialHandler& handler);

 private:
  enum class Stage : std::uint8_t { resolving, reaching, tunnelling, securing };

  void on_timer(Instant now) override;
  void on_dialed(Dialed dialed) override;
  void on_dial_failed(const Error& error) override;
  void on_data(std::span<std::byte> bytes, Instant received) override;
  void on_eof() override;
  void on_error(const Error& error) override;
  void on_server_certificates(ServerCertificates certificates) override;
  void on_secured(std::unique_ptr<TlsStream> stream, Instant at) override;
  void on_not_secured(const Error& error) override;

  void resolve_target(const DialRoute& route);
  void resolved(const Expected<std::vector<SocketAddress>>& addresses);
  void reach(wire::TunnelTarget target);
  void tunnelled(Instant at);
  void hand_over(std::unique_ptr<Stream> stream, std::optional<TlsAgreement> tls);
  void fail(Error error);
  /// Whatever stage it is in, it goes no further.
  void stop();
  [[nodiscard]] Error of_proxy(ErrorCode code, std::string_view message) const;
  [[nodiscard]] Error timed_out() const;

  ProxyPath path_;
  DialHandler& handler_;
  const Endpoint endpoint_;
  Stage stage_ = Stage::reaching;
  Timer timer_;
  DialTimes times_;
  std::unique_ptr<Resolution> resolution_;
  std::unique_ptr<Dial> reaching_;
  std::unique_ptr<wire::Tunnel> tunnel_;
  std::unique_ptr<Stream> stream_;
  SocketAddress peer_;
  TlsStep tls_{*this};
};

}  // namespace wskit::net
