// SPDX-License-Identifier: MIT
#include "pubsub/sessions.h"

#include <utility>

namespace wskit::pubsub {

void Sessions::hold(const std::string& key, OnWanted on_wanted) {
  held_.insert_or_assign(key, std::move(on_wanted));
  broker_.hold_session(node_, key);
}

void Sessions::store(const std::string& key, std::string session, Nanoseconds ttl) {
  held_.erase(key);
  broker_.store_session(node_, key, std::move(session), ttl);
}

void Sessions::drop(const std::string& key) {
  held_.erase(key);
  broker_.drop_session(node_, key);
}

void Sessions::take(std::string_view key, OnTaken on_taken) {
  taking_.emplace(++last_token_, std::move(on_taken));
  broker_.take_session(node_, last_token_, key);
}

void Sessions::on_taken(broker::Token token, Expected<std::optional<std::string>> session) {
  // Taken out first: the call may ask the next question.
  if (auto asked = taking_.extract(token)) {
    asked.mapped()(std::move(session));
  }
}

void Sessions::on_wanted(std::string_view key) {
  // If nobody holds it any more, it was stored or dropped since.
  if (const auto held = held_.find(key); held != held_.end()) {
    const OnWanted tell = held->second;
    tell();
  }
}

}  // namespace wskit::pubsub
