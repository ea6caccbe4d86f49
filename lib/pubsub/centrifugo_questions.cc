// SPDX-License-Identifier: MIT
#include "pubsub/centrifugo_questions.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace wskit::pubsub {
namespace {

constexpr std::size_t kMaxWaiting = 128;
constexpr std::size_t kMaxPublications = 1'000;
constexpr std::size_t kMaxHistoryBytes = std::size_t{512} << 10;

}  // namespace

void CentrifugoQuestions::add(Question question) {
  if (waiting_.size() >= kMaxWaiting) {
    link_.fail(question.id, CentrifugoError::too_many_requests);
    return;
  }
  waiting_.push_back(std::move(question));
  go_on();
}

void CentrifugoQuestions::go_on() {
  if (asked_ == broker::kNoAnswer && !waiting_.empty() && !link_.ended() && !link_.full()) {
    std::visit([this](auto& what) { ask_now(what); }, waiting_.front().what);
  }
}

void CentrifugoQuestions::clear() {
  if (asked_ != broker::kNoAnswer) {
    hub_.forget(std::exchange(asked_, broker::kNoAnswer));
  }
  waiting_.clear();
}

void CentrifugoQuestions::ask_now(CentrifugoHistory& history) {
  const bool unlimited = history.limit < 0 || std::cmp_greater(history.limit, kMaxPublications);
  broker::HistoryRequest request{
      .filters = {history.channel},
      .start = broker::FromOldest{},
      .max_messages = unlimited ? kMaxPublications : static_cast<std::size_t>(history.limit),
      .max_bytes = kMaxHistoryBytes,
      .continues = 0,
      .reverse = history.reverse};
  if (history.since && !history.since->epoch.empty()) {
    request.start = broker::FromOffset(*history.since);
  } else if (history.since) {
    // Any epoch will do: where the topic stands tells which one there is.
    request.max_messages = 0;
  }
  asked_ = hub_.history(std::move(request),
                        [this](const Expected<broker::History>& answer) { on_history(answer); });
}

void CentrifugoQuestions::ask_now(CentrifugoPresence& presence) {
  asked_ = hub_.members(
      presence.channel,
      [this](const Expected<std::vector<broker::Member>>& members) { on_members(members); });
}

std::uint32_t CentrifugoQuestions::take_answered() {
  const std::uint32_t id = waiting_.front().id;
  waiting_.pop_front();
  return id;
}

void CentrifugoQuestions::on_history(const Expected<broker::History>& history) {
  asked_ = broker::kNoAnswer;
  auto& asked = std::get<CentrifugoHistory>(waiting_.front().what);
  if (history && history->topic && asked.since && asked.since->epoch.empty()) {
    asked.since->epoch = history->topic->epoch;
    go_on();
    return;
  }
  const std::uint32_t id = take_answered();
  if (!history || !history->topic) {
    link_.fail(id, CentrifugoError::internal);
  } else if (!history->complete) {
    link_.fail(id, CentrifugoError::unrecoverable_position);
  } else {
    link_.reply(centrifugo_history(id, *history, *history->topic));
  }
  go_on();
}

void CentrifugoQuestions::on_members(const Expected<std::vector<broker::Member>>& members) {
  asked_ = broker::kNoAnswer;
  const bool only_numbers = std::get<CentrifugoPresence>(waiting_.front().what).only_numbers;
  const std::uint32_t id = take_answered();
  if (!members) {
    link_.fail(id, CentrifugoError::internal);
  } else if (only_numbers) {
    link_.reply(centrifugo_presence_stats(id, *members));
  } else {
    link_.reply(centrifugo_presence(id, *members));
  }
  go_on();
}

}  // namespace wskit::pubsub
