// SPDX-License-Identifier: MIT
#include "session/replay.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace wskit::session {
namespace {

using script::Direction;
using script::MessageType;

bool is_of_connection(const script::RecordedLine& line) {
  return std::holds_alternative<script::RecordedOpening>(line.what) ||
         std::holds_alternative<script::RecordedMessage>(line.what);
}

}  // namespace

Replay::Replay(FindClient find_client, net::Loop& loop, const ReplayOptions& options,
               stats::ReplayResult& result)
    : loop_(loop),
      options_(options),
      result_(result),
      find_client_(std::move(find_client)),
      shared_{.loop = loop,
              .session = options.session,
              .owner = *this,
              .result = result,
              .ignored = options.ignored},
      due_timer_(loop.timers(), *this, &Replay::time_came),
      answer_timer_(loop.timers(), *this, &Replay::answers_late),
      limit_timer_(loop.timers(), *this, &Replay::no_time_left),
      patience_timer_(loop.timers(), *this, &Replay::patience_over),
      round_timer_(loop.timers(), *this, &Replay::begin_round) {
  if (options.check) {
    result.check.emplace();
  }
  if (options.pace == Pace::timed) {
    result.deviation.emplace();
  }
}

void Replay::start(OpenSource open, ReplayWatcher& watcher) {
  open_ = std::move(open);
  watcher_ = &watcher;
  began_ = loop_.now();
  if (options_.max_time > Nanoseconds(0)) {
    limit_timer_.arm(began_ + options_.max_time);
  }
  round_timer_.arm(began_);
}

void Replay::begin_round(Instant /*now*/) {
  connections_.clear();
  source_.reset();
  next_.reset();
  origin_.reset();
  read_all_ = false;
  closing_ = false;
  round_over_ = false;
  if (stopping_) {
    return advance();
  }
  auto source = open_();
  if (source) {
    source_ = std::move(*source);
    source_->set_handler(*this);
  } else {
    stop(source.error());
  }
  advance();
}

void Replay::on_change(ReplayConnection& connection) {
  if (connection.has_ended()) {
    // It is not waited for any longer.
    answer_timer_.cancel();
  }
  const bool lost = connection.has_ended() && connection.end()->error.has_value();
  if (lost && !connection.is_closing()) {
    stop(connection.end()->error);
  }
  advance();
}

void Replay::advance() {
  // What is sent may call back at once.
  if (std::exchange(reading_, true)) {
    return;
  }
  read_lines();
  reading_ = false;
  const bool enough = stopping_ || (read_all_ && !awaits_answers(nullptr, last_wait()));
  if (enough && !closing_) {
    close_all();
  }
  const bool over = std::ranges::all_of(
      connections_, [](const auto& entry) { return entry.second->has_ended(); });
  if (closing_ && over && !std::exchange(round_over_, true)) {
    end_round();
  }
}

void Replay::read_lines() {
  while (!read_all_ && !stopping_) {
    if (!next_ && !read_line()) {
      return;
    }
    if (take(*next_) == Step::wait) {
      return;
    }
    next_.reset();
  }
}

/// False when there is none, for now or for good.
bool Replay::read_line() {
  auto next = source_->next();
  if (!next) {
    stop(next.error());
    return false;
  }
  read_all_ = next->state == ReplaySource::State::end;
  result_.cut_line = source_->cut_line();
  if (next->state == ReplaySource::State::line) {
    next_ = std::move(*next);
  }
  return next_.has_value();
}

Replay::Step Replay::take(const ReplaySource::Next& next) {
  const auto& line = next.line;
  const std::uint64_t number = line.moment.connection;
  if (!is_of_connection(line) || (options_.connection != 0 && options_.connection != number)) {
    return Step::taken;
  }
  if (options_.pace == Pace::timed && origin_ && !is_due(line.moment)) {
    return Step::wait;
  }
  ReplayConnection* const connection = connection_at(next);
  if (connection == nullptr) {
    return Step::wait;
  }
  return std::holds_alternative<script::RecordedMessage>(line.what)
             ? take_message(next, *connection)
             : Step::taken;
}

/// Null as long as the first one, by which the clock is set, is not open, and when it cannot be.
ReplayConnection* Replay::connection_at(const ReplaySource::Next& next) {
  const script::Moment& moment = next.line.moment;
  auto found = connections_.find(moment.connection);
  if (found == connections_.end()) {
    const auto* const opening = std::get_if<script::RecordedOpening>(&next.line.what);
    const auto client = find_client_(opening == nullptr ? std::string() : opening->subprotocol);
    if (!client) {
      (void)fail_at(next, client.error());
      return nullptr;
    }
    found = connections_
                .emplace(moment.connection,
                         std::make_unique<ReplayConnection>(shared_, **client, moment.connection))
                .first;
  }
  const auto& connection = found->second;
  if (options_.pace != Pace::timed || origin_ || connection->has_ended()) {
    return connection.get();
  }
  if (!connection->is_ready()) {
    return nullptr;
  }
  origin_ = loop_.now();
  origin_ = *origin_ - (due(moment) - *origin_);
  return connection.get();
}

