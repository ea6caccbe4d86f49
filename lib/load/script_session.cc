// SPDX-License-Identifier: MIT
#include "load/script_session.h"

#include <utility>

#include <fmt/format.h>

#include "core/bytes.h"
#include "core/check.h"
#include "load/worker.h"
#include "session/script_sender.h"

namespace wskit::load {
namespace {

script::PlayerOptions options_of(const Plan& plan, std::uint32_t number) {
  // One seed for each connection, and other ones for the neighbouring seeds of another run.
  constexpr std::uint64_t kStride = 0xD1342543DE82EF95U;
  return {.url = "-",
          .timeout = plan.timeout,
          .connection = std::uint64_t{number} + 1,
          .seed = plan.seed * kStride + number,
          .wall_clock = &plan.script->wall_clock};
}

bool is_failure(wire::CloseCode code) {
  return code != wire::CloseCode::normal && code != wire::CloseCode::going_away &&
         code != wire::CloseCode::no_status;
}

}  // namespace

ScriptSession::ScriptSession(Worker& worker, std::uint32_t number)
    : worker_(worker),
      options_(options_of(worker.plan(), number)),
      player_(worker.script(), worker.script().tests[worker.plan().script->test], options_, *this),
      timer_(worker.loop().timers(), *this),
      quota_left_(quota_of(worker.plan(), number)),
      number_(number) {}

void ScriptSession::connect() {
  opened_ = false;
  connection_ = worker_.client().connect(*this);
}

void ScriptSession::fill_window(Instant now) {
  if (!iteration_ && is_open() && quota_left_ != 0 && worker_.sends_at(now)) {
    begin(now);
  }
}

void ScriptSession::begin(Instant now) {
  const bool measured = worker_.is_measured(now);
  iteration_ = {.scheduled = now, .mark = now, .measured = measured};
  loss_.reset();
  Tally& tally = worker_.tally();
  tally.scheduled(now, measured);
  tally.offered(*iteration_, now);
  if (measured) {
    ++tally.script()->started;
    --quota_left_;
    worker_.measured_messages_started(1, now);
  }
  starting_ = true;
  if (played_++ == 0) {
    player_.start(now);
  } else {
    player_.restart(now);
  }
  go_on(now);
  starting_ = false;
}

void ScriptSession::go_on(Instant now) {
  if (asked_) {
    asked_ = false;
    player_.on_open(0, {}, now);
  }
  if (!iteration_) {
    return;
  }
  if (player_.done()) {
    return finish(now);
  }
  if (player_.next_tick() == Instant::max()) {
    timer_.cancel();
  } else {
    timer_.arm(player_.next_tick());
  }
}

void ScriptSession::finish(Instant now) {
  const Ledger::Entry entry = *std::exchange(iteration_, std::nullopt);
  timer_.cancel();
  Tally& tally = worker_.tally();
  const auto failure = player_.failure();
  if (failure) {
    fail(*failure, entry, now);
  } else {
    if (entry.measured) {
      ++tally.script()->completed;
    }
    tally.answered({.verdict = Ledger::Verdict::answered, .entry = &entry}, Reply::Kind::answer,
                   now);
  }
  next(failure.has_value(), now);
  worker_.message_answered(now);
}

void ScriptSession::fail(const script::Failure& failure, const Ledger::Entry& entry, Instant now) {
  Tally& tally = worker_.tally();
  const bool lost = loss_.has_value() || failure.code == ErrorCode::closed_remote;
  if (lost) {
    tally.lost(entry, now);
  } else if (failure.code == ErrorCode::timeout) {
    tally.expired(entry, now);
  } else {
    tally.answered({.verdict = Ledger::Verdict::answered, .entry = &entry},
                   Reply::Kind::error_reply, now);
  }
  if (entry.measured) {
    stats::ScriptResult& result = *tally.script();
    ++result.failed;
    stats::StepResult& step = this->step();
    stats::raise(step.failures, loss_.value_or(failure.code));
    step.metric.record_censored(now - player_.step_began());
    if (result.first_failure.empty()) {
      result.first_failure =
          fmt::format("connection {}, iteration {}: {}\n{}", options_.connection, played_,
                      failure.message, script::describe(worker_.script(), failure));
    }
  }
  drop_connection();
}

stats::StepResult& ScriptSession::step() {
  const auto name = player_.step_name();
  return worker_.tally().script()->steps[name ? *name + std::size_t{1} : 0];
}

void ScriptSession::next(bool after_pause, Instant now) {
  if (quota_left_ == 0 || !worker_.may_send_after(now)) {
    return;
  }
  if (connection_ == nullptr) {
    return worker_.reopen(*this, after_pause, now);
  }
  if (!is_open()) {
    // The script closed it: the server's answer is waited for.
    return;
  }
  if (starting_) {
    // It had nothing to wait for: others get their turn.
    return timer_.arm(now);
  }
  fill_window(now);
}

void ScriptSession::close() {
  if (is_open()) {
    // 1000 is a code that may be sent: there is no failure to handle.
    static_cast<void>(connection_->close());
  }
}

void ScriptSession::abandon(ErrorCode /*cause*/) {
  if (!iteration_) {
    return;
  }
  const Ledger::Entry entry = *std::exchange(iteration_, std::nullopt);
  timer_.cancel();
  const Instant now = worker_.loop().now();
  worker_.tally().expired(entry, now);
  if (entry.measured) {
    ++worker_.tally().script()->cut_off;
    step().metric.record_censored(now - player_.step_began());
  }
  drop_connection();
}

void ScriptSession::drop_connection() {
  if (connection_ != nullptr) {
    connection_.reset();
    worker_.connection_ended(nullptr);
  }
}

void ScriptSession::on_open(const ws::Opened& opened) {
  opened_ = true;
  worker_.tally().opened(opened);
  worker_.session_opened(*this);
}

void ScriptSession::on_received(const script::MessageView& message, Instant at) {
  if (is_data(message.type)) {
    worker_.tally().payload_received(message.payload.size());
  }
  // Between iterations there is nobody to read it.
  if (iteration_) {
    player_.on_received(0, message, at);
    go_on(at);
  }
}

void ScriptSession::on_drain() {
  if (iteration_) {
    const Instant now = worker_.loop().now();
    player_.on_drain(0, now);
    go_on(now);
  }
}

void ScriptSession::on_close(const ws::Closed& closed) {
  const Error cause = error_of(closed);
  ended({.close_code = closed.code,
         .close_reason = std::string(closed.reason),
         .what = cause.message,
         .is_failure = is_failure(closed.code),
         .refusal = {}},
        cause);
}

void ScriptSession::on_error(const ws::Failure& failure) {
  if (!opened_) {
    connection_.reset();
    worker_.session_failed(*this, failure);
    return;
  }
  ended({.what = failure.error.message, .is_failure = true}, failure.error);
}

void ScriptSession::ended(script::Ending ending, const Error& cause) {
  connection_.reset();
  const Instant now = worker_.loop().now();
  // What the script expects or brought about is no loss; whether it did is known at its end.
  const bool wanted = iteration_ ? !ending.is_failure : cause.code == ErrorCode::closed_local;
  worker_.connection_ended(wanted ? nullptr : &cause);
  if (!iteration_) {
    return next(!wanted, now);
  }
  if (!wanted) {
    loss_ = cause.code;
  }
  player_.on_end(0, std::move(ending), now);
  go_on(now);
}

void ScriptSession::on_timer(Instant now) {
  if (!iteration_) {
    return fill_window(now);
  }
  player_.tick(now);
  go_on(now);
}

void ScriptSession::open(script::ClientIndex /*client*/, const script::OpenRequest& /*request*/) {
  check(is_open(), "an iteration begins on an open connection");
  asked_ = true;
}

Expected<script::Room> ScriptSession::send(script::ClientIndex /*client*/,
                                           const script::MessageView& message) {
  auto sent = session::send_scripted(connection_.get(), message);
  if (sent && is_data(message.type)) {
    worker_.tally().payload_sent(message.payload.size());
  }
  return sent;
}

Expected<void> ScriptSession::send_raw(script::ClientIndex /*client*/, std::string_view bytes) {
  return session::send_scripted_raw(connection_.get(), bytes);
}

void ScriptSession::drop(script::ClientIndex /*client*/) {
  check(false, "a script that reconnects is refused before the run");
}

void ScriptSession::request(const script::PlayedHttpRequest& /*request*/) {
  check(false, "a script with HTTP requests is refused before the run");
}

void ScriptSession::step_played(std::uint16_t name, Nanoseconds duration) {
  if (iteration_->measured) {
    worker_.tally().script()->steps[name + std::size_t{1}].metric.record(duration);
  }
}

}  // namespace wskit::load
