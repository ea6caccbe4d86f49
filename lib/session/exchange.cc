// SPDX-License-Identifier: MIT
#include "session/exchange.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/parse.h"

namespace wskit::session {
namespace {

using script::Direction;
using script::MessageType;
using script::MessageView;

/// For the peer's answer to our Close once the result is known.
constexpr Nanoseconds kShortPatience = std::chrono::milliseconds(500);

}  // namespace

Exchange::Exchange(ws::Client& client, net::Loop& loop, const ExchangeOptions& options,
                   ExchangeWatcher& watcher)
    : loop_(loop),
      options_(options),
      watcher_(watcher),
      session_(client, loop, options.session, *this),
      wait_timer_(loop.timers(), *this, &Exchange::wait_over),
      time_timer_(loop.timers(), *this, &Exchange::time_over),
      most_timer_(loop.timers(), *this, &Exchange::most_over),
      patience_timer_(loop.timers(), *this, &Exchange::drop) {}

Expected<void> Exchange::add_output(int fd, OutputOptions options) {
  return add(Output::create(loop_, fd, std::move(options), *this));
}

Expected<void> Exchange::add_file(const std::string& path, OutputOptions options) {
  return add(Output::open(loop_, path, std::move(options), *this));
}

Expected<void> Exchange::add(Expected<std::unique_ptr<Output>> output) {
  if (!output) {
    return std::unexpected(output.error());
  }
  outputs_.push_back(std::move(*output));
  return {};
}

void Exchange::start() {
  if (input_ != nullptr) {
    input_->set_handler(*this);
  }
  if (options_.goal.max_time > Nanoseconds(0)) {
    time_timer_.arm(loop_.now() + options_.goal.max_time);
  }
  session_.start();
}

void Exchange::on_open(const ws::Opened& opened) {
  was_open_ = true;
  for (const auto& output : outputs_) {
    output->put_open(opened, opened.upgraded);
  }
  watcher_.on_open(opened);
}

void Exchange::on_ready() {
  ready_ = true;
  blocked_ = false;
  if (input_done_) {
    return await_quiet();
  }
  if (input_ == nullptr) {
    return input_ended();
  }
  pump();
}

void Exchange::pump() {
  while (ready_ && !blocked_ && !finishing_ && !input_done_ && session_.is_open()) {
    const auto next = input_->next();
    if (!next) {
      return finish(next.error());
    }
    if (next->state == Input::State::later) {
      return;
    }
    if (next->state == Input::State::end) {
      return input_ended();
    }
    if (!send(next->message)) {
      return;
    }
  }
}

bool Exchange::send(const MessageView& message) {
  ++outcome_.taken;
  if (message.type == MessageType::close) {
    finish_with(message.code == wire::CloseCode::no_status ? options_.close_code : message.code,
                message.payload);
    return false;
  }
  const ws::SendResult result = session_.send(message);
  if (result == ws::SendResult::dropped) {
    finish(Error{.code = ErrorCode::too_big,
                 .message = fmt::format("a message of {} bytes does not fit into the send queue",
                                        message.payload.size())});
    return false;
  }
  outcome_.sent += static_cast<std::uint64_t>(is_data(message));
  put(Direction::send, message, loop_.now());
  blocked_ = result == ws::SendResult::backpressure;
  return !blocked_;
}

void Exchange::on_drain() {
  blocked_ = false;
  if (!input_done_) {
    pump();
  }
}

void Exchange::input_ended() {
  const Goal& goal = options_.goal;
  input_done_ = true;
  const Instant now = loop_.now();
  if (goal.replies != 0) {
    if (goal.reply_timeout > Nanoseconds(0)) {
      wait_timer_.arm(now + goal.reply_timeout);
    }
  } else if (goal.linger) {
    wait_timer_.arm(now + *goal.linger);
  } else {
    await_quiet();
    if (goal.most > Nanoseconds(0)) {
      most_timer_.arm(now + goal.most);
    }
  }
}

void Exchange::await_quiet() {
  const Goal& goal = options_.goal;
  if (goal.replies == 0 && !goal.linger && goal.quiet) {
    heard_at_ = loop_.now();
    wait_timer_.arm(heard_at_ + *goal.quiet);
  }
}

void Exchange::put(Direction direction, const MessageView& message, Instant at) {
  for (const auto& output : outputs_) {
    output->put(direction, message, at);
    if (!paused_ && output->full()) {
      paused_ = true;
      session_.pause();
    }
  }
  watcher_.on_frame(direction, message);
}

void Exchange::put_close(const ConnectionEnd& end) {
  if (end.close_code) {
    put(Direction::recv,
        {.type = MessageType::close, .payload = end.close_reason, .code = *end.close_code},
        loop_.now());
  }
}

void Exchange::on_sent(const MessageView& message, Instant at) {
  put(Direction::send, message, at);
}

void Exchange::on_received(const MessageView& message, Instant at) {
  // What comes behind the wanted reply, or too late, is not part of the result.
  if (settled_ && is_data(message)) {
    return;
  }
  put(Direction::recv, message, at);
  if (is_data(message)) {
    heard_at_ = at;
    ++outcome_.received;
    count_reply(message);
  }
}

void Exchange::count_reply(const MessageView& message) {
  const Goal& goal = options_.goal;
  if (goal.replies == 0) {
    return;
  }
  if (goal.match) {
    const auto matches = goal.match->matches(message.payload);
    if (!matches) {
      return finish(matches.error());
    }
    if (!*matches) {
      return;
    }
  }
  if (++matched_ == goal.replies) {
    reached_ = true;
    settle(std::nullopt, kShortPatience);
  }
}

void Exchange::wait_over(Instant now) {
  const Goal& goal = options_.goal;
  if (goal.replies != 0) {
    return settle(Error{.code = ErrorCode::timeout,
                        .message = fmt::format("{} within {}", still_wanted(),
                                               format_duration(goal.reply_timeout))},
                  kShortPatience);
  }
  if (!goal.linger && goal.quiet) {
    // What we do not take, or the peer does not, is not quiet.
    const Instant since = paused_ || session_.unsent() != 0 ? now : heard_at_;
    if (now - since < *goal.quiet) {
      return wait_timer_.arm(since + *goal.quiet);
    }
  }
  // What is on its way when nothing was to be waited for may still come.
  if (goal.linger && *goal.linger == Nanoseconds(0)) {
    return finish(std::nullopt);
  }
  settled_ = true;
  finish(std::nullopt);
}

void Exchange::time_over(Instant /*now*/) {
  if (options_.goal.max_time_ends && was_open_) {
    return settle(std::nullopt, kShortPatience);
  }
  const std::string limit = format_duration(options_.goal.max_time);
  settle(Error{.code = ErrorCode::timeout,
               .message = options_.goal.replies == 0
                              ? fmt::format("not done within --max-time {}", limit)
                              : fmt::format("{} within --max-time {}", still_wanted(), limit)},
         kShortPatience);
}

void Exchange::most_over(Instant /*now*/) {
  settle(std::nullopt, kShortPatience);
}

void Exchange::settle(std::optional<Error> error, Nanoseconds patience) {
  settled_ = true;
  patience_timer_.arm(loop_.now() + patience);
  finish(std::move(error));
}

/// A peer that does not answer our Close cannot change the result any longer.
void Exchange::drop(Instant /*now*/) {
  session_.drop();
}

void Exchange::finish(std::optional<Error> error) {
  if (finishing_) {
    return;
  }
  outcome_.error = std::move(error);
  finish_with(options_.close_code, options_.close_reason);
}

void Exchange::finish_with(wire::CloseCode code, std::string_view reason) {
  finishing_ = true;
  wait_timer_.cancel();
  time_timer_.cancel();
  // What is not put out any longer holds nothing back.
  if (paused_ && settled_) {
    session_.resume();
  }
  if (options_.no_close) {
    return session_.drop_when_sent();
  }
  const bool was_ready = ready_;
  if (const auto closed = session_.close(code, reason); !closed) {
    outcome_.error = closed.error();
    (void)session_.close(wire::CloseCode::normal, {});
  }
  if (was_ready) {
    put(Direction::send, {.type = MessageType::close, .payload = reason, .code = code},
        loop_.now());
  }
}

void Exchange::interrupt() {
  settle(std::nullopt, kShortPatience);
}

void Exchange::on_lost(const ConnectionEnd& end, Nanoseconds wait) {
  ready_ = false;
  put_close(end);
  if (options_.goal.replies == 0 && !options_.goal.linger) {
    wait_timer_.cancel();
  }
  watcher_.on_lost(end, wait);
}

void Exchange::on_end(const ConnectionEnd& end) {
  ended_ = true;
  wait_timer_.cancel();
  time_timer_.cancel();
  most_timer_.cancel();
  patience_timer_.cancel();
  put_close(end);
  outcome_.end = end;
  if (!outcome_.error) {
    outcome_.error = judge(end);
  }
  write_rest();
}

void Exchange::on_output_room() {
  const bool still_full =
      std::ranges::any_of(outputs_, [](const auto& output) { return output->full(); });
  if (paused_ && !still_full) {
    paused_ = false;
    session_.resume();
  }
}

void Exchange::on_output_error(const Error& error) {
  outcome_.error = error;
  if (error.code == ErrorCode::broken_pipe) {
    // Nobody is there to finish for.
    (void)session_.close(wire::CloseCode::going_away, {});
    return done();
  }
  if (ended_) {
    return on_output_finished();
  }
  settle(error, kShortPatience);
}

void Exchange::write_rest() {
  for (const auto& output : outputs_) {
    unwritten_ += static_cast<std::size_t>(!output->failed());
  }
  if (unwritten_ == 0) {
    return done();
  }
  for (const auto& output : outputs_) {
    if (!output->failed()) {
      output->finish();
    }
  }
}

void Exchange::on_output_finished() {
  if (--unwritten_ == 0) {
    done();
  }
}

void Exchange::done() {
  watcher_.on_done(outcome_);
}

}  // namespace wskit::session
