// SPDX-License-Identifier: MIT
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/parse.h"
#include "script/difference.h"
#include "script/player.h"

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

std::optional<std::size_t> Player::find(const ExpectStep& step, const Place& place) {
  Seat& seat = seats_[step.client];
  for (; seat.looked_at < seat.mailbox.size(); ++seat.looked_at) {
    const Received& received = seat.mailbox[seat.looked_at];
    const auto selected = selects(step, received);
    if (!selected) {
      fail_expectation(step, place, selected.error().message);
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

void Player::take_from_mailbox(Seat& seat, std::size_t index) {
  for (std::size_t i = 0; i <= index; ++i) {
    seat.mailbox_bytes -= seat.mailbox[i].message().payload.size() + sizeof(Received);
  }
  seat.mailbox.erase(seat.mailbox.begin(),
                     seat.mailbox.begin() + static_cast<std::ptrdiff_t>(index) + 1);
  if (seat.mailbox.empty()) {
    std::vector<Received>().swap(seat.mailbox);
  }
  seat.looked_at = 0;
}

bool Player::inspect(const Subject& subject, const Captures& captures, const Asserts& asserts) {
  for (const auto& [place, capture] : captures) {
    const auto value = capture.query.find(subject);
    if (!value || !*value) {
      end(Failure{
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
  return inspect(subject_of(received), step.captures, step.asserts);
}

Player::Progress Player::on(const ExpectStep& step, Instant now) {
  Seat& seat = seats_[step.client];
  if (!begun_) {
    seat.looked_at = 0;
  }
  const Nanoseconds limit = limit_of(step.client, step.deadline);
  const bool late = overdue(limit, now);
  const auto index = find(step, step_->place);
  if (index) {
    Received received = std::move(seat.mailbox[*index]);
    // What is left behind keeps its size for the books.
    seat.mailbox_bytes -= received.message().payload.size();
    seat.mailbox[*index] = Received({}, received.at());
    take_from_mailbox(seat, *index);
    return accept(step, step_->place, std::move(received)) ? Progress::done : Progress::waits;
  }
  if (done_) {
    return Progress::waits;
  }
  if (seat.state == State::ended) {
    seat.end_seen = true;
    fail_expectation(step, step_->place,
                     named(step.client) + (seat.ending ? seat.ending->what : "it is closed"));
  } else if (late) {
    fail_expectation(step, step_->place,
                     fmt::format("{}nothing like it came within {}", named(step.client),
                                 format_duration(limit)));
  }
  return Progress::waits;
}

Player::Progress Player::on(const UnorderedStep& step, Instant now) {
  if (!begun_) {
    found_.assign(step.members.size(), false);
  }
  const auto& first = step.members.front().second;
  const Nanoseconds limit = limit_of(first.client, first.deadline);
  const bool late = overdue(limit, now);
  for (std::size_t i = 0; i < step.members.size() && !done_; ++i) {
    const auto& [place, member] = step.members[i];
    Seat& seat = seats_[member.client];
    seat.looked_at = 0;
    const auto index = found_[i] ? std::nullopt : find(member, place);
    if (index) {
      found_[i] = true;
      Received received = std::move(seat.mailbox[*index]);
      seat.mailbox_bytes -= received.message().payload.size() + sizeof(Received);
      seat.mailbox.erase(seat.mailbox.begin() + static_cast<std::ptrdiff_t>(*index));
      (void)accept(member, place, std::move(received));
    } else if (!done_ && !found_[i] && (late || seat.state == State::ended)) {
      fail_expectation(member, place,
                       seat.state == State::ended && seat.ending
                           ? named(member.client) + seat.ending->what
                           : fmt::format("{}nothing like it came within {}", named(member.client),
                                         format_duration(limit)));
    }
  }
  const bool all = std::ranges::all_of(found_, [](bool found) { return found; });
  return all && !done_ ? Progress::done : Progress::waits;
}

Player::Progress Player::on(const NoneStep& step, Instant now) {
  Seat& seat = seats_[step.client];
  if (!begun_) {
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
                    : fits.error().message);
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

void Player::fail_expectation(const ExpectStep& step, const Place& place, std::string what) {
  const Seat& seat = seats_[step.client];
  Failure failure{.place = place, .message = std::move(what)};
  std::vector<std::pair<Difference, const Received*>> differences;
  for (const Received& received : seat.mailbox) {
    if (differences.size() == kCompared) {
      break;
    }
    if (received.is_data() || step.pattern.is_control()) {
      differences.emplace_back(step.pattern.explain(received, values_), &received);
    }
    if (differences.size() > 0 && differences.back().first.text.empty()) {
      differences.back().first.text = "a where line does not hold";
    }
  }
  std::ranges::stable_sort(differences, {}, [](const auto& entry) { return entry.first.distance; });
  for (const auto& [difference, received] : differences) {
    if (failure.nearest.size() == kNearest) {
      break;
    }
    failure.nearest.push_back(
        {.message = shown(received->message().view()), .difference = difference.text});
  }
  failure.unread = seat.mailbox.size();
  for (const Received& received : seat.mailbox) {
    if (failure.mailbox.size() == kShownOfMailbox) {
      break;
    }
    failure.mailbox.push_back(shown(received.message().view()));
  }
  end(std::move(failure));
}

}  // namespace wskit::script
