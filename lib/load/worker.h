// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "core/clock.h"
#include "core/error.h"
#include "load/connect_queue.h"
#include "load/echo_matcher.h"
#include "load/fanout.h"
#include "load/matcher.h"
#include "load/pacer.h"
#include "load/participant.h"
#include "load/plan.h"
#include "load/script_session.h"
#include "load/session.h"
#include "load/tally.h"
#include "net/dialer.h"
#include "net/loop.h"
#include "net/member_timer.h"
#include "ws/client.h"

namespace wskit::load {

class Worker;

/// Called on the worker's thread.
class WorkerObserver {
 public:
  /// Every connection has opened or failed: the worker waits for start().
  virtual void on_connected(Worker& worker) = 0;
  /// Everything is accounted for and closed; the last call.
  virtual void on_finished(Worker& worker) = 0;

 protected:
  ~WorkerObserver() = default;
};

/// One thread's share of a load test on one loop, through the phases connect, warm-up, measure,
/// drain and close (MEASURES, "Phases"). All of it runs on the loop's thread.
class Worker final : PacerTarget {
 public:
  struct Setup {
    const Plan& plan;
    Slice slice;
    ws::Client& client;
    net::Loop& loop;
    /// For what is not WebSocket: the client's own, and the time that an opening may take.
    net::Dialer& dialer;
    Nanoseconds open_timeout;
    std::unique_ptr<Matcher> matcher;
    WorkerObserver& observer;
  };

  explicit Worker(Setup setup);
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker();

  /// Opens the connections.
  void connect();
  /// The measure phase begins at `start`, the warm-up before it; `start` - warmup should lie a
  /// little in the future.
  void start(Instant start);
  /// Ends the measure phase now, in order: what is out is waited for, and everything is reported.
  void interrupt();

  [[nodiscard]] const Tally& tally() const { return tally_; }
  [[nodiscard]] std::size_t open_connections() const { return open_; }
  /// The first failure to connect, for the message when nothing could be opened.
  [[nodiscard]] const std::optional<Error>& first_failure() const { return first_failure_; }
  /// The first failure of an open connection.
  [[nodiscard]] const std::optional<Error>& first_loss() const { return first_loss_; }
  /// When the measure phase ended, no topic had both who publishes and who receives.
  [[nodiscard]] bool deserted() const { return deserted_; }
  /// Where the measure phase ended.
  [[nodiscard]] Instant measure_end() const { return end_; }
  /// Share of the measure phase that the loop was not waiting in.
  [[nodiscard]] double busy() const { return busy_; }

  /// For the sessions.
  [[nodiscard]] const Plan& plan() const { return plan_; }
  /// This thread's own; only with a plan that has one.
  [[nodiscard]] const script::Script& script() const { return *script_; }
  [[nodiscard]] net::Loop& loop() { return loop_; }
  [[nodiscard]] ws::Client& client() { return client_; }
  [[nodiscard]] net::Dialer& dialer() { return dialer_; }
  [[nodiscard]] Nanoseconds open_timeout() const { return open_timeout_; }
  /// Bytes of HTTP, to be added to.
  [[nodiscard]] ws::Traffic& http_traffic() { return http_traffic_; }
  [[nodiscard]] Matcher& matcher() { return *matcher_; }
  /// The matcher, if it is of this kind: nearly always, and then no call has to go through Matcher.
  [[nodiscard]] EchoMatcher* echo() { return echo_; }
  /// This thread's; only with a plan that has one.
  [[nodiscard]] Fanout& fanout() { return *fanout_; }
  [[nodiscard]] std::unique_ptr<ws::Connection> connect_to(const FanoutTopic& topic,
                                                           ws::FrameHandler& handler);
  [[nodiscard]] Tally& tally() { return tally_; }
  [[nodiscard]] bool is_measured(Instant at) const { return at >= start_; }
  /// Closed model: whether messages may be started now.
  [[nodiscard]] bool sends_at(Instant now) const { return phase_ == Phase::running && now < end_; }
  /// Whether any may be started now or later.
  [[nodiscard]] bool may_send_after(Instant now) const {
    return phase_ <= Phase::running && now < end_;
  }
  /// `messages` of the measure phase were started (closed model).
  void measured_messages_started(std::uint64_t messages, Instant now) {
    if (plan_.max_messages != 0) {
      quota_left_ -= messages;
      if (quota_left_ == 0) {
        end_timer_.arm(now);
      }
    }
  }
  void session_opened(Participant& session);
  void session_failed(Participant& session, const ws::Failure& failure);
  void session_down(Participant& session, const Error& cause);
  /// For those that connect again when they like: a connection ended, `cause` unless that was
  /// wanted.
  void connection_ended(const Error* cause);
  /// The same: `session` wants another connection, at once or after the pause that keeps a server
  /// that refuses from being hammered; before the start, with the start.
  void reopen(Participant& session, bool after_pause, Instant now);
  /// A message of some session was given up.
  void message_resolved(Instant now) {
    if (phase_ == Phase::draining) [[unlikely]] {
      check_drained(now);
    }
  }
  void message_answered(Instant now) {
    if (phase_ == Phase::draining) [[unlikely]] {
      last_answer_ = now;
      check_drained(now);
    }
  }

