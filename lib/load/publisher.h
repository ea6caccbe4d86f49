// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/clock.h"
#include "core/error.h"
#include "load/deliveries.h"
#include "load/fanout_topic.h"
#include "load/ledger.h"
#include "load/participant.h"
#include "net/timer.h"
#include "ws/connection.h"
#include "ws/handler.h"

namespace wskit::load {

class Worker;

/// A connection that publishes to one topic: when told (open model) or when all subscribers have
/// had an earlier message (closed model). It accounts for each message and for each delivery of it,
/// whatever becomes of the connections; what comes to the publisher itself is not looked at.
class Publisher final : public Participant, ws::Handler, net::TimerHandler {
 public:
  Publisher(Worker& worker, FanoutTopic& topic, std::uint32_t number);

  void connect() override;
  [[nodiscard]] bool is_open() const { return connection_ != nullptr && connection_->is_open(); }
  [[nodiscard]] const FanoutTopic& topic() const { return topic_; }

  /// A message became due (open model).
  void take_up(Instant scheduled, Instant taken, bool measured);
  /// Publishes until the window is full (closed model).
  void fill_window(Instant now) override;
  /// A subscriber of the topic has received one of the messages.
  void arrived(const Deliveries::Arrived& arrived);
  /// A subscriber's connection ended.
  void left(std::uint32_t subscriber, Instant now);

  /// Publishes nothing more. What it had left of the plan's limit.
  std::uint64_t forgo();

  [[nodiscard]] std::uint64_t quota_left() const override { return quota_left_; }
  [[nodiscard]] std::size_t unresolved() const override { return ledger_.unresolved(); }
  [[nodiscard]] std::size_t in_flight() const override { return ledger_.in_flight(); }
  void close() override;
  void give_up_waiting(ErrorCode cause) override;
  void abandon(ErrorCode cause) override;

 private:
  void on_open(const ws::Opened& opened) override;
  void on_message(ws::MessageType type, std::span<const std::byte> payload,
                  ws::Received received) override;
  void on_offer(Instant at) override;
  void on_flushed(std::size_t bytes) override;
  void on_drain() override { unblock(); }
  void on_close(const ws::Closed& closed) override;
  void on_error(const ws::Failure& failure) override;
  void on_timer(Instant now) override;

  void drop_first_waiting();
  void send_waiting();
  /// False when there is no room for more.
  bool send_first_waiting(std::uint64_t sequence);
  void unsent(Instant scheduled, bool measured, ErrorCode cause);
  void unblock();
  void count_stray(const Deliveries::Arrived& arrived, Deliveries::Verdict verdict);
  /// Nobody is waited for any more.
  void settle(std::uint64_t sequence, Instant now);
  void settle_unawaited(Instant now);
  void expire(const Ledger::Entry& entry, std::uint64_t sequence, Instant now);
  void down(const Error& cause);

  Worker& worker_;
  FanoutTopic& topic_;
  std::unique_ptr<ws::Connection> connection_;
  Ledger ledger_;
  Deliveries deliveries_;
  net::Timer expiry_;
  /// S of the latest message taken up: the distance between two is what --late drop goes by.
  Instant last_scheduled_ = Instant::min();
  std::uint64_t quota_left_;
  std::uint32_t number_;
  /// Why there is no connection.
  ErrorCode cause_ = ErrorCode::internal;
  bool opened_ = false;
  /// As in Session: what is taken up while the kernel takes nothing waits here.
  bool blocked_ = false;
  std::size_t offered_bytes_ = 0;
};

}  // namespace wskit::load
