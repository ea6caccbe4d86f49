// SPDX-License-Identifier: MIT
#include "serve/subscriber.h"

#include <utility>

namespace wskit::serve {
namespace {

using pubsub::Format;
using pubsub::GapNotice;

using pubsub::SlowPolicy;

pubsub::QueueLimits limits_for(Format format, const PubSubOptions& options) {
  pubsub::QueueLimits limits = options.queue;
  if (!pubsub::can_announce(format)) {
    limits.policy = SlowPolicy::close;
  } else if (!options.slow.empty() && limits.policy == SlowPolicy::close) {
    limits.policy = SlowPolicy::drop_new;  // of notices: messages have those of their topics
  }
  return limits;
}

}  // namespace

Subscriber::Subscriber(const Parts& parts, pubsub::SubscribeRequest request)
    : parts_(parts),
      limits_(limits_for(parts.format, parts.node.options())),
      feed_({.outlet = parts.outlet,
             .owner = *this,
             .limits = limits_,
             .counts = parts.node.counts()}),
      subscription_(parts.node.hub().subscribe(*this, std::move(request))),
      open_({.node = parts.node,
             .outlet = parts.outlet,
             .owner = *this,
             .transport = parts.transport,
             .id = std::string(parts.id)}) {}

void Subscriber::stop() {
  ended_ = true;
  feed_.close();
  subscription_ = nullptr;
}

void Subscriber::end(SubscriberEnd why) {
  if (!ended_) {
    stop();
    parts_.owner.on_subscriber_end(why);
  }
}

void Subscriber::on_started(pubsub::Subscription& /*subscription*/,
                            const pubsub::Started& started) {
  if (!started.complete) {
    announce({.cursor = started.cursor, .oldest = started.oldest});
  }
}

void Subscriber::on_delivery(pubsub::Subscription& subscription, pubsub::Delivery& delivery) {
  ++deliveries_;
  if (subscription.live()) {
    parts_.node.note_delivery(delivery.message());
  }
  const std::string& topic = delivery.message().topic;
  if (parts_.node.options().slow.empty()) [[likely]] {
    feed_.push(delivery.piece(parts_.format));
  } else if (pubsub::can_announce(parts_.format)) {
    feed_.push(delivery.piece(parts_.format), parts_.node.slow_limits(topic));
  } else {
    feed_.push(delivery.piece(parts_.format), parts_.node.closing_limits(topic));
  }
}

void Subscriber::on_live(pubsub::Subscription& /*subscription*/, const broker::Cursor& cursor) {
  // So that an EventSource that loses its connection before the first message comes back to here.
  if (parts_.format == Format::event || parts_.format == Format::envelope_event) {
    feed_.push(pubsub::Piece("id: " + cursor.text() + "\n\n"));
  }
}

void Subscriber::on_gap(pubsub::Subscription& /*subscription*/, const pubsub::Gap& gap) {
  announce(gap);
}

void Subscriber::on_failed(pubsub::Subscription& /*subscription*/, const Error& /*error*/) {
  end(SubscriberEnd::failed);
}

void Subscriber::announce(const pubsub::Gap& gap) {
  if (!pubsub::can_announce(parts_.format)) {
    end(SubscriberEnd::gap);
    return;
  }
  std::string notice;
  const std::string id = gap.cursor.text();
  const std::string oldest = gap.oldest.text();
  pubsub::append(notice, parts_.format, GapNotice{.id = id, .oldest = oldest});
  feed_.push(pubsub::Piece(notice));
}

void Subscriber::append_dropped(std::string& out, std::uint64_t messages) {
  parts_.node.counts().slow_gaps.add(1);
  pubsub::append(out, parts_.format,
                 GapNotice{.reason = GapNotice::Reason::slow, .messages = messages});
}

ConnectionLoad Subscriber::load() const {
  const Publisher* const publisher = parts_.publisher;
  return {.subscriptions = subscription_ == nullptr ? 0 : subscription_->filters().size(),
          .queued_bytes = feed_.queued_bytes(),
          .messages_in = publisher == nullptr ? 0 : publisher->messages(),
          .messages_out = feed_.messages()};
}

void Subscriber::on_room() {
  if (subscription_ != nullptr) {
    parts_.node.hub().resume(*subscription_);
    parts_.node.poll_again();
  }
}

}  // namespace wskit::serve
