// SPDX-License-Identifier: MIT
#include "serve/long_poll.h"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <ev++.h>

#include "core/units.h"
#include "pubsub/receiver.h"
#include "serve/open_connection.h"
#include "serve/service_thread.h"
#include "serve/topic_http.h"

namespace wskit::serve {
namespace {

constexpr std::size_t kMaxPollBytes = std::size_t{1} << 20;

class LongPoll final : public ExchangeHandler,
                       private pubsub::Receiver,
                       private PolledWatcher,
                       private ConnectionOwner {
 public:
  LongPoll(PubSubNode& node, HttpExchange& exchange, TopicRequest request);
  LongPoll(const LongPoll&) = delete;
  LongPoll& operator=(const LongPoll&) = delete;
  ~LongPoll() override;

  void on_drain() override { on_time_out(); }

 private:
  void on_started(pubsub::Subscription& subscription, const pubsub::Started& started) override;
  void on_delivery(pubsub::Subscription& subscription, pubsub::Delivery& delivery) override;
  void on_live(pubsub::Subscription& subscription, const broker::Cursor& cursor) override;
  void on_gap(pubsub::Subscription& /*subscription*/, const pubsub::Gap& gap) override {
    say_gone(gap.oldest);
  }
  void on_presence(pubsub::Subscription& /*subscription*/,
                   const broker::PresenceEvent& /*event*/) override {}
  void on_failed(pubsub::Subscription& subscription, const Error& error) override;
  [[nodiscard]] bool backlogged() const override { return full_; }
  void on_polled() override { answer(); }
  [[nodiscard]] ConnectionLoad load() const override {
    return {.subscriptions = subscription_ == nullptr ? 0 : subscription_->filters().size(),
            .queued_bytes = items_.size()};
  }

  void on_time_out() noexcept;
  void answer_after_poll();
  void answer();
  void say_gone(const broker::Cursor& oldest);
  void respond(int status, std::string_view body);

  PubSubNode& node_;
  HttpExchange& exchange_;
  std::string items_;    // with commas between them
  std::string last_id_;  // of the last of them
  bool full_ = false;
  bool timed_out_ = false;
  bool watching_ = false;
  ev::timer timer_;
  pubsub::SubscriptionHandle subscription_;
  OpenConnection open_;
};

LongPoll::LongPoll(PubSubNode& node, HttpExchange& exchange, TopicRequest request)
    : node_(node),
      exchange_(exchange),
      timer_(node.thread().loop()),
      open_({.node = node, .outlet = exchange, .owner = *this, .transport = Transport::poll}) {
  timed_out_ = request.wait.count() == 0;
  timer_.set<LongPoll, &LongPoll::on_time_out>(this);
  timer_.start(to_seconds(request.wait));
  subscription_ = node.hub().subscribe(*this, {.filters = std::move(request.filters),
                                               .start = std::move(request.start),
                                               .skip_after_gap = true,
                                               .place = std::move(request.place)});
}

LongPoll::~LongPoll() {
  if (watching_) {
    node_.forget(*this);
  }
}

void LongPoll::on_started(pubsub::Subscription& /*subscription*/, const pubsub::Started& started) {
  if (!started.complete) {
    say_gone(started.oldest);
  }
}

void LongPoll::on_delivery(pubsub::Subscription& /*subscription*/, pubsub::Delivery& delivery) {
  if (full_) {
    return;
  }
  items_ += items_.empty() ? "" : ",";
  items_ += delivery.piece(pubsub::Format::item).bytes();
  last_id_ = delivery.message().id;
  full_ = items_.size() >= kMaxPollBytes;
  answer_after_poll();
}

void LongPoll::on_live(pubsub::Subscription& /*subscription*/, const broker::Cursor& /*cursor*/) {
  if (timed_out_) {
    answer_after_poll();
  }
}

void LongPoll::on_failed(pubsub::Subscription& /*subscription*/, const Error& error) {
  subscription_ = nullptr;
  refuse_topics(exchange_, {.status = 503, .why = error.message});
}

void LongPoll::on_time_out() noexcept {
  timed_out_ = true;
  // Before that there is no cursor to answer with; then on_live() does it.
  if (subscription_ != nullptr && subscription_->live()) {
    answer();
  }
}

// What comes in the same poll goes into one answer; of a long history that is the first page.
void LongPoll::answer_after_poll() {
  if (!std::exchange(watching_, true)) {
    node_.watch_poll(*this);
  }
}

void LongPoll::answer() {
  watching_ = false;
  if (subscription_ == nullptr) {
    return;
  }
  const bool all = subscription_->live() && !full_;
  const std::string cursor = all ? node_.hub().cursor(*subscription_).text() : last_id_;
  respond(200, R"({"cursor":")" + cursor + R"(","messages":[)" + items_ + "]}\n");
}

void LongPoll::say_gone(const broker::Cursor& oldest) {
  respond(410, R"({"error":"what came after the cursor is no longer there","oldest":")" +
                   oldest.text() + "\"}\n");
}

void LongPoll::respond(int status, std::string_view body) {
  subscription_ = nullptr;
  timer_.stop();
  exchange_.respond({.status = status,
                     .content_type = "application/json",
                     .headers = topic_headers(exchange_.request()),
                     .body = body});
}

}  // namespace

void poll_topics(PubSubNode& node, HttpExchange& exchange, TopicRequest request) {
  exchange.answer_later(std::make_unique<LongPoll>(node, exchange, std::move(request)));
}

}  // namespace wskit::serve
