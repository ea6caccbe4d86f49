// SPDX-License-Identifier: MIT
#include "pubsub/centrifugo_channels.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/check.h"

namespace wskit::pubsub {
namespace {

// An epoch that the hub never had: whoever comes back with it is told so once more.
broker::TopicState of_other_epoch(broker::TopicState position) {
  position.epoch += "-lost";
  return position;
}

}  // namespace

bool CentrifugoChannels::by_token(std::string_view name) const {
  const auto found = channels_.find(name);
  check(found != channels_.end(), "the channel is there");
  return found->second.grant.by_token;
}

bool CentrifugoChannels::subscribe(std::uint32_t id, CentrifugoSubscribe request,
                                   const Grant& grant, Instant now) {
  auto place = parts_.peer.take_place();
  if (!place) {
    return false;
  }
  Channel& channel = channels_[request.channel];
  channel.grant = grant;
  channel.join_leave = request.join_leave;
  first_expiry_ = std::min(first_expiry_, grant.expires);
  channel.asked = std::make_unique<Asked>();
  channel.asked->id = id;
  channel.asked->ttl = ttl_until(grant.expires, now);
  channel.asked->recover = std::move(request.recover);
  channel.asked->place = std::move(*place);
  if (channel.asked->recover) {
    channel.asked->loss = parts_.peer.loss();
    to_recover_.push_back(std::move(request.channel));
    start_recovery();
  } else {
    start(request.channel, channel);
  }
  return true;
}

void CentrifugoChannels::start(const std::string& name, Channel& channel) {
  broker::Start from = broker::FromNow{};
  if (channel.asked->recover && channel.asked->loss == CentrifugoLoss::none) {
    from = broker::FromOffset(*channel.asked->recover);
  }
  channel.subscription = parts_.hub.subscribe(*this, {.filters = {name},
                                                      .start = std::move(from),
                                                      .skip_after_gap = true,
                                                      .no_echo = {},
                                                      .presence = channel.join_leave,
                                                      .place = std::move(channel.asked->place)});
}

void CentrifugoChannels::start_recovery() {
  while (recovering_.empty() && !to_recover_.empty() && !parts_.link.full()) {
    const std::string name = std::move(to_recover_.front());
    to_recover_.pop_front();
    const auto found = channels_.find(name);
    // It may have been ended, and begun again.
    if (found != channels_.end() && found->second.subscription == nullptr) {
      recovering_ = name;
      start(name, found->second);
    }
  }
}

void CentrifugoChannels::unsubscribe(std::uint32_t id, std::string_view name) {
  if (const auto found = channels_.find(name); found != channels_.end()) {
    auto left = channels_.extract(found);
    leave(left.key(), left.mapped());
    if (left.mapped().asked != nullptr) {
      // It was subscribed and has got nothing: without a position there is nothing to recover.
      parts_.link.reply(centrifugo_done(left.mapped().asked->id, "subscribe"));
    }
  }
  parts_.link.reply(centrifugo_done(id, "unsubscribe"));
  start_recovery();
}

void CentrifugoChannels::renew(std::string_view name, const Grant& grant) {
  const auto found = channels_.find(name);
  check(found != channels_.end(), "the channel is there");
  found->second.grant = grant;
  find_first_expiry();
}

void CentrifugoChannels::keep(const CentrifugoUser::May& allowed) {
  std::vector<std::string> lost;
  for (const auto& [name, channel] : channels_) {
    if (allowed && !channel.grant.by_token && !allowed(name)) {
      lost.push_back(name);
    }
  }
  end_all(lost, CentrifugoUnsubscribe::server);
}

void CentrifugoChannels::clear() {
  for (auto& [name, channel] : channels_) {
    leave(name, channel);
  }
  channels_.clear();
  to_recover_.clear();
  recovering_.clear();
  first_expiry_ = Instant::max();
}

void CentrifugoChannels::on_room() {
  for (const auto& [name, channel] : channels_) {
    if (channel.subscription != nullptr) {
      parts_.hub.resume(*channel.subscription);
    }
  }
  start_recovery();
}

void CentrifugoChannels::on_time(Instant now, Nanoseconds grace) {
  if (now < with_grace(first_expiry_, grace)) {
    return;
  }
  std::vector<std::string> expired;
  for (const auto& [name, channel] : channels_) {
    if (now >= with_grace(channel.grant.expires, grace)) {
      expired.push_back(name);
    }
  }
  end_all(expired, CentrifugoUnsubscribe::expired);
  find_first_expiry();
}

void CentrifugoChannels::find_first_expiry() {
  first_expiry_ = Instant::max();
  for (const auto& [name, channel] : channels_) {
    first_expiry_ = std::min(first_expiry_, channel.grant.expires);
  }
}

void CentrifugoChannels::end_all(const std::vector<std::string>& names, CentrifugoUnsubscribe why) {
  for (const std::string& name : names) {
    // Telling the client may end the connection, and all of its channels.
    auto ended = channels_.extract(name);
    if (!ended) {
      return;
    }
    leave(name, ended.mapped());
    if (ended.mapped().asked != nullptr) {
      parts_.link.fail(ended.mapped().asked->id, CentrifugoError::permission_denied);
    } else {
      parts_.link.push(centrifugo_unsubscribe_push(name, why));
    }
  }
  start_recovery();
}

void CentrifugoChannels::leave(std::string_view name, Channel& channel) {
  // Before it leaves: it does not hear of itself.
  channel.subscription = nullptr;
  if (channel.present) {
    parts_.hub.leave(name, parts_.self.connection);
  }
  if (name == recovering_) {
    recovering_.clear();
  }
}

CentrifugoChannels::Channels::value_type& CentrifugoChannels::channel_of(
    const Subscription& subscription) {
  const auto found = channels_.find(subscription.filters().front());
  check(found != channels_.end(), "a subscription ends with its channel");
  return *found;
}

void CentrifugoChannels::answer(Channel& channel, const broker::TopicState& position,
                                bool recovered) {
  const std::unique_ptr<Asked> asked = std::move(channel.asked);
  parts_.link.reply(centrifugo_subscribed(asked->id, {.position = position,
                                                      .ttl = asked->ttl,
                                                      .was_recovering = asked->recover.has_value(),
                                                      .recovered = recovered,
                                                      .publications = asked->publications}));
}

void CentrifugoChannels::on_started(Subscription& subscription, const Started& started) {
  Channel& channel = channel_of(subscription).second;
  check(started.topic.has_value(), "a single topic has a state");
  const CentrifugoLoss loss = channel.asked->loss;
  // What was missed goes into the answer.
  if (!channel.asked->recover || !started.complete || loss != CentrifugoLoss::none) {
    answer(channel, loss == CentrifugoLoss::epoch ? of_other_epoch(*started.topic) : *started.topic,
           false);
  }
}

void CentrifugoChannels::on_delivery(Subscription& subscription, Delivery& delivery) {
  if (subscription.live()) {
    parts_.peer.note_live(delivery.message());
  }
  Channel& channel = channel_of(subscription).second;
  if (channel.asked == nullptr) {
    parts_.link.push(delivery.piece(Format::centrifugo_frame));
    return;
  }
  std::string& publications = channel.asked->publications;
  publications += publications.empty() ? "" : ",";
  append_centrifugo_publication(publications, delivery.message());
  if (publications.size() >= parts_.max_recovered_bytes) {
    // The position is the one that was asked for: each publication moves it on.
    answer(channel, broker::TopicState(*channel.asked->recover), true);
  }
}

void CentrifugoChannels::on_live(Subscription& subscription, const broker::Cursor& /*cursor*/) {
  auto& [name, channel] = channel_of(subscription);
  if (channel.asked != nullptr) {
    answer(channel, broker::TopicState(*channel.asked->recover), true);
  }
  if (parts_.link.ended()) {
    return;
  }
  if (!std::exchange(channel.present, true)) {
    parts_.hub.join(name, parts_.self);
  }
  if (name == recovering_) {
    recovering_.clear();
    start_recovery();
  }
}

void CentrifugoChannels::on_gap(Subscription& /*subscription*/, const Gap& /*gap*/) {
  parts_.link.disconnect(CentrifugoDisconnect::insufficient_state);
}

void CentrifugoChannels::on_presence(Subscription& /*subscription*/,
                                     const broker::PresenceEvent& event) {
  parts_.link.push(centrifugo_presence_push(event));
}

void CentrifugoChannels::on_failed(Subscription& /*subscription*/, const Error& /*error*/) {
  parts_.link.disconnect(CentrifugoDisconnect::server_error);
}

}  // namespace wskit::pubsub
