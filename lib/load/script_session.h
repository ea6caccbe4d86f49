// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "core/clock.h"
#include "core/error.h"
#include "load/ledger.h"
#include "load/participant.h"
#include "net/timer.h"
#include "script/player.h"
#include "session/message_handler.h"
#include "stats/script_result.h"
#include "ws/connection.h"
#include "ws/handler.h"

namespace wskit::load {

class Worker;

/// One connection of a load test that plays a script in a loop, each iteration after the other on
/// the same connection. Where the script closed it, or the iteration failed, the next one begins on
/// a fresh connection, after a failure with a pause.
class ScriptSession final : public Participant,
                            session::MessageHandler,
                            net::TimerHandler,
                            script::Stage {
 public:
  ScriptSession(Worker& worker, std::uint32_t number);

  void connect() override;
  void fill_window(Instant now) override;
  [[nodiscard]] std::uint64_t quota_left() const override { return quota_left_; }
  [[nodiscard]] std::size_t unresolved() const override { return iteration_ ? 1 : 0; }
  [[nodiscard]] std::size_t in_flight() const override { return 0; }
  void close() override;
  void give_up_waiting(ErrorCode /*cause*/) override {}
  void abandon(ErrorCode cause) override;

 private:
  void on_open(const ws::Opened& opened) override;
  void on_received(const script::MessageView& message, Instant at) override;
  void on_drain() override;
  void on_close(const ws::Closed& closed) override;
  void on_error(const ws::Failure& failure) override;
  void on_timer(Instant now) override;

  void open(script::ClientIndex client, const script::OpenRequest& request) override;
  Expected<script::Room> send(script::ClientIndex client,
                              const script::MessageView& message) override;
  Expected<void> send_raw(script::ClientIndex client, std::string_view bytes) override;
  void drop(script::ClientIndex client) override;
  void request(const script::PlayedHttpRequest& request) override;
  void step_played(std::uint16_t name, Nanoseconds duration) override;

  [[nodiscard]] bool is_open() const { return connection_ != nullptr && connection_->is_open(); }
  void begin(Instant now);
  /// After each event of the player's: what it waits for, or the end of the iteration.
  void go_on(Instant now);
  void finish(Instant now);
  void fail(const script::Failure& failure, const Ledger::Entry& entry, Instant now);
  /// The one that the player is in.
  [[nodiscard]] stats::StepResult& step();
  /// Begins the next iteration, or sees to a connection for it.
  void next(bool after_pause, Instant now);
  void ended(script::Ending ending, const Error& cause);
  void drop_connection();

  Worker& worker_;
  std::unique_ptr<ws::Connection> connection_;
  script::PlayerOptions options_;
  script::Player player_;
  net::Timer timer_;
  /// The one under way.
  std::optional<Ledger::Entry> iteration_;
  std::uint64_t quota_left_;
  std::uint64_t played_ = 0;
  std::uint32_t number_;
  /// Why the connection ended in this iteration, if it was not wanted.
  std::optional<ErrorCode> loss_;
  bool opened_ = false;
  /// The player asked for its connection.
  bool asked_ = false;
  bool starting_ = false;
};

}  // namespace wskit::load
