// SPDX-License-Identifier: MIT
#include "session/replay_connection.h"

#include <utility>

#include <fmt/format.h>

#include "core/bytes.h"

namespace wskit::session {
namespace {

using script::MessageType;
using stats::ReplayDifference;

/// Of messages that wait for their counterpart, on either side.
constexpr std::size_t kMostWaiting = 10'000;
constexpr std::size_t kMostWaitingBytes = std::size_t{8} << 20;

}  // namespace

ReplayConnection::ReplayConnection(const ReplayShared& shared, ws::Client& client,
                                   std::uint64_t number)
    : shared_(shared), number_(number), session_(client, shared.loop, shared.session, *this) {
  session_.start();
}

void ReplayConnection::on_ready() {
  ready_ = true;
  shared_.owner.on_change(*this);
}

void ReplayConnection::on_drain() {
  blocked_ = false;
  bound_arrived();
  shared_.owner.on_change(*this);
}

Expected<void> ReplayConnection::send(const script::MessageView& message) {
  const ws::SendResult result = session_.send(message);
  if (result == ws::SendResult::dropped) {
    return fail(ErrorCode::too_big,
                fmt::format("a message of {} bytes does not fit into the send queue",
                            message.payload.size()));
  }
  if (is_data(message)) {
    ++shared_.result.sent;
    shared_.result.sent_bytes += message.payload.size();
  }
  blocked_ = result == ws::SendResult::backpressure;
  bound_arrived();
  return {};
}

Expected<void> ReplayConnection::close(wire::CloseCode code, std::string_view reason) {
  closing_ = true;
  // What it still receives is told, and its Close must come through.
  if (std::exchange(paused_, false)) {
    session_.resume();
  }
  return session_.close(code, reason);
}

void ReplayConnection::expect_message(std::uint64_t line, script::Expectation expected) {
  expect_message();
  last_line_ = line;
  if (arrived_.empty()) {
    expected_bytes_ += expected.bytes();
    expected_.push_back({.line = line, .expectation = std::move(expected)});
    return;
  }
  const script::Message got = std::move(arrived_.front());
  arrived_.pop_front();
  arrived_bytes_ -= got.payload.size();
  compare({.line = line, .expectation = std::move(expected)}, got.view());
  bound_arrived();
}

void ReplayConnection::expect_close(std::uint64_t line, const script::MessageView& close) {
  recorded_close_ = {
      .type = MessageType::close, .payload = std::string(close.payload), .code = close.code};
  recorded_close_line_ = line;
}

bool ReplayConnection::expects_much() const {
  return expected_.size() >= kMostWaiting || expected_bytes_ >= kMostWaitingBytes;
}

void ReplayConnection::on_received(const script::MessageView& message, Instant /*at*/) {
  if (!is_data(message)) {
    return;
  }
  if (missing() > 0) {
    shared_.owner.on_answer();
  }
  ++received_;
  ++shared_.result.received;
  shared_.result.received_bytes += message.payload.size();
  if (shared_.result.check) {
    if (expected_.empty()) {
      arrived_.push_back({.type = message.type, .payload = std::string(message.payload)});
      arrived_bytes_ += message.payload.size();
      bound_arrived();
    } else {
      const Awaited expected = std::move(expected_.front());
      expected_.pop_front();
      expected_bytes_ -= expected.expectation.bytes();
      compare(expected, message);
    }
  }
  shared_.owner.on_change(*this);
}

/// A server that is far ahead of the recording is not listened to, unless it would then not take
/// what brings the recording on.
void ReplayConnection::bound_arrived() {
  const bool full = arrived_.size() >= kMostWaiting || arrived_bytes_ >= kMostWaitingBytes;
  const bool pause = full && !blocked_ && !closing_;
  if (pause == paused_ || has_ended()) {
    return;
  }
  paused_ = pause;
  if (pause) {
    session_.pause();
  } else {
    session_.resume();
  }
}

void ReplayConnection::compare(const Awaited& expected, const script::MessageView& got) {
  ++shared_.result.check->compared;
  auto mismatch = expected.expectation.compare(got, shared_.ignored);
  if (mismatch && !*mismatch) {
    return;
  }
  ReplayDifference difference{.kind = ReplayDifference::Kind::different,
                              .line = expected.line,
                              .connection = number_,
                              .expected = expected.expectation.text(),
                              .got = script::shown_message(got)};
  if (mismatch) {
    difference.place = std::move((**mismatch).place);
    difference.expected_there = std::move((**mismatch).expected);
    difference.got_there = std::move((**mismatch).got);
  } else {
    difference.expected_there = escape(mismatch.error().message);
  }
  note(std::move(difference));
}

void ReplayConnection::note(ReplayDifference difference) {
  stats::ReplayCheck& check = *shared_.result.check;
  switch (difference.kind) {
    case ReplayDifference::Kind::different:
      ++check.different;
      break;
    case ReplayDifference::Kind::missing:
      ++check.missing;
      break;
    case ReplayDifference::Kind::unexpected:
      ++check.unexpected;
      break;
  }
  if (check.first.size() < stats::ReplayCheck::kKept) {
    check.first.push_back(std::move(difference));
  }
}

void ReplayConnection::settle_check() {
  for (const Awaited& expected : std::exchange(expected_, {})) {
    note({.kind = ReplayDifference::Kind::missing,
          .line = expected.line,
          .connection = number_,
          .expected = expected.expectation.text()});
  }
  for (const script::Message& got : std::exchange(arrived_, {})) {
    note({.kind = ReplayDifference::Kind::unexpected,
          .line = last_line_,
          .connection = number_,
          .got = script::shown_message(got.view())});
  }
  settle_close();
}

void ReplayConnection::settle_close() {
  if (!recorded_close_ || !end_) {
    return;
  }
  ReplayDifference difference{.kind = ReplayDifference::Kind::missing,
                              .line = recorded_close_line_,
                              .connection = number_,
                              .expected = script::shown_message(recorded_close_->view())};
  if (!end_->close_code) {
    return note(std::move(difference));
  }
  const script::MessageView got{
      .type = MessageType::close, .payload = end_->close_reason, .code = *end_->close_code};
  ++shared_.result.check->compared;
  if (const auto mismatch = script::first_mismatch(recorded_close_->view(), got, {})) {
    difference.kind = ReplayDifference::Kind::different;
    difference.got = script::shown_message(got);
    difference.place = mismatch->place;
    difference.expected_there = mismatch->expected;
    difference.got_there = mismatch->got;
    note(std::move(difference));
  }
}

std::optional<Error> ReplayConnection::failure() const {
  if (!end_) {
    return std::nullopt;
  }
  const bool ours = closing_ && end_->error &&
                    (end_->error->code == ErrorCode::closed_local ||
                     end_->error->code == ErrorCode::close_timeout);
  const bool as_recorded =
      recorded_close_ && end_->close_code && *end_->close_code == recorded_close_->code;
  return ours || as_recorded ? std::nullopt : failure_of(*end_);
}

void ReplayConnection::on_end(const ConnectionEnd& end) {
  end_ = end;
  shared_.owner.on_change(*this);
}

}  // namespace wskit::session
