// SPDX-License-Identifier: MIT
#pragma once

#include <list>
#include <memory>
#include <optional>
#include <vector>

#include "net/dial_route.h"
#include "net/dialer.h"
#include "net/timer.h"

namespace wskit::net {

/// What all dials of a dialer share.
struct DialSetup {
  Loop& loop;
  Resolver& resolver;
  DialOptions options;
  DialOverrides overrides;
  SourceRotation sources;
};

/// One dial: looks the name up, tries its addresses with a head start for each over the next, takes
/// the first that connects.
class DialAttempt final : public Dial, private TimerHandler {
 public:
  DialAttempt(DialSetup& setup, const Endpoint& endpoint, DialHandler& handler);

 private:
  enum class Stage : std::uint8_t { resolving, connecting };

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
  void use(std::vector<SocketAddress> addresses);
  /// Begins with the next address that has a source; false when there is none left.
  bool try_next();
  void arm_timer();
  void connected(Try& winner, Instant at);
  void failed(Try& loser, const Error& error);
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
  std::optional<Error> error_;
};

}  // namespace wskit::net
