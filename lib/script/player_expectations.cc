// SPDX-License-Identifier: MIT
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/parse.h"
#include "script/difference.h"
#include "script/player.h"
#include "script/shown.h"

namespace wskit::script {
namespace {

constexpr std::size_t kNearest = 3;
constexpr std::size_t kShownOfMailbox = 10;
/// More are not held against the expectation: a failure must not take longer than the test.
constexpr std::size_t kCompared = 1000;

Subject subject_of(const Received& received) {
  const Message& message = received.message();
  return {.text = message.payload,
          .json = [&received]() -> const Expected<Json>& { return received.json(); },
          .code = message.code};
}

}  // namespace

Expected<bool> Player::selects(const ExpectStep& step, const Received& received) {
  const auto fits = step.pattern.matches(received, values_);
  if (!fits || !*fits) {
    return fits;
  }
  for (const auto& [place, predicate] : step.where) {
    const auto wrong = predicate.check(subject_of(received), values_);
    if (!wrong) {
      return std::unexpected(wrong.error());
    }
    if (*wrong) {
      return false;
    }
  }
  return true;
}

/// Why a message that the pattern fits was not selected.
std::string Player::unmet_where(const ExpectStep& step, const Received& received) {
  for (const auto& [place, predicate] : step.where) {
    const auto wrong = predicate.check(subject_of(received), values_);
    if (!wrong || *wrong) {
      return fmt::format("line {} does not hold: {}", place.line,
                         wrong ? **wrong : wrong.error().message);
    }
  }
  return "it came too late";
}

std::optional<std::size_t> Player::find(const ExpectStep& step, const Place& place) {
  Seat& seat = seats_[step.client];
  for (; seat.looked_at < seat.mailbox.size(); ++seat.looked_at) {
    const Received& received = seat.mailbox[seat.looked_at];
    const auto selected = selects(step, received);
    if (!selected) {
      // Nothing was found out of which message is near.
      end(Failure{
          .code = selected.error().code, .place = place, .message = selected.error().message});
      show_mailbox(step.client);
      return std::nullopt;
    }
    if (*selected) {
      return seat.looked_at;
    }
    if (step.strict && (received.is_data() || step.pattern.is_control())) {
      fail_expectation(step, place,
                       fmt::format("{}the next message is another one", named(step.client)));
      return std::nullopt;
    }
  }
  return std::nullopt;
}

bool Player::inspect(const Subject& subject, const Captures& captures, const Asserts& asserts) {
  for (const auto& [place, capture] : captures) {
    const auto value = capture.query.find(subject);
    if (!value || !*value) {
      end(Failure{
          .code = value ? ErrorCode::unmet : value.error().code,
          .place = place,
          .message = value ? fmt::format("there is nothing to capture in {}", shown(subject.text))
                           : value.error().message});
      return false;
    }
    values_.set(capture.variable, text_of(**value));
  }
  for (const auto& [place, predicate] : asserts) {
    const auto wrong = predicate.check(subject, values_);
    if (!wrong || *wrong) {
      end(Failure{.code = wrong ? ErrorCode::unmet : wrong.error().code,
                  .place = place,
                  .message = wrong ? "it does not hold: " + **wrong : wrong.error().message,
                  .nearest = {{.message = shown(subject.text, 400), .difference = {}}}});
      return false;
    }
  }
  return true;
}

bool Player::accept(const ExpectStep& step, const Place& place, Received received) {
  last_taken_ = received.at();
  if (received.message().type == MessageType::close) {
    seats_[step.client].end_seen = true;
  }
  if (const auto captured = step.pattern.capture(received, values_); !captured) {
    end(Failure{
        .code = captured.error().code, .place = place, .message = captured.error().message});
    return false;
  }
  const bool good = inspect(subject_of(received), step.captures, step.asserts);
  if (!good) {
    show_mailbox(step.client);
  }
  return good;
}

bool Player::fail_if_hopeless(const ExpectStep& step, const Place& place, Instant now) {
  Seat& seat = seats_[step.client];
  const Nanoseconds limit = limit_of(step.client, step.deadline);
  const bool late = overdue(limit, now);
  if (seat.state == State::ended) {
    seat.end_seen = true;
    fail_expectation(step, place,
                     named(step.client) + (seat.ending ? seat.ending->what : "it is closed"));
  } else if (late) {
    fail_expectation(
        step, place,
        fmt::format("{}nothing like it came within {}", named(step.client), format_duration(limit)),
        ErrorCode::timeout);
  }
  return done_;
}

bool Player::came_late(const ExpectStep& step, std::size_t index) const {
  return seats_[step.client].mailbox[index].at() - step_began_ >=
         limit_of(step.client, step.deadline);
}

Player::Progress Player::on(const ExpectStep& step, Instant now) {
  Seat& seat = seats_[step.client];
  if (begins(now)) {
    seat.looked_at = 0;
  }
  const auto index = find(step, step_->place);
  if (!index || came_late(step, *index)) {
    (void)(done_ || fail_if_hopeless(step, step_->place, now));
    return Progress::waits;
  }
  seat.mailbox.drop(*index);
  seat.looked_at = 0;
  return accept(step, step_->place, seat.mailbox.take(0)) ? Progress::done : Progress::waits;
}

void Player::look_for_member(const UnorderedStep& step, std::size_t number, Instant now) {
  const auto& [place, member] = step.members[number];
  Seat& seat = seats_[member.client];
  seat.looked_at = 0;
  const auto index = find(member, place);
  if (!index || came_late(member, *index)) {
    (void)(done_ || fail_if_hopeless(member, place, now));
    return;
  }
  found_[number] = true;
  // One less in front of those that were passed over, or all up to here.
  seat.passed_over = *index < seat.passed_over ? seat.passed_over - 1 : *index;
  (void)accept(member, place, seat.mailbox.take(*index));
}

Player::Progress Player::on(const UnorderedStep& step, Instant now) {
  if (begins(now)) {
    found_.assign(step.members.size(), false);
    std::ranges::for_each(seats_, [](Seat& seat) { seat.passed_over = 0; });
  }
  deadline_ = Instant::max();
  for (std::size_t i = 0; i < step.members.size() && !done_; ++i) {
    if (!found_[i]) {
      look_for_member(step, i, now);
    }
  }
  if (done_ || std::ranges::find(found_, false) != found_.end()) {
    return Progress::waits;
  }
  for (Seat& seat : seats_) {
    seat.mailbox.drop(std::exchange(seat.passed_over, 0));
  }
  return Progress::done;
}

Player::Progress Player::on(const NoneStep& step, Instant now) {
  Seat& seat = seats_[step.client];
  if (begins(now)) {
    seat.looked_at = 0;
  }
  const bool over = overdue(step.duration, now);
  for (; seat.looked_at < seat.mailbox.size(); ++seat.looked_at) {
    const Received& received = seat.mailbox[seat.looked_at];
    const bool is_close = received.message().type == MessageType::close;
    const auto fits = step.pattern ? step.pattern->matches(received, values_)
                                   : Expected<bool>(received.is_data() || is_close);
    if (!fits || *fits) {
      fail_here(fits
                    ? fmt::format("{}{} came", named(step.client), shown(received.message().view()))
                    : fits.error().message,
                fits ? ErrorCode::unmet : fits.error().code);
      show_mailbox(step.client);
      return Progress::waits;
    }
  }
  if (seat.ending && seat.ending->is_failure) {
    seat.end_seen = true;
    fail_here(named(step.client) + seat.ending->what, ErrorCode::closed_remote);
    return Progress::waits;
  }
  return over ? Progress::done : Progress::waits;
}

void Player::fail_expectation(const ExpectStep& step, const Place& place, std::string what,
                              ErrorCode code) {
  const Mailbox& mailbox = seats_[step.client].mailbox;
  Failure failure{.code = code, .place = place, .message = std::move(what)};
  std::vector<std::pair<Difference, std::size_t>> differences;
  for (std::size_t i = 0; i < std::min(mailbox.size(), kCompared); ++i) {
    if (!mailbox[i].is_data() && !step.pattern.is_control()) {
      continue;
    }
    Difference difference = step.pattern.explain(mailbox[i], values_);
    if (difference.text.empty()) {
      difference.text = unmet_where(step, mailbox[i]);
    }
    differences.emplace_back(std::move(difference), i);
  }
  // Of equally near ones the earlier one first.
  std::ranges::sort(differences, {}, [](const auto& entry) {
    return std::pair(entry.first.distance, entry.second);
  });
  for (const auto& [difference, index] : differences) {
    if (failure.nearest.size() == kNearest) {
      break;
    }
    failure.nearest.push_back(
        {.message = shown(mailbox[index].message().view()), .difference = difference.text});
  }
  end(std::move(failure));
  show_mailbox(step.client);
}

void Player::show_mailbox(ClientIndex client) {
  const Mailbox& mailbox = seats_[client].mailbox;
  if (!failure_) {
    return;
  }
  failure_->unread = mailbox.size();
  failure_->mailbox.clear();
  for (std::size_t i = 0; i < std::min(mailbox.size(), kShownOfMailbox); ++i) {
    failure_->mailbox.push_back(shown(mailbox[i].message().view()));
  }
}

}  // namespace wskit::script