 private:
  enum class Phase : std::uint8_t { idle, connecting, ready, running, draining, closing, finished };

  void on_due(std::uint32_t slot, Instant scheduled, Instant taken) override;
  void on_schedule_end() override;

  void add_sessions();
  void begin_warmup(Instant now);
  void begin_measure(Instant now);
  void end_measure(Instant now);
  void tick(Instant now);
  void reconnect_due(Instant now);
  void lose(Participant& session, Instant now);
  void check_drained(Instant now);
  void give_up_blocked(Instant now);
  void begin_closing();
  void finish();
  void check_connected();
  void check_all_lost(Instant now);
  [[nodiscard]] bool goes_on() const;
  [[nodiscard]] bool plays_on() const;
  void forgo(std::uint64_t messages, Instant now);
  void count_traffic(Instant at);
  [[nodiscard]] ScheduleOptions warmup_schedule() const;
  [[nodiscard]] ScheduleOptions measure_schedule() const;

  const Plan& plan_;
  const script::Script* script_;
  ws::Client& client_;
  net::Loop& loop_;
  net::Dialer& dialer_;
  Nanoseconds open_timeout_;
  std::unique_ptr<Matcher> matcher_;
  EchoMatcher* echo_;
  WorkerObserver& observer_;
  std::vector<std::uint32_t> numbers_;
  Tally tally_;
  ConnectQueue connect_queue_;
  Pacer pacer_;
  net::MemberTimer<Worker> reconnect_timer_;
  net::MemberTimer<Worker> warmup_timer_;
  net::MemberTimer<Worker> measure_timer_;
  net::MemberTimer<Worker> end_timer_;
  net::MemberTimer<Worker> tick_timer_;
  net::MemberTimer<Worker> give_up_timer_;
  std::deque<Session> sessions_;
  std::deque<ScriptSession> script_sessions_;
  std::unique_ptr<Fanout> fanout_;
  /// All of either of the three.
  std::vector<Participant*> participants_;
  struct Reconnect {
    Instant due;
    Participant* session = nullptr;
  };
  std::deque<Reconnect> reconnects_;

  Phase phase_ = Phase::idle;
  Instant start_ = Instant::max();
  Instant end_ = Instant::max();
  /// Closed model, all messages of a limit sent: the window lasts to the last answer, if not to
  /// here.
  std::optional<Instant> answers_end_;
  Instant last_answer_ = Instant::min();
  std::size_t open_ = 0;
  bool schedule_ended_ = false;
  bool interrupted_ = false;
  bool deserted_ = false;
  /// Measured messages that may still be started (closed model with a limit).
  std::uint64_t quota_left_ = 0;
  /// The first session that may still have something out in the drain phase.
  std::size_t first_undrained_ = 0;
  std::optional<Error> first_failure_;
  std::optional<Error> first_loss_;
  Nanoseconds waited_at_start_{0};
  double busy_ = 0;
  ws::Traffic http_traffic_;
  ws::Traffic traffic_;  // that was counted
};

}  // namespace wskit::load
