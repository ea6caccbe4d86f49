// SPDX-License-Identifier: MIT
// How a replay, or a round of it, comes to its end.
#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "core/parse.h"
#include "session/connection_end.h"
#include "session/replay.h"

namespace wskit::session {
/// Whether the line that waits, or the end of the recording, only closes what has been played.
bool Replay::waits_to_close() const {
  if (!next_) {
    return true;
  }
  const auto* const recorded = std::get_if<script::RecordedMessage>(&next_->line.what);
  return recorded != nullptr && recorded->direction == script::Direction::send &&
         recorded->message.type == script::MessageType::close;
}

// On the connection whose turn it is, or on all.
void Replay::give_up_missing() {
  for (const auto& [number, connection] : connections_) {
    if (!next_ || next_->line.moment.connection == number) {
      connection->give_up_missing();
    }
  }
}

void Replay::answers_late(Instant /*now*/) {
  settled_ = true;
  if (waits_to_close()) {
    give_up_missing();
    return advance();
  }
  std::uint64_t received = 0;
  std::uint64_t recorded = 0;
  for (const auto& [number, connection] : connections_) {
    received += connection->received();
    recorded += connection->recorded();
  }
  stop(Error{.code = options_.check ? ErrorCode::unmet : ErrorCode::timeout,
             .message = fmt::format("{}:{}: {} of {} recorded answers came, and none within {}",
                                    result_.file, next_->number, received, recorded,
                                    format_duration(options_.timeout))});
  advance();
}

void Replay::no_time_left(Instant /*now*/) {
  stop(Error{
      .code = ErrorCode::timeout,
      .message = fmt::format("not done within --max-time {}", format_duration(options_.max_time))});
  advance();
}

void Replay::interrupt() {
  result_.interrupted = true;
  stop(std::nullopt);
  advance();
}

void Replay::stop(std::optional<Error> error) {
  if (std::exchange(stopping_, true)) {
    return;
  }
  result_.error = std::move(error);
  due_timer_.cancel();
  limit_timer_.cancel();
}

void Replay::close_all() {
  closing_ = true;
  answer_timer_.cancel();
  due_timer_.cancel();
  patience_timer_.arm(loop_.now() + kClosePatience);
  for (const auto& [number, connection] : connections_) {
    if (!connection->has_ended() && !connection->is_closing()) {
      (void)connection->close(wire::CloseCode::normal, {});
    }
  }
}

void Replay::patience_over(Instant /*now*/) {
  for (const auto& [number, connection] : connections_) {
    if (!connection->has_ended()) {
      connection->drop();
    }
  }
}

void Replay::end_round() {
  patience_timer_.cancel();
  for (const auto& [number, connection] : connections_) {
    if (options_.check && (settled_ || !stopping_)) {
      connection->settle_check();
    }
    if (const auto failure = connection->failure(); failure && !result_.error && !stopping_) {
      result_.error = failure;
    }
  }
  result_.rounds += stopping_ ? 0 : 1;
  const bool more = options_.rounds == 0 || result_.rounds < options_.rounds;
  const bool again = more && !stopping_ && !result_.error;
  if (again) {
    return round_timer_.arm(loop_.now());
  }
  due_timer_.cancel();
  limit_timer_.cancel();
  answer_timer_.cancel();
  result_.duration_s = std::chrono::duration<double>(loop_.now() - began_).count();
  if (ReplayWatcher* const watcher = std::exchange(watcher_, nullptr)) {
    watcher->on_done();
  }
}

}  // namespace wskit::session
