// SPDX-License-Identifier: MIT
#include "pubsub/hub.h"

#include <algorithm>
#include <utility>

#include "core/check.h"

namespace wskit::pubsub {
namespace {

using broker::Cursor;
using broker::MessagePtr;
using broker::Token;

/// Leaves all but the first ones to the next read.
void cut_short(broker::History& history, std::size_t messages) {
  if (messages == history.messages.size()) {
    return;
  }
  history.messages.resize(messages);
  history.more = true;
  history.cursor = history.start;
  for (const MessagePtr& message : history.messages) {
    history.cursor.advance(message->position);
  }
}

/// Calls who waits for the answer, unless nobody does any more.
template <class Waiting, class Answer>
void tell(Waiting& waiting, Token token, Answer&& answer) {
  // Taken out first: the call may ask the next question.
  if (auto asked = waiting.extract(token)) {
    asked.mapped()(std::forward<Answer>(answer));
  }
}

}  // namespace

void EndSubscription::operator()(Subscription* subscription) const {
  subscription->hub_.end(*subscription);
}

Hub::Hub(broker::Broker& broker, std::function<void()> wake, const Options& options)
    : broker_(broker), options_(options), node_(broker.attach(*this, std::move(wake))) {}

Hub::Hub(broker::Broker& broker, std::function<void()> wake)
    : Hub(broker, std::move(wake), Options()) {}

Hub::~Hub() {
  check(subscriptions_.empty(), "subscriptions end before their hub");
  broker_.detach(node_);
}

SubscriptionHandle Hub::subscribe(Receiver& receiver, SubscribeRequest request) {
  check(!request.filters.empty(), "a subscription has a filter");
  std::ranges::sort(request.filters);
  request.filters.erase(std::ranges::unique(request.filters).begin(), request.filters.end());
  subscriptions_.push_back(std::make_unique<Subscription>(*this, receiver, std::move(request)));
  Subscription& added = *subscriptions_.back();
  added.place_ = subscriptions_.size() - 1;
  for (const std::string& filter : added.filters()) {
    if (tree_.add(filter, &added)) {
      broker_.interest(node_, filter, true);
    }
  }
  added.past_ = std::make_unique<Subscription::Past>();
  added.past_->start = std::move(added.request_.start);
  // Only now that live messages arrive: nothing can be lost between them and the history.
  read(added);
  return SubscriptionHandle(&added);
}

Cursor Hub::cursor(const Subscription& subscription) const {
  if (!subscription.live()) {
    const auto* const from = std::get_if<broker::FromCursor>(&subscription.past_->start);
    check(from != nullptr, "a subscription has a cursor to go on from");
    return *from;
  }
  if (subscription.floor_ == nullptr) {
    return seen_;
  }
  Cursor cursor = *subscription.floor_;
  if (cursor.epoch() == seen_.epoch()) {
    cursor.advance(seen_);
  }
  return cursor;
}

void Hub::resume(Subscription& subscription) {
  if (subscription.past_ != nullptr && subscription.past_->to_be_read) {
    read(subscription);
  }
}

Token Hub::publish(broker::PublishRequest request,
                   On<const Expected<broker::PublishAck>&> on_published) {
  const Token token = wait(publishing_, std::move(on_published));
  broker_.publish(node_, token, std::move(request));
  return token;
}

Token Hub::history(broker::HistoryRequest request, On<Expected<broker::History>> on_history) {
  const Token token = wait(asking_history_, std::move(on_history));
  broker_.history(node_, token, std::move(request));
  return token;
}

Token Hub::members(std::string_view topic, On<Expected<std::vector<broker::Member>>> on_members) {
  const Token token = wait(asking_members_, std::move(on_members));
  broker_.members(node_, token, topic);
  return token;
}

void Hub::forget(Token token) {
  publishing_.erase(token);
  asking_history_.erase(token);
  asking_members_.erase(token);
}

void Hub::join(std::string_view topic, broker::Member member) {
  broker_.join(node_, topic, std::move(member));
}

void Hub::leave(std::string_view topic, std::string_view connection) {
  broker_.leave(node_, topic, connection);
}

bool Hub::poll(std::size_t max_events) {
  check(!polling_, "poll() is not called from within itself");
  polling_ = true;
  const bool more = broker_.poll(node_, max_events);
  polling_ = false;
  recent_.trim();
  for (Subscription* const subscription : std::exchange(ended_, {})) {
    remove(*subscription);
  }
  return more;
}

template <class Answer>
Token Hub::wait(Waiting<Answer>& waiting, On<Answer> on_answer) {
  if (!on_answer) {
    return broker::kNoAnswer;
  }
  waiting.emplace(++last_token_, std::move(on_answer));
  return last_token_;
}

template <class Visit>
void Hub::each_match(std::string_view topic, Visit&& visit) {
  ++matches_;
  tree_.match(topic, [&](Subscription* subscription) {
    // Several of its filters may match.
    if (!subscription->ended_ && subscription->matched_ != matches_) {
      subscription->matched_ = matches_;
      visit(*subscription);
    }
  });
}

void Hub::on_message(const MessagePtr& message) {
  ++counts_.messages;
  if (seen_.epoch() != message->epoch) {
    seen_ = Cursor(message->epoch);
  }
  if (seen_.covers(message->position)) {
    ++counts_.repeated;
    return;
  }
  Delivery delivery(message, scratch_);
  each_match(message->topic,
             [&](Subscription& subscription) { live_message(subscription, delivery); });
  seen_.advance(message->position);
}

void Hub::live_message(Subscription& subscription, Delivery& delivery) {
  if (subscription.past_ != nullptr) {
    Subscription::Past& past = *subscription.past_;
    // While no read is under way, the next one will have it.
    if (past.reading == broker::kNoAnswer || past.overflowed) {
      return;
    }
    past.arrived.push_back(delivery.shared());
    if (past.arrived.size() > options_.max_arrived) {
      past.arrived = {};
      past.overflowed = true;
    }
    return;
  }
  if (subscription.floor_ != nullptr) {
    if (subscription.floor_->covers(delivery.message().position)) {
      return;
    }
    if (seen_.covers(*subscription.floor_)) {
      subscription.floor_ = nullptr;
    }
  }
  deliver(subscription, delivery);
}

void Hub::deliver(Subscription& subscription, Delivery& delivery) {
  const std::string& own = subscription.request_.no_echo;
  if (!own.empty() && own == delivery.message().publisher.connection) {
    return;
  }
  ++counts_.deliveries;
  subscription.receiver_.on_delivery(subscription, delivery);
}

void Hub::on_presence(const broker::PresenceEvent& event) {
  each_match(event.topic, [&](Subscription& subscription) {
    if (subscription.request_.presence && subscription.live()) {
      subscription.receiver_.on_presence(subscription, event);
    }
  });
}

void Hub::on_published(Token token, const Expected<broker::PublishAck>& ack) {
  tell(publishing_, token, ack);
}

void Hub::on_members(Token token, Expected<std::vector<broker::Member>> members) {
  tell(asking_members_, token, std::move(members));
}

void Hub::on_history(Token token, Expected<broker::History> history) {
  const auto reader = reading_.find(token);
  if (reader == reading_.end()) {
    tell(asking_history_, token, std::move(history));
    return;
  }
  Subscription& subscription = *reader->second;
  reading_.erase(reader);
  subscription.past_->reading = broker::kNoAnswer;
  if (history) {
    past_arrived(subscription, *history);
  } else {
    subscription.past_->arrived = {};
    subscription.receiver_.on_failed(subscription, history.error());
  }
}

void Hub::on_lost(std::string_view why) {
  lost_ = why;
}

void Hub::on_regained() {
  lost_.clear();
  for (const auto& subscription : subscriptions_) {
    if (!subscription->ended_) {
      recover(*subscription);
    }
  }
}

void Hub::recover(Subscription& subscription) {
  if (subscription.past_ != nullptr) {
    // A read under way does not have what was lost after it: another one will.
    subscription.past_->arrived = {};
    subscription.past_->overflowed = true;
    return;
  }
  Cursor from = cursor(subscription);
  subscription.floor_ = nullptr;
  subscription.past_ = std::make_unique<Subscription::Past>();
  subscription.past_->start = std::move(from);
  subscription.past_->started = true;
  read(subscription);
}

void Hub::read(Subscription& subscription) {
  Subscription::Past& past = *subscription.past_;
  past.to_be_read = false;
  past.overflowed = false;
  past.arrived.clear();  // the engine had it before: the answer will have it
  past.reading = ++last_token_;
  reading_.emplace(past.reading, &subscription);
  broker_.history(node_, past.reading,
                  {.filters = subscription.filters(),
                   .start = past.start,
                   .max_messages = options_.page_messages,
                   .max_bytes = options_.page_bytes,
                   .continues = past.continues});
}

void Hub::past_arrived(Subscription& subscription, broker::History& history) {
  tell_begin(subscription, history);
  if (subscription.ended_) {
    return;
  }
  const bool skip = !history.complete && subscription.request_.skip_after_gap;
  if (skip) {
    history.messages.clear();
    history.more = false;
    history.cursor = history.now;
  }
  for (std::size_t told = 0; told < history.messages.size();) {
    deliver(subscription, recent_.of(history.messages[told++]));
    if (subscription.ended_) {
      return;
    }
    if (subscription.receiver_.backlogged()) {
      cut_short(history, told);
    }
  }
  Subscription::Past& past = *subscription.past_;
  if (!history.more && !past.overflowed) {
    go_live(subscription, std::move(history.cursor));
    return;
  }
  past.start = std::move(history.cursor);
  past.continues = history.continues;
  if (subscription.receiver_.backlogged()) {
    past.to_be_read = true;
  } else {
    read(subscription);
  }
}

void Hub::tell_begin(Subscription& subscription, const broker::History& history) {
  Subscription::Past& past = *subscription.past_;
  if (!history.complete) {
    ++counts_.gaps;
  } else if (!std::holds_alternative<broker::FromNow>(past.start) && past.continues == 0) {
    ++counts_.caught_up;
  }
  const bool skip = !history.complete && subscription.request_.skip_after_gap;
  if (!std::exchange(past.started, true)) {
    subscription.receiver_.on_started(subscription, {.complete = history.complete,
                                                     .cursor = skip ? history.now : history.start,
                                                     .oldest = history.oldest,
                                                     .topic = history.topic});
  } else if (!history.complete) {
    subscription.receiver_.on_gap(
        subscription, {.cursor = skip ? history.now : history.start, .oldest = history.oldest});
  }
}

void Hub::go_live(Subscription& subscription, Cursor cursor) {
  for (const MessagePtr& message : std::exchange(subscription.past_->arrived, {})) {
    if (message->epoch != cursor.epoch() || cursor.covers(message->position)) {
      continue;
    }
    cursor.advance(message->position);
    Delivery delivery(message, scratch_);
    deliver(subscription, delivery);
    if (subscription.ended_) {
      return;
    }
  }
  subscription.past_ = nullptr;
  if (!seen_.covers(cursor)) {
    subscription.floor_ = std::make_unique<Cursor>(cursor);
  }
  subscription.receiver_.on_live(subscription, cursor);
}

void Hub::end(Subscription& subscription) {
  check(!subscription.ended_, "a subscription ends once");
  subscription.ended_ = true;
  subscription.request_.place = {};
  if (subscription.past_ != nullptr) {
    reading_.erase(subscription.past_->reading);
  }
  if (polling_) {
    // It may be in a list that is being gone through.
    ended_.push_back(&subscription);
  } else {
    remove(subscription);
  }
}

void Hub::remove(Subscription& subscription) {
  for (const std::string& filter : subscription.filters()) {
    if (tree_.remove(filter, &subscription)) {
      broker_.interest(node_, filter, false);
    }
  }
  const std::size_t place = subscription.place_;
  std::swap(subscriptions_[place], subscriptions_.back());
  subscriptions_[place]->place_ = place;
  subscriptions_.pop_back();
}

}  // namespace wskit::pubsub
