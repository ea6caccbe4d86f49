// SPDX-License-Identifier: MIT
#pragma once

#include <list>
#include <memory>
#include <optional>
#include <vector>

#include "net/dial_route.h"
#include "net/dialer.h"
#include "net/timer.h"
#include "net/tls_context.h"
#include "net/tls_step.h"

namespace wskit::net {

/// What all dials of a dialer share.
struct DialSetup {
  Loop& loop;
  Resolver& resolver;
  DialOptions options;
  DialOverrides overrides;
  SourceRotation sources;
  /// Made when first needed; shared with the streams, which may outlive the dialer.
  std::shared_ptr<TlsContext> tls{};
};

/// AF_UNSPEC, AF_INET or AF_INET6.
[[nodiscard]] int system_family(Family family);

/// "host:port" or the path of the socket, for messages.
[[nodiscard]] std::string name_of(const Endpoint& endpoint);

/// One dial: looks the name up, tries its addresses with a head start for each over the next, takes
/// the first that connects, and shakes hands on it if TLS is asked for.
class DialAttempt final : public Dial, private TimerHandler, private TlsStep::Owner {
 public:
  /// The time that it has counts from `started`.
  DialAttempt(DialSetup& setup, Endpoint endpoint, DialHandler& handler, Instant started);

 private:
  enum class Stage : std::uint8_t { resolving, connecting, securing };

  /// One address.
  class Try final : public StreamHandler {
   public:
    Try(DialAttempt& dial, const SocketAddress& peer) : dial_(dial), peer_(peer) {}
    void connect(const SocketOptions& options);
    [[nodiscard]] const SocketAddress& peer() const { return peer_; }
    [[nodiscard]] std::unique_ptr<Stream> take_stream() { return std::move(stream_); }

    void on_connect(Instant at) override { dial_.connected(*this, at); }
    void on_data(std::span<std::byte> bytes, Instant received) override;
    void on_eof() override;
    void on_error(const Error& error) override { dial_.failed(*this, error); }

   private:
    DialAttempt& dial_;
    SocketAddress peer_;
    std::unique_ptr<Stream> stream_;
  };

  void on_timer(Instant now) override;

  void find_addresses();
  void resolved(const Expected<std::vector<SocketAddress>>& addresses);
  /// The host is a literal address of a family other than the one asked for.
  [[nodiscard]] std::optional<Error> family_clash(int wanted) const;
  void use(std::vector<SocketAddress> addresses);
  /// Begins with the next address that has a source; false when there is none left.
  bool try_next();
  void arm_timer();
  void connected(Try& winner, Instant at);
  void failed(Try& loser, const Error& error);
  void secure(std::unique_ptr<Stream> stream);
  void on_server_certificates(ServerCertificates certificates) override;
  void on_secured(std::unique_ptr<TlsStream> stream, Instant at) override;
  void on_not_secured(const Error& error) override;
  void hand_over(std::unique_ptr<Stream> stream, std::optional<TlsAgreement> tls);
  void remember(const Error& error);
  void fail_later(Error error);
  [[nodiscard]] Error outcome_of_all() const;
  [[nodiscard]] Error timed_out() const;

  DialSetup& setup_;
  DialHandler& handler_;
  const Endpoint endpoint_;
  Stage stage_ = Stage::resolving;
  Timer timer_;
  DialTimes times_;
  std::unique_ptr<Resolution> resolution_;
  DialRoute route_;
  std::vector<SocketAddress> addresses_;
  std::size_t next_address_ = 0;
  Instant last_try_;
  std::list<Try> tries_;
  SocketAddress peer_;
  TlsStep tls_{*this};
  std::optional<Error> error_;
};

}  // namespace wskit::net
