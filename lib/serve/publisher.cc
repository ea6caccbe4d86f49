// SPDX-License-Identifier: MIT
#include "serve/publisher.h"

#include <algorithm>

#include "serve/session.h"

namespace wskit::serve {
namespace {

constexpr std::size_t kMaxWaiting = 1'024;

}  // namespace

Publisher::~Publisher() {
  for (const Waiting& waiting : waiting_) {
    node_.hub().forget(waiting.token);
  }
}

void Publisher::publish(broker::PublishRequest request, Answer answer) {
  node_.counts().published_bytes.add(request.payload.size());
  const std::uint64_t number = ++published_;
  const broker::Token token = node_.hub().publish(
      std::move(request),
      [this, number, answer = std::move(answer)](const Expected<broker::PublishAck>& ack) {
        on_answer(number, ack, answer);
      });
  waiting_.push_back({number, token});
}

void Publisher::publish_from(Session& session, broker::PublishRequest request, Answer answer) {
  node_.counts().published_websocket.add(1);
  publish(std::move(request),
          [this, &session, answer = std::move(answer)](const Expected<broker::PublishAck>& ack) {
            if (waiting_.size() == kMaxWaiting / 2) {
              session.go_on_reading();
            }
            answer(ack);
          });
  if (waiting_.size() > kMaxWaiting) {
    session.hold_reading();
  }
}

void Publisher::on_answer(std::uint64_t number, const Expected<broker::PublishAck>& ack,
                          const Answer& answer) {
  const auto found = std::ranges::find(waiting_, number, &Waiting::number);
  waiting_.erase(found);
  if (!ack) {
    node_.counts().publish_failures.add(1);
  }
  answer(ack);
}

}  // namespace wskit::serve