Instant Replay::due(const script::Moment& moment) const {
  if (options_.speed == 1) {
    return *origin_ + moment.at;
  }
  const double scaled = static_cast<double>(moment.at.count()) / options_.speed;
  return *origin_ + Nanoseconds(std::llround(std::min(scaled, 4e18)));
}

bool Replay::is_due(const script::Moment& moment) {
  const Instant at = due(moment);
  if (at <= loop_.now()) {
    return true;
  }
  due_timer_.arm(at);
  return false;
}

Replay::Step Replay::take_message(const ReplaySource::Next& next, ReplayConnection& connection) {
  const auto& recorded = std::get<script::RecordedMessage>(next.line.what);
  const MessageType type = recorded.message.type;
  if (recorded.direction == Direction::recv) {
    return options_.only_send || type == MessageType::ping || type == MessageType::pong
               ? Step::taken
               : expect(next, connection);
  }
  if (type == MessageType::pong) {
    return Step::taken;
  }
  if (connection.has_ended() || connection.is_closing()) {
    if (type == MessageType::close) {
      // It closed first this time.
      return Step::taken;
    }
    const std::string why =
        connection.has_ended() ? describe(*connection.end()) : "it was closed by us";
    const auto failure = connection.failure();
    return fail_at(next,
                   {.code = failure ? failure->code : ErrorCode::unmet,
                    .message = fmt::format("{} before this was sent; {} {} sent", why, result_.sent,
                                           result_.sent == 1 ? "message was" : "messages were")});
  }
  if (!connection.is_ready() || connection.is_blocked()) {
    return Step::wait;
  }
  return type == MessageType::close ? close(next, connection) : send(next, connection);
}

Replay::Step Replay::send(const ReplaySource::Next& next, ReplayConnection& connection) {
  const auto& message = std::get<script::RecordedMessage>(next.line.what).message;
  if (options_.pace == Pace::reply && awaits_answers(nullptr, options_.timeout)) {
    return Step::wait;
  }
  if (const auto sent = connection.send(message.view()); !sent) {
    return fail_at(next, sent.error());
  }
  if (options_.pace == Pace::timed) {
    result_.deviation->record(loop_.now() - due(next.line.moment));
  }
  if (options_.one_answer_each && !options_.only_send) {
    connection.expect_message();
  }
  return Step::taken;
}

Replay::Step Replay::close(const ReplaySource::Next& next, ReplayConnection& connection) {
  const auto& message = std::get<script::RecordedMessage>(next.line.what).message;
  // Answers may take longer than they did, and would be lost.
  if (awaits_answers(&connection, last_wait())) {
    return Step::wait;
  }
  const auto code =
      message.code == wire::CloseCode::no_status ? wire::CloseCode::normal : message.code;
  const auto closed = connection.close(code, message.payload);
  return closed ? Step::taken : fail_at(next, closed.error());
}

Replay::Step Replay::expect(const ReplaySource::Next& next, ReplayConnection& connection) {
  const auto& recorded = std::get<script::RecordedMessage>(next.line.what);
  if (recorded.message.type == MessageType::close) {
    connection.expect_close(next.number, recorded.message.view());
    return Step::taken;
  }
  if (!options_.check) {
    ++result_.recorded;
    connection.expect_message();
    return Step::taken;
  }
  if (connection.expects_much() && awaits_answers(&connection, options_.timeout)) {
    return Step::wait;
  }
  auto expectation =
      script::Expectation::create(recorded.message, recorded.expect ? &*recorded.expect : nullptr);
  if (!expectation) {
    return fail_at(next, expectation.error());
  }
  ++result_.recorded;
  connection.expect_message(next.number, std::move(*expectation));
  return Step::taken;
}

Replay::Step Replay::fail_at(const ReplaySource::Next& next, const Error& error) {
  stop(Error{.code = error.code,
             .message = fmt::format("{}:{}: {}", result_.file, next.number, error.message)});
  return Step::wait;
}

/// Whether answers are still to come, on one connection or on any that is there to receive them;
/// the wait for them is then limited.
bool Replay::awaits_answers(const ReplayConnection* one, Nanoseconds limit) {
  const bool awaited = std::ranges::any_of(connections_, [one](const auto& entry) {
    const ReplayConnection& connection = *entry.second;
    return (one == nullptr || one == &connection) && connection.missing() > 0 &&
           !connection.has_ended();
  });
  if (awaited && !answer_timer_.armed()) {
    answer_timer_.arm(loop_.now() + limit);
  }
  return awaited;
}

}  // namespace wskit::session
