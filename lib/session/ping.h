// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "core/clock.h"
#include "core/error.h"
#include "net/loop.h"
#include "net/timer.h"
#include "stats/ping_result.h"
#include "ws/client.h"
#include "ws/connection.h"
#include "ws/handler.h"

namespace wskit::session {

struct PingOptions {
  /// Where the client goes, as the result is to have it.
  std::string url;
  /// Pings to send; with 0 the connection is opened and closed.
  std::uint64_t count = 5;
  /// From one ping to the next, at least 1 ms; the first is sent at once, and none while another is
  /// out: a server need not answer both (RFC 6455 5.5.3).
  Nanoseconds interval = std::chrono::seconds(1);
  /// A ping without a pong for so long is lost.
  Nanoseconds timeout = std::chrono::seconds(5);
};

/// What a person watching wants to know, as it happens. Pings are numbered from 1.
class PingObserver {
 public:
  /// `so_far` has everything about the opening.
  virtual void on_open(const stats::PingResult& so_far) = 0;
  virtual void on_round_trip(std::uint64_t number, Nanoseconds time) = 0;
  virtual void on_lost(std::uint64_t number) = 0;
  /// The last call; Ping::result() is complete. An orderly close by the server before its time is
  /// ErrorCode::unmet.
  virtual void on_end() = 0;

 protected:
  ~PingObserver() = default;
};

/// Opens one WebSocket, measures the steps of it and then the round trips of Ping and Pong frames
/// (RFC 6455 5.5.2), and closes. A round trip is from offering the ping to the kernel until the
/// pong was taken off the socket. Messages and pongs that answer nothing are ignored; a pong counts
/// by its payload, which is random for each connection. All on the loop's thread.
class Ping final : ws::FrameHandler, net::TimerHandler {
 public:
  Ping(net::Loop& loop, ws::Client& client, const PingOptions& options, PingObserver& observer);

  void start();
  /// Ends before its time, in order. What is out is neither answered nor lost.
  void stop();

  [[nodiscard]] const stats::PingResult& result() const { return result_; }

 private:
  static constexpr std::size_t kNonceBytes = 8;
  using Payload = std::array<std::byte, kNonceBytes + sizeof(std::uint64_t)>;

  struct Probe {
    Payload payload;
    Instant sent;
    bool offered = false;
  };
  enum class State : std::uint8_t { idle, opening, open, closing, ended };

  void on_open(const ws::Opened& opened) override;
  void on_data(const wire::FrameEvent& /*event*/, Instant /*received*/) override {}
  void on_pong(std::span<const std::byte> payload, Instant received) override;
  void on_offer(Instant at) override;
  void on_close(const ws::Closed& closed) override;
  void on_error(const ws::Failure& failure) override;
  void on_timer(Instant now) override;

  void send_due(Instant now);
  void lose();
  /// Waits for what is next, or closes when nothing is.
  void go_on();
  void close();
  void end();
  /// Of the latest ping.
  [[nodiscard]] std::uint64_t number() const { return result_.round_trips.sent_count(); }
  [[nodiscard]] Payload payload_of(std::uint64_t number) const;

  net::Loop& loop_;
  ws::Client& client_;
  PingOptions options_;
  PingObserver& observer_;
  net::Timer timer_;
  std::unique_ptr<ws::Connection> connection_;
  stats::PingResult result_;
  State state_ = State::idle;
  Instant next_;
  std::optional<Probe> out_;
  std::array<std::byte, kNonceBytes> nonce_{};
};

}  // namespace wskit::session
