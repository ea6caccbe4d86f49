// SPDX-License-Identifier: MIT
#include "serve/raw_session.h"

#include <optional>
#include <string>
#include <utility>

#include "serve/publisher.h"
#include "serve/session.h"
#include "serve/subscriber.h"

namespace wskit::serve {
namespace {

using wire::CloseCode;

class RawSession final : public SessionHandler, private SubscriberOwner {
 public:
  RawSession(PubSubNode& node, TopicRequest request, SessionUser user)
      : node_(node),
        user_(std::move(user)),
        topic_(request.topic()),
        id_(node.next_connection_id()),
        publisher_(node),
        request_(std::move(request)) {}

  void on_open(Session& session) override;
  void on_message(const IncomingMessage& message) override;
  void on_ending(std::string& out) override { subscriber_->feed().take_all(out); }
  void on_failing() override { subscriber_->stop(); }

 private:
  void on_subscriber_end(SubscriberEnd why) override;
  void on_published(const Expected<broker::PublishAck>& ack);

  PubSubNode& node_;
  SessionUser user_;
  std::string topic_;  // empty: nothing is published
  std::string id_;
  Publisher publisher_;
  std::optional<TopicRequest> request_;  // until on_open()
  bool from_now_ = true;
  Session* session_ = nullptr;
  std::optional<Subscriber> subscriber_;
};

void RawSession::on_open(Session& session) {
  session_ = &session;
  session.expire_at(user_.expiry);
  from_now_ = std::holds_alternative<broker::FromNow>(request_->start);
  const pubsub::Format format =
      request_->envelope ? pubsub::Format::envelope_frame : pubsub::Format::frame;
  subscriber_.emplace(Subscriber::Parts{.node = node_,
                                        .outlet = session,
                                        .owner = *this,
                                        .format = format,
                                        .id = id_,
                                        .publisher = &publisher_},
                      pubsub::SubscribeRequest{.filters = std::move(request_->filters),
                                               .start = std::move(request_->start),
                                               .no_echo = request_->echo ? std::string() : id_,
                                               .place = std::move(request_->place)});
  request_.reset();
}

void RawSession::on_message(const IncomingMessage& message) {
  if (topic_.empty()) {
    session_->start_close(CloseCode::policy_violation,
                          "to publish, connect to one topic without wildcards");
    return;
  }
  if (!user_.may_publish) {
    node_.counts().on_auth_refused(AuthCause::forbidden);
    session_->start_close(CloseCode::policy_violation, "you may not publish to this topic");
    return;
  }
  publisher_.publish_from(*session_,
                          {.topic = topic_,
                           .payload = std::string(message.payload),
                           .text = !message.binary,
                           .publisher = {.connection = id_, .user = user_.name}},
                          [this](const Expected<broker::PublishAck>& ack) { on_published(ack); });
}

void RawSession::on_published(const Expected<broker::PublishAck>& ack) {
  if (!ack) {
    session_->start_close(CloseCode::internal_error, "the message could not be published");
  }
}

void RawSession::on_subscriber_end(SubscriberEnd why) {
  switch (why) {
    case SubscriberEnd::slow:
      session_->start_close(CloseCode::policy_violation, "reads too slowly");
      return;
    case SubscriberEnd::gap:
      if (!from_now_ && subscriber_->deliveries() == 0) {
        session_->start_close(CloseCode::policy_violation,
                              "what came after the cursor is no longer there");
      } else {
        session_->start_close(CloseCode::service_restart, "messages were lost");
      }
      return;
    case SubscriberEnd::failed:
      session_->start_close(CloseCode::internal_error, "the history cannot be read");
      return;
  }
}

}  // namespace

std::unique_ptr<SessionHandler> make_raw_session(PubSubNode& node, TopicRequest request,
                                                 SessionUser user) {
  return std::make_unique<RawSession>(node, std::move(request), std::move(user));
}

}  // namespace wskit::serve
