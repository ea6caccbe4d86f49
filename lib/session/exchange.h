// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/error.h"
#include "net/loop.h"
#include "net/member_timer.h"
#include "script/matcher.h"
#include "script/message.h"
#include "session/connection_end.h"
#include "session/input.h"
#include "session/options.h"
#include "session/output.h"
#include "session/session.h"
#include "wire/close_code.h"
#include "ws/client.h"

namespace wskit::session {

/// When an exchange has what it wants, and when it gives up. Times of 0 are no limit.
struct Goal {
  /// Enough when so many messages came (and match); 0: however many.
  std::uint64_t replies = 0;
  std::optional<script::Matcher> match;
  /// How long to wait for them once the input has ended: ErrorCode::timeout.
  Nanoseconds reply_timeout{0};
  /// Without `replies`: end when no message came for so long after the end of the input, counted
  /// anew on a new connection; nothing means never.
  std::optional<Nanoseconds> quiet;
  /// Without `replies`: receive for so long after the end of the input.
  std::optional<Nanoseconds> linger;
  /// Without `replies`: end this long after the end of the input however much still comes.
  Nanoseconds most{0};
  /// For the whole of it, connecting included: a success when `max_time_ends` and the connection
  /// was open, else ErrorCode::timeout.
  Nanoseconds max_time{0};
  bool max_time_ends = false;
};

struct ExchangeOptions {
  SessionOptions session;
  Goal goal;
  wire::CloseCode close_code = wire::CloseCode::normal;
  std::string close_reason;
  /// Ends the connection without a Close frame.
  bool no_close = false;
  /// The code that the peer is to close with.
  std::optional<std::uint16_t> expect_close;
};

/// What an exchange came to.
struct Outcome {
  /// Nothing: a success. Else also ErrorCode::unmet, closed_remote or broken_pipe.
  std::optional<Error> error;
  ConnectionEnd end;
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  /// Messages and control frames that the input gave.
  std::uint64_t taken = 0;
};

/// What a person watching an exchange wants to know.
class ExchangeWatcher {
 public:
  virtual void on_open(const ws::Opened& opened) = 0;
  virtual void on_lost(const ConnectionEnd& end, Nanoseconds wait) = 0;
  virtual void on_loss(script::Loss loss) = 0;
  /// Every message and control frame, both ways.
  virtual void on_frame(script::Direction direction, const script::MessageView& message) = 0;
  virtual void on_done(const Outcome& outcome) = 0;

 protected:
  ~ExchangeWatcher() = default;
};

/// Sends what its input gives and writes what arrives, both at the speed of the slower side, until
/// its goal is reached, then closes. Everything that `send`, `listen` and `connect` on a pipe do.
class Exchange final : SessionHandler, InputHandler, OutputHandler {
 public:
  Exchange(ws::Client& client, net::Loop& loop, const ExchangeOptions& options,
           ExchangeWatcher& watcher);

  /// Before start(). There may be no input (nothing is ever sent) and no output.
  void set_input(std::unique_ptr<Input> input) { input_ = std::move(input); }
  [[nodiscard]] Expected<void> add_output(int fd, OutputOptions options);
  [[nodiscard]] Expected<void> add_file(const std::string& path, OutputOptions options);
  void start();

  /// Ends in order: Close, its answer, what is still to be written.
  void interrupt();

 private:
  void on_open(const ws::Opened& opened) override;
  void on_ready() override;
  void on_received(const script::MessageView& message, Instant at) override;
  void on_sent(const script::MessageView& message, Instant at) override;
  void on_drain() override;
  void on_lost(const ConnectionEnd& end, Nanoseconds wait) override;
  void on_end(const ConnectionEnd& end) override;
  void on_input() override { pump(); }
  void on_output_room() override;
  void on_output_finished() override;
  void on_output_error(const Error& error) override;
  void on_output_loss(script::Loss loss) override { watcher_.on_loss(loss); }

  void pump();
  [[nodiscard]] Expected<void> add(Expected<std::unique_ptr<Output>> output);
  /// False when no more can be sent now.
  bool send(const script::MessageView& message);
  void input_ended();
  void await_quiet();
  void count_reply(const script::MessageView& message);
  void wait_over(Instant now);
  void time_over(Instant now);
  void most_over(Instant now);
  void put(script::Direction direction, const script::MessageView& message, Instant at);
  void put_close(const ConnectionEnd& end);
  /// The result is known; data that comes after it is not put out any longer.
  void settle(std::optional<Error> error, Nanoseconds patience);
  void finish(std::optional<Error> error);
  void drop(Instant now);
  void finish_with(wire::CloseCode code, std::string_view reason);
  [[nodiscard]] std::optional<Error> judge(const ConnectionEnd& end) const;
  [[nodiscard]] std::optional<Error> judge_close(const ConnectionEnd& end) const;
  [[nodiscard]] std::string still_wanted() const;
  void write_rest();
  void done();

  net::Loop& loop_;
  const ExchangeOptions& options_;
  ExchangeWatcher& watcher_;
  Session session_;
  std::unique_ptr<Input> input_;
  std::vector<std::unique_ptr<Output>> outputs_;
  net::MemberTimer<Exchange> wait_timer_;
  net::MemberTimer<Exchange> time_timer_;
  net::MemberTimer<Exchange> most_timer_;
  /// How long the peer may take to answer our Close.
  net::MemberTimer<Exchange> patience_timer_;
  Outcome outcome_;
  Instant heard_at_{};
  std::uint64_t matched_ = 0;
  std::size_t unwritten_ = 0;
  bool ready_ = false;
  bool blocked_ = false;
  bool input_done_ = false;
  /// The result is settled, the rest is closing.
  bool finishing_ = false;
  bool reached_ = false;
  bool settled_ = false;
  bool was_open_ = false;
  bool paused_ = false;
  bool ended_ = false;
};

}  // namespace wskit::session
