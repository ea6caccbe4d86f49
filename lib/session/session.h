// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/error.h"
#include "net/loop.h"
#include "net/member_timer.h"
#include "script/message.h"
#include "session/backoff.h"
#include "session/connection_end.h"
#include "session/message_handler.h"
#include "session/options.h"
#include "wire/close_code.h"
#include "ws/client.h"
#include "ws/connection.h"
#include "ws/handler.h"

namespace wskit::session {

/// What a session tells its owner, on the loop's thread, never inside a call of the owner's (but
/// for on_sent).
class SessionHandler {
 public:
  /// A connection is open; the init messages come next.
  virtual void on_open(const ws::Opened& opened) = 0;
  /// The init messages were sent: everything else may be.
  virtual void on_ready() = 0;
  /// Data of the peer's, or its Ping (answered) or Pong; `payload` dies when the callback returns.
  virtual void on_received(const script::MessageView& message, Instant at) = 0;
  /// The session itself sent an init message, a heartbeat or a Ping.
  virtual void on_sent(const script::MessageView& message, Instant at) = 0;
  /// After send() returned Backpressure.
  virtual void on_drain() = 0;
  /// The connection is gone and will be made again after `wait`.
  virtual void on_lost(const ConnectionEnd& end, Nanoseconds wait) = 0;
  /// The last callback; the session may be destroyed here.
  virtual void on_end(const ConnectionEnd& end) = 0;

 protected:
  ~SessionHandler() = default;
};

/// One conversation with a server: a connection that is kept alive with Pings and heartbeats, found
/// dead when nothing comes back, and made again when it is lost.
class Session final : MessageHandler {
 public:
  Session(ws::Client& client, net::Loop& loop, const SessionOptions& options,
          SessionHandler& handler);

  void start();

  /// Whether messages are taken: not any more when the peer's Close has come.
  [[nodiscard]] bool is_open() const;
  /// Text, binary or a Ping; a Pong is refused (Dropped), and so is everything while not open.
  ws::SendResult send(const script::MessageView& message);
  /// A Ping whose round trip is measured; at most 125 bytes.
  ws::SendResult ping_now(std::string_view payload);
  /// Starts the close handshake; there is no reconnection after it. When not open, the session ends
  /// in the next turn. Fails with ErrorCode::usage for a code or reason that must not be sent.
  Expected<void> close(wire::CloseCode code, std::string_view reason);
  /// Ends the TCP connection without a Close frame once the kernel has taken all that was sent:
  /// the end is ErrorCode::closed_local.
  void drop_when_sent();
  /// Ends the TCP connection at once; the end is ErrorCode::closed_local.
  void drop();
  /// Drops the connection and makes a new one, at once.
  void reconnect();
  /// As ws::Connection's; a peer that we do not listen to is not found dead.
  void pause();
  void resume();

  /// From a Ping that was answered to its Pong.
  [[nodiscard]] std::optional<Nanoseconds> round_trip() const { return round_trip_; }
  [[nodiscard]] std::size_t unsent() const;

 private:
  void on_open(const ws::Opened& opened) override;
  void on_received(const script::MessageView& message, Instant at) override;
  void on_read_end(Instant received) override { heard_at_ = received; }
  void on_drain() override { handler_.on_drain(); }
  void on_flushed(std::size_t bytes) override;
  void on_close(const ws::Closed& closed) override;
  void on_error(const ws::Failure& failure) override;

  void connect(Instant now);
  void stop_beating();
  void ping(Instant now);
  void beat(Instant now);
  void give_up(Instant now);
  void connection_over(ConnectionEnd end);
  void send_own(const script::MessageView& message);

  ws::Client& client_;
  net::Loop& loop_;
  const SessionOptions& options_;
  SessionHandler& handler_;
  Backoff backoff_;
  std::unique_ptr<ws::Connection> connection_;
  net::MemberTimer<Session> reconnect_timer_;
  net::MemberTimer<Session> ping_timer_;
  net::MemberTimer<Session> pong_timer_;
  net::MemberTimer<Session> heartbeat_timer_;
  Instant opened_at_{};
  Instant heard_at_{};
  /// The last Ping whose Pong is awaited.
  Instant pinged_at_{};
  std::string pinged_;
  std::uint64_t pings_ = 0;
  std::optional<Nanoseconds> round_trip_;
  bool open_ = false;
  bool closing_ = false;
  bool dropping_ = false;
  bool paused_ = false;
};

}  // namespace wskit::session
