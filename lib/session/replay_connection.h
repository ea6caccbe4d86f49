// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "core/error.h"
#include "net/loop.h"
#include "script/expectation.h"
#include "script/message.h"
#include "session/connection_end.h"
#include "session/options.h"
#include "session/session.h"
#include "stats/replay_result.h"
#include "ws/client.h"

namespace wskit::session {

class ReplayConnection;

class ReplayConnectionOwner {
 public:
  /// A message came where one was missing; on_change() follows.
  virtual void on_answer() = 0;
  /// It opened, drained, received a message or ended: what waits for that may go on.
  virtual void on_change(ReplayConnection& connection) = 0;

 protected:
  ~ReplayConnectionOwner() = default;
};

/// What the connections of a replay share; outlives them.
struct ReplayShared {
  net::Loop& loop;
  const SessionOptions& session;
  ReplayConnectionOwner& owner;
  stats::ReplayResult& result;
  const script::IgnoredPlaces& ignored;
};

/// One connection of a recording, played again: what it received, beside what it should have.
/// Messages are compared in order, as far as both are there; memory for what is ahead is bounded.
class ReplayConnection final : SessionHandler {
 public:
  ReplayConnection(const ReplayShared& shared, ws::Client& client, std::uint64_t number);

  [[nodiscard]] std::uint64_t number() const { return number_; }
  [[nodiscard]] bool is_ready() const { return ready_ && session_.is_open(); }
  [[nodiscard]] bool has_ended() const { return end_.has_value(); }
  [[nodiscard]] const std::optional<ConnectionEnd>& end() const { return end_; }
  /// A message that is to be sent has to wait.
  [[nodiscard]] bool is_blocked() const { return blocked_; }
  [[nodiscard]] bool is_closing() const { return closing_; }

  [[nodiscard]] Expected<void> send(const script::MessageView& message);
  [[nodiscard]] Expected<void> close(wire::CloseCode code, std::string_view reason);
  void drop() { session_.drop(); }

  /// The recording has received a message here; it is compared if `expected` is given.
  void expect_message() { ++recorded_; }
  void expect_message(std::uint64_t line, script::Expectation expected);
  void expect_close(std::uint64_t line, const script::MessageView& close);
  /// Messages that were received in the recording and not yet here.
  [[nodiscard]] std::uint64_t missing() const {
    const std::uint64_t accounted = received_ + given_up_;
    return recorded_ > accounted ? recorded_ - accounted : 0;
  }
  /// They are not waited for any longer.
  void give_up_missing() { given_up_ += missing(); }
  [[nodiscard]] std::uint64_t received() const { return received_; }
  [[nodiscard]] std::uint64_t recorded() const { return recorded_; }
  /// No more expectations should be added for now.
  [[nodiscard]] bool expects_much() const;

  /// Counts what is left on either side as missing or unexpected.
  void settle_check();
  /// The failure that its end is, if the recording did not end like it.
  [[nodiscard]] std::optional<Error> failure() const;

 private:
  struct Awaited {
    std::uint64_t line = 0;
    script::Expectation expectation;
  };

  void on_open(const ws::Opened& /*opened*/) override { ++shared_.result.connections; }
  void on_ready() override;
  void on_received(const script::MessageView& message, Instant at) override;
  void on_sent(const script::MessageView& /*message*/, Instant /*at*/) override {}
  void on_drain() override;
  void on_lost(const ConnectionEnd& /*end*/, Nanoseconds /*wait*/) override {}
  void on_end(const ConnectionEnd& end) override;

  void compare(const Awaited& expected, const script::MessageView& got);
  void settle_close();
  void note(stats::ReplayDifference difference);
  void bound_arrived();

  const ReplayShared& shared_;
  std::uint64_t number_;
  Session session_;
  std::optional<ConnectionEnd> end_;
  /// Only with a check: what has no counterpart yet. One of both is empty.
  std::deque<Awaited> expected_;
  std::deque<script::Message> arrived_;
  std::size_t expected_bytes_ = 0;
  std::size_t arrived_bytes_ = 0;
  std::optional<script::Message> recorded_close_;
  std::uint64_t recorded_close_line_ = 0;
  std::uint64_t last_line_ = 0;
  std::uint64_t received_ = 0;
  std::uint64_t recorded_ = 0;
  std::uint64_t given_up_ = 0;
  bool ready_ = false;
  bool blocked_ = false;
  bool closing_ = false;
  bool paused_ = false;
};

}  // namespace wskit::session
