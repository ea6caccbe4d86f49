// SPDX-License-Identifier: MIT
#include "serve/topic_stream.h"

#include <chrono>
#include <string_view>
#include <utility>

#include <ev++.h>

#include "core/units.h"
#include "serve/service_thread.h"
#include "serve/subscriber.h"
#include "serve/topic_http.h"

namespace wskit::serve {
namespace {

using pubsub::Format;

class TopicStream final : public ExchangeHandler, private SubscriberOwner {
 public:
  TopicStream(PubSubNode& node, HttpExchange& exchange, TopicRequest request, Format format);

  void on_drain() override { exchange_.end_stream(); }
  [[nodiscard]] std::uint64_t messages() const override { return subscriber_.messages(); }

 private:
  // The peer is to see that its answer is not complete, and to come back.
  void on_subscriber_end(SubscriberEnd why) override {
    exchange_.cut(why == SubscriberEnd::slow ? "it read too slowly" : "messages were lost");
  }
  void on_quiet() noexcept;

  HttpExchange& exchange_;
  pubsub::Piece heartbeat_;
  std::uint64_t heard_ = 0;  // deliveries at the last heartbeat
  ev::timer quiet_;
  Subscriber subscriber_;
};

TopicStream::TopicStream(PubSubNode& node, HttpExchange& exchange, TopicRequest request,
                         Format format)
    : exchange_(exchange),
      heartbeat_(format == Format::line ? "\n" : ":\n\n"),
      quiet_(node.thread().loop()),
      subscriber_({.node = node,
                   .outlet = exchange,
                   .owner = *this,
                   .format = format,
                   .transport = format == Format::line ? Transport::stream : Transport::events},
                  {.filters = std::move(request.filters),
                   .start = std::move(request.start),
                   .place = std::move(request.place)}) {
  const double interval = to_seconds(node.thread().options().ping_interval);
  if (interval > 0) {
    quiet_.set<TopicStream, &TopicStream::on_quiet>(this);
    quiet_.start(interval, interval);
  }
}

void TopicStream::on_quiet() noexcept {
  if (std::exchange(heard_, subscriber_.deliveries()) == subscriber_.deliveries()) {
    subscriber_.feed().push(heartbeat_);
  }
}

void stream(PubSubNode& node, HttpExchange& exchange, TopicRequest request, Format format) {
  const std::string_view type =
      format == Format::line ? "application/x-ndjson" : "text/event-stream";
  exchange.begin_stream({.content_type = type, .headers = topic_headers(exchange.request())});
  exchange.answer_later(std::make_unique<TopicStream>(node, exchange, std::move(request), format));
}

}  // namespace

void stream_events(PubSubNode& node, HttpExchange& exchange, TopicRequest request) {
  const Format format = request.envelope ? Format::envelope_event : Format::event;
  stream(node, exchange, std::move(request), format);
}

void stream_lines(PubSubNode& node, HttpExchange& exchange, TopicRequest request) {
  stream(node, exchange, std::move(request), Format::line);
}

}  // namespace wskit::serve
