// SPDX-License-Identifier: MIT
#include "script/player.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "script/shown.h"

namespace wskit::script {
namespace {

/// Steps in a row before others get their turn.
constexpr int kStepsInRow = 1000;

bool needs_connections(const Step& step) {
  return std::holds_alternative<SendStep>(step.kind) ||
         std::holds_alternative<ExpectStep>(step.kind) ||
         std::holds_alternative<NoneStep>(step.kind) ||
         std::holds_alternative<UnorderedStep>(step.kind) ||
         std::holds_alternative<BarrierStep>(step.kind);
}

void note_refusals(const std::vector<Step>& steps, std::vector<bool>& expected) {
  for (const Step& step : steps) {
    if (const auto* open = std::get_if<ExpectOpenStep>(&step.kind); open && open->refused) {
      expected[open->client] = true;
    } else if (const auto* repeat = std::get_if<RepeatStep>(&step.kind)) {
      note_refusals(repeat->steps, expected);
    }
  }
}

}  // namespace

Player::Player(const Script& script, const Test& test, const PlayerOptions& options, Stage& stage)
    : script_(script),
      test_(test),
      options_(options),
      stage_(stage),
      values_({.names = &script.variables,
               .initial = &script.initial_values,
               .connection = options.connection,
               .seed = options.seed,
               .wall_clock = options.wall_clock}),
      seats_(test.clients.size()) {
  std::vector<bool> refusals(seats_.size());
  note_refusals(test.steps, refusals);
  for (std::size_t i = 0; i < seats_.size(); ++i) {
    seats_[i].refusal_expected = refusals[i];
  }
}

void Player::start(Instant now) {
  began_ = now;
  started_ = true;
  blocks_.push_back({.steps = &test_.steps, .left = 1});
  run(now);
}

void Player::restart(Instant now) {
  values_.restart();
  for (Seat& seat : seats_) {
    const bool refusal_expected = seat.refusal_expected;
    seat = Seat();
    seat.refusal_expected = refusal_expected;
  }
  blocks_.clear();
  step_ = nullptr;
  last_step_ = nullptr;
  step_name_.reset();
  failure_.reset();
  seats_open_ = false;
  done_ = false;
  start(now);
}

Place Player::place() const {
  return last_step_ != nullptr ? last_step_->place : test_.place;
}

std::string Player::named(ClientIndex client) const {
  const std::string& name = test_.clients[client].name;
  return name.empty() ? std::string() : name + ": ";
}

void Player::run(Instant now) {
  if (running_ || done_ || !started_) {
    return;
  }
  running_ = true;
  next_tick_ = Instant::max();
  int steps = 0;
  while (steps < kStepsInRow && play_next(now)) {
    ++steps;
  }
  if (steps == kStepsInRow && !done_) {
    next_tick_ = now;
  }
  running_ = false;
}

bool Player::play_next(Instant now) {
  if (done_) {
    return false;
  }
  if (step_ == nullptr) {
    step_ = next_step(now);
    begun_ = false;
    deadline_ = Instant::max();
  }
  if (step_ == nullptr) {
    step_over();
    check_endings();
    end(std::nullopt);
    return false;
  }
  last_step_ = step_;
  if (!connected(*step_) || !may_begin(*step_, now) || play(*step_, now) == Progress::waits) {
    next_tick_ = done_ ? Instant::max() : std::min(next_tick_, deadline_);
    return false;
  }
  step_ = nullptr;
  return true;
}

const Step* Player::next_step(Instant now) {
  while (!blocks_.empty()) {
    Block& block = blocks_.back();
    if (block.next < block.steps->size()) {
      return &(*block.steps)[block.next++];
    }
    if (block.left > 1 && now < block.until && !block.steps->empty()) {
      --block.left;
      block.next = 0;
      continue;
    }
    blocks_.pop_back();
  }
  return nullptr;
}

bool Player::may_begin(const Step& step, Instant now) {
  const bool is_note = std::holds_alternative<ExpectStep>(step.kind) ||
                       std::holds_alternative<ExpectOpenStep>(step.kind);
  if (!step.at || is_note || begun_) {
    return true;
  }
  next_tick_ = began_ + *step.at;
  return now >= next_tick_;
}

bool Player::connected(const Step& step) {
  if (!needs_connections(step)) {
    return true;
  }
  if (!std::exchange(seats_open_, true)) {
    open_seats();
  }
  const bool opening =
      std::ranges::any_of(seats_, [](const Seat& seat) { return seat.state == State::opening; });
  return !opening && !done_;
}

void Player::open_seats() {
  for (std::size_t i = 0; i < seats_.size() && !done_; ++i) {
    if (seats_[i].state == State::idle && !test_.clients[i].connects_by_step) {
      open(static_cast<ClientIndex>(i), nullptr);
    }
  }
}

void Player::step_over() {
  if (step_name_) {
    stage_.step_played(*step_name_, std::max(last_taken_, named_at_) - named_at_);
  }
}

void Player::on_open(ClientIndex client, Opening opening, Instant now) {
  Seat& seat = seats_[client];
  seat.state = State::open;
  seat.opening = std::make_unique<Opening>(std::move(opening));
  run(now);
}

void Player::on_received(ClientIndex client, const MessageView& message, Instant at) {
  if (done_) {
    return;
  }
  Seat& seat = seats_[client];
  if (message.type == MessageType::pong && seat.awaits_pong && message.payload == "barrier") {
    seat.awaits_pong = false;
    run(at);
    return;
  }
  Received received(
      {.type = message.type, .payload = std::string(message.payload), .code = message.code}, at);
  if (!watch(client, received)) {
    run(at);
    return;
  }
  seat.mailbox.put(std::move(received));
  if (seat.mailbox.bytes() > kMaxMailboxBytes) {
    fail_here(fmt::format("{}more than {} MiB of messages are unread", named(client),
                          kMaxMailboxBytes >> 20U),
              ErrorCode::too_big);
  }
  run(at);
}

void Player::on_drain(ClientIndex client, Instant now) {
  seats_[client].full = false;
  run(now);
}

void Player::on_end(ClientIndex client, Ending ending, Instant now) {
  if (done_) {
    return;
  }
  Seat& seat = seats_[client];
  const bool was_opening = seat.state == State::opening || seat.state == State::idle;
  seat.state = State::ended;
  seat.awaits_pong = false;
  seat.full = false;
  if (was_opening && !(seat.refusal_expected && ending.refusal)) {
    const std::string what = named(client) + ending.what;
    seat.ending = std::make_unique<Ending>(std::move(ending));
    fail_here(what, ErrorCode::upgrade_closed);
    return;
  }
  const auto code = ending.close_code;
  const std::string reason = ending.close_reason;
  seat.ending = std::make_unique<Ending>(std::move(ending));
  if (code) {
    on_received(client, {.type = MessageType::close, .payload = reason, .code = *code}, now);
    return;
  }
  run(now);
}

void Player::on_answer(const Expected<PlayedHttpAnswer>& answer, Instant now) {
  if (!done_) {
    answer_ = std::make_unique<Expected<PlayedHttpAnswer>>(answer);
    run(now);
  }
}

bool Player::watch(ClientIndex client, const Received& received) {
  for (const Watch& watch : test_.watches) {
    if (watch.client && *watch.client != client) {
      continue;
    }
    const auto fits = watch.pattern.matches(received, values_);
    if (!fits) {
      end(Failure{
          .code = fits.error().code, .place = watch.place, .message = fits.error().message});
      return false;
    }
    if (!*fits) {
      continue;
    }
    if (!watch.reply) {
      end(Failure{
          .place = watch.place,
          .message = fmt::format("{}{} came", named(client), shown(received.message().view()))});
      return false;
    }
    if (const auto captured = watch.pattern.capture(received, values_); !captured) {
      end(Failure{.place = watch.place, .message = captured.error().message});
      return false;
    }
    SendStep reply = *watch.reply;
    reply.client = client;
    send(reply, watch.place);
    return false;
  }
  return true;
}

void Player::check_endings() {
  for (std::size_t i = 0; i < seats_.size(); ++i) {
    const Seat& seat = seats_[i];
    if (seat.ending && seat.ending->is_failure && !seat.end_seen) {
      fail_here(named(static_cast<ClientIndex>(i)) + seat.ending->what, ErrorCode::closed_remote);
      return;
    }
  }
}

void Player::break_off(const Failure& failure) {
  const auto* const awaited = step_ == nullptr ? nullptr : std::get_if<ExpectStep>(&step_->kind);
  if (awaited == nullptr || done_) {
    return end(failure);
  }
  fail_expectation(*awaited, failure.place, failure.message, failure.code);
}

void Player::fail_here(std::string what, ErrorCode code) {
  end(Failure{.code = code, .place = place(), .message = std::move(what)});
}

void Player::end(std::optional<Failure> failure) {
  if (!done_) {
    done_ = true;
    failure_ = std::move(failure);
    next_tick_ = Instant::max();
  }
}

}  // namespace wskit::script
