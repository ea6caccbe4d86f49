// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/clock.h"
#include "core/error.h"
#include "load/ledger.h"
#include "load/participant.h"
#include "net/timer.h"
#include "ws/connection.h"
#include "ws/handler.h"

namespace wskit::load {

class Worker;

/// One connection of a load test and its messages: sends when told (open model) or when a reply
/// makes room in the window (closed model), finds the message of every reply, and accounts for
/// each of them whatever becomes of the connection.
class Session final : public Participant, ws::Handler, net::TimerHandler {
 public:
  Session(Worker& worker, std::uint32_t number);

  void connect() override;
  [[nodiscard]] bool is_open() const { return connection_ != nullptr && connection_->is_open(); }
  /// No connection, and none under way.
  [[nodiscard]] bool is_down() const { return connection_ == nullptr; }

  /// A message became due (open model).
  void take_up(Instant scheduled, Instant taken, bool measured);
  /// Sends until the window is full (closed model).
  void fill_window(Instant now) override;

  [[nodiscard]] std::uint32_t number() const { return number_; }
  /// Measured messages that may still be started: this connection's share of the plan's limit.
  [[nodiscard]] std::uint64_t quota_left() const override { return quota_left_; }
  [[nodiscard]] std::size_t unresolved() const override { return ledger_.unresolved(); }
  [[nodiscard]] std::size_t in_flight() const override { return ledger_.in_flight(); }

  /// Starts the close handshake.
  void close() override;
  /// What is not in the send queue yet will not be sent.
  void give_up_waiting(ErrorCode cause) override;
  /// Ends the connection at once; what is outstanding is accounted for.
  void abandon(ErrorCode cause) override;

 private:
  void on_open(const ws::Opened& opened) override;
  void on_message(ws::MessageType type, std::span<const std::byte> payload,
                  ws::Received received) override;
  void on_small_messages(ws::SmallMessages& messages, Instant received) override;
  void on_read_end(Instant received) override;
  void on_offer(Instant at) override;
  void on_flushed(std::size_t bytes) override;
  void on_drain() override { unblock(); }
  void on_close(const ws::Closed& closed) override;
  void on_error(const ws::Failure& failure) override;
  void on_timer(Instant now) override;

  void read_reply(ws::MessageType type, std::span<const std::byte> payload, Instant received);
  /// Starts up to `most` messages at once, and says how many. The rest is for send_first_waiting().
  std::uint64_t send_row(Instant now, bool measured, std::uint64_t most);
  void send_waiting();
  /// False when there is no room for more.
  bool send_first_waiting(ws::MessageType type, std::uint64_t sequence);
  void resolved(Instant now);
  void count_stray(Ledger::Verdict verdict, Instant received);
  void unblock();
  void drop_superseded();
  void down(const Error& cause);

  Worker& worker_;
  std::unique_ptr<ws::Connection> connection_;
  Ledger ledger_;
  net::Timer expiry_;
  /// S of the latest message taken up: the distance between two is what --late drop goes by.
  Instant last_scheduled_ = Instant::min();
  std::uint64_t quota_left_;
  std::uint32_t number_;
  /// Why there is no connection.
  ErrorCode cause_ = ErrorCode::internal;
  bool opened_ = false;
  /// The kernel did not take all that it was offered: what is taken up meanwhile waits here, not in
  /// the send queue, so that its W is when there was room for it.
  bool blocked_ = false;
  /// Bytes that were offered to the kernel and not taken yet.
  std::size_t offered_bytes_ = 0;
};

}  // namespace wskit::load
