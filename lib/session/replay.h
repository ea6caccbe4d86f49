// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "core/clock.h"
#include "core/error.h"
#include "net/loop.h"
#include "net/member_timer.h"
#include "script/mismatch.h"
#include "session/options.h"
#include "session/replay_connection.h"
#include "session/replay_source.h"
#include "stats/replay_result.h"
#include "ws/client.h"

namespace wskit::session {

/// When the next message of a recording is sent: at its time, as fast as the server takes them, or
/// when as many answers came as were recorded before it.
enum class Pace : std::uint8_t { timed, asap, reply };

struct ReplayOptions {
  Pace pace = Pace::timed;
  /// Of `timed`: twice as fast as recorded is 2. Greater than 0.
  double speed = 1;
  /// Hold what comes against what was recorded.
  bool check = false;
  script::IgnoredPlaces ignored;
  /// What was received in the recording is of no interest: nothing waits for it.
  bool only_send = false;
  /// Every message is thought to have one answer: of plain lines.
  bool one_answer_each = false;
  /// The connection to play; 0 for all of them.
  std::uint64_t connection = 0;
  /// How often the recording is played, each time over new connections; 0 for ever.
  std::uint64_t rounds = 1;
  /// How long to wait for a recorded answer where one is needed: before the next message is sent
  /// (reply), and for a check.
  Nanoseconds timeout = std::chrono::seconds(30);
  /// How long to wait for one without a check before a connection is closed.
  Nanoseconds quiet = std::chrono::seconds(1);
  /// For all of it; 0 for no limit.
  Nanoseconds max_time{0};
  SessionOptions session;
};

class ReplayWatcher {
 public:
  /// The result is complete, all connections are closed. The last callback.
  virtual void on_done() = 0;

 protected:
  ~ReplayWatcher() = default;
};

/// Plays a recording against a server: what was sent is sent again, over as many connections, with
/// one clock for all. Pongs are left out: they are answers that connections give by themselves.
class Replay final : ReplayConnectionOwner, ReplaySourceHandler {
 public:
  /// The recording from its beginning.
  using OpenSource = std::function<Expected<std::unique_ptr<ReplaySource>>()>;

  /// The client of connections that agreed on this subprotocol in the recording, empty for none; it
  /// outlives the replay. Fails with ErrorCode::usage for what is none.
  using FindClient = std::function<Expected<ws::Client*>(const std::string& subprotocol)>;

  /// All references outlive the replay; `result` gets what is found out.
  Replay(FindClient find_client, net::Loop& loop, const ReplayOptions& options,
         stats::ReplayResult& result);
  Replay(const Replay&) = delete;
  Replay& operator=(const Replay&) = delete;

  void start(OpenSource open, ReplayWatcher& watcher);
  /// Ends in order: every connection is closed.
  void interrupt();

 private:
  enum class Step : std::uint8_t { taken, wait };

  /// The wait for answers is over, or begins anew in the next callback.
  void on_answer() override { answer_timer_.cancel(); }
  void on_change(ReplayConnection& connection) override;
  void on_source() override { advance(); }

  void begin_round(Instant now);
  void advance();
  void read_lines();
  [[nodiscard]] bool read_line();
  [[nodiscard]] Step take(const ReplaySource::Next& next);
  [[nodiscard]] Step take_message(const ReplaySource::Next& next, ReplayConnection& connection);
  [[nodiscard]] Step send(const ReplaySource::Next& next, ReplayConnection& connection);
  [[nodiscard]] Step close(const ReplaySource::Next& next, ReplayConnection& connection);
  [[nodiscard]] Step expect(const ReplaySource::Next& next, ReplayConnection& connection);
  [[nodiscard]] Step fail_at(const ReplaySource::Next& next, const Error& error);
  [[nodiscard]] ReplayConnection* connection_at(const ReplaySource::Next& next);
  [[nodiscard]] bool is_due(const script::Moment& moment);
  [[nodiscard]] Instant due(const script::Moment& moment) const;
  [[nodiscard]] bool awaits_answers(const ReplayConnection* one, Nanoseconds limit);
  [[nodiscard]] Nanoseconds last_wait() const {
    return options_.check ? options_.timeout : options_.quiet;
  }
  [[nodiscard]] bool waits_to_close() const;
  void answers_late(Instant now);
  void give_up_missing();
  void no_time_left(Instant now);
  void time_came(Instant /*now*/) { advance(); }
  void close_all();
  void patience_over(Instant now);
  void end_round();
  void stop(std::optional<Error> error);

  net::Loop& loop_;
  const ReplayOptions& options_;
  stats::ReplayResult& result_;
  FindClient find_client_;
  ReplayShared shared_;
  OpenSource open_;
  ReplayWatcher* watcher_ = nullptr;
  std::unique_ptr<ReplaySource> source_;
  /// The line that waits.
  std::optional<ReplaySource::Next> next_;
  std::map<std::uint64_t, std::unique_ptr<ReplayConnection>> connections_;
  /// The moment 0 of the recording, once the first connection is open.
  std::optional<Instant> origin_;
  net::MemberTimer<Replay> due_timer_;
  net::MemberTimer<Replay> answer_timer_;
  net::MemberTimer<Replay> limit_timer_;
  net::MemberTimer<Replay> patience_timer_;
  net::MemberTimer<Replay> round_timer_;
  Instant began_{};
  bool reading_ = false;
  bool read_all_ = false;
  bool closing_ = false;
  bool stopping_ = false;
  bool round_over_ = false;
  /// What is missing when the round ends will not come any more.
  bool settled_ = false;
};

}  // namespace wskit::session
