// SPDX-License-Identifier: MIT
#include "serve/centrifugo_session.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <utility>

#include <ev++.h>

#include "pubsub/centrifugo_connection.h"
#include "serve/feed.h"
#include "serve/open_connection.h"
#include "serve/publisher.h"
#include "serve/request_target.h"
#include "serve/resuming_faults.h"
#include "serve/service_thread.h"
#include "serve/session.h"

namespace wskit::serve {
namespace {

using pubsub::CentrifugoConnection;
using pubsub::CentrifugoDisconnect;
using pubsub::CentrifugoTokenFault;
using pubsub::CentrifugoUser;

constexpr std::string_view kCentrifugoPath = "/connection/websocket";

wire::CloseCode close_code(CentrifugoDisconnect why) {
  return static_cast<wire::CloseCode>(why);
}

// Its publications have offsets without holes: nothing can be dropped.
pubsub::QueueLimits never_dropping(pubsub::QueueLimits limits) {
  limits.policy = pubsub::SlowPolicy::close;
  return limits;
}

// A reply has to fit beside what may wait when a recovery begins: half of all.
std::size_t recovered_bytes(const pubsub::QueueLimits& limits) {
  return std::min(pubsub::CentrifugoLimits().max_recovered_bytes, limits.max_bytes / 4);
}

CentrifugoUser to_user(Identity identity, Instant expires) {
  CentrifugoUser user{
      .name = std::move(identity.user), .expires = expires, .may_subscribe = {}, .may_publish = {}};
  const auto allowed_by = [](TopicFilters filters,
                             bool (TopicRights::*may)(std::string_view) const) {
    return [rights = TopicRights{.subscribe = filters, .publish = filters},
            may](std::string_view topic) { return (rights.*may)(topic); };
  };
  if (identity.rights.subscribe) {
    user.may_subscribe =
        allowed_by(std::move(*identity.rights.subscribe), &TopicRights::may_subscribe);
  }
  if (identity.rights.publish) {
    user.may_publish = allowed_by(std::move(*identity.rights.publish), &TopicRights::may_publish);
  }
  return user;
}

class CentrifugoSession final : public SessionHandler,
                                private pubsub::CentrifugoPeer,
                                private FeedOwner,
                                private PolledWatcher,
                                private ConnectionOwner {
 public:
  CentrifugoSession(PubSubNode& node, std::optional<CentrifugoUser> guest)
      : node_(node),
        limits_(never_dropping(node.options().queue)),
        guest_(std::move(guest)),
        publisher_(node),
        timer_(node.thread().loop()) {
    timer_.set<CentrifugoSession, &CentrifugoSession::on_timer>(this);
  }
  CentrifugoSession(const CentrifugoSession&) = delete;
  CentrifugoSession& operator=(const CentrifugoSession&) = delete;
  ~CentrifugoSession() override;

  void on_open(Session& session) override;
  void on_message(const IncomingMessage& message) override;
  void on_ending(std::string& out) override;
  void on_failing() override;
  SessionEnd drain_end(const SessionEnd& /*usual*/) const override {
    return {.code = close_code(CentrifugoDisconnect::shutdown),
            .reason = text_of(CentrifugoDisconnect::shutdown)};
  }

 private:
  void push(const pubsub::Piece& piece) override {
    feed_->push(piece, node_.closing_limits(piece.topic()));
  }
  void flush_later() override;
  void note_live(const broker::Message& message) override { node_.note_delivery(message); }
  void publish(broker::PublishRequest request, OnPublished on_published) override;
  bool backlogged() const override { return feed_->backlogged(); }
  std::expected<CentrifugoUser, CentrifugoTokenFault> user_of(std::string_view token) override;
  void close(CentrifugoDisconnect why) override;
  std::optional<pubsub::SubscriptionPlace> take_place() override { return node_.take_place(); }
  pubsub::CentrifugoLoss loss() override;
  void note_forbidden() override { node_.counts().on_auth_refused(AuthCause::forbidden); }

  void append_dropped(std::string& /*out*/, std::uint64_t /*messages*/) override {}
  void on_overflow() override { connection_->overflow(); }
  void on_room() override;
  [[nodiscard]] ConnectionLoad load() const override {
    return {.subscriptions = connection_->channels(),
            .queued_bytes = feed_->queued_bytes(),
            .messages_in = publisher_.messages(),
            .messages_out = feed_->messages()};
  }
  void on_polled() override;
  void on_timer() noexcept;
  void keep_time();

  PubSubNode& node_;
  pubsub::QueueLimits limits_;
  std::optional<CentrifugoUser> guest_;  // until on_open()
  Publisher publisher_;
  ev::timer timer_;
  Instant timed_for_ = Instant::max();
  bool watching_ = false;
  bool ending_ = false;
  Session* session_ = nullptr;
  std::optional<Feed> feed_;
  std::optional<CentrifugoConnection> connection_;
  std::optional<OpenConnection> open_;
  std::optional<ResumingFaults> faults_;
};

CentrifugoSession::~CentrifugoSession() {
  if (watching_) {
    node_.forget(*this);
  }
}

void CentrifugoSession::on_open(Session& session) {
  session_ = &session;
  open_.emplace(OpenConnection::Parts{.node = node_, .outlet = session, .owner = *this});
  feed_.emplace(
      Feed::Parts{.outlet = session, .owner = *this, .limits = limits_, .counts = node_.counts()});
  faults_.emplace(node_.thread(), session);
  const PubSubOptions& options = node_.options();
  connection_.emplace(
      node_.hub(), static_cast<pubsub::CentrifugoPeer&>(*this),
      pubsub::CentrifugoIdentity{.client = open_->id(), .guest = std::move(guest_)},
      pubsub::CentrifugoLimits{.max_channels = options.max_topics,
                               .ping_interval = options.centrifugo_ping,
                               .pong_timeout = options.centrifugo_pong_timeout,
                               .connect_timeout = options.centrifugo_connect_timeout,
                               .expiry_grace = options.centrifugo_expiry_grace,
                               .max_recovered_bytes = recovered_bytes(limits_)});
  connection_->open(node_.thread().now());
  keep_time();
}

void CentrifugoSession::on_message(const IncomingMessage& message) {
  connection_->on_message(message.payload, node_.thread().now());
  keep_time();
}

// The timer may ring too early, and is set again then.
void CentrifugoSession::keep_time() {
  const Instant deadline = connection_->deadline();
  if (deadline < timed_for_) {
    timed_for_ = deadline;
    const Nanoseconds left = std::max(deadline - node_.thread().now(), Nanoseconds(0));
    timer_.stop();
    timer_.start(std::chrono::duration<double>(left).count());
  }
}

void CentrifugoSession::on_timer() noexcept {
  timed_for_ = Instant::max();
  connection_->on_time(node_.thread().now());
  keep_time();
}

void CentrifugoSession::flush_later() {
  if (!std::exchange(watching_, true)) {
    node_.watch_poll(*this);
  }
}

void CentrifugoSession::on_polled() {
  watching_ = false;
  connection_->flush();
}

void CentrifugoSession::publish(broker::PublishRequest request, OnPublished on_published) {
  publisher_.publish_from(*session_, std::move(request), std::move(on_published));
}

std::expected<CentrifugoUser, CentrifugoTokenFault> CentrifugoSession::user_of(
    std::string_view token) {
  auto identity = node_.state().authenticator().identify_token(token, read_wall_clock());
  if (!identity) {
    const AuthCause cause = identity.error().cause;
    node_.counts().on_auth_refused(cause);
    return std::unexpected(cause == AuthCause::expired ? CentrifugoTokenFault::expired
                                                       : CentrifugoTokenFault::invalid);
  }
  const Instant expires = expiry_of(*identity, node_.thread().now());
  return to_user(std::move(*identity), expires);
}

pubsub::CentrifugoLoss CentrifugoSession::loss() {
  switch (faults_->strike().value_or(relay::FaultKind::close)) {
    case relay::FaultKind::history_truncated:
      return pubsub::CentrifugoLoss::history;
    case relay::FaultKind::epoch_changed:
      return pubsub::CentrifugoLoss::epoch;
    default:
      return pubsub::CentrifugoLoss::none;
  }
}

void CentrifugoSession::on_room() {
  connection_->on_room();
  node_.poll_again();
}

void CentrifugoSession::close(CentrifugoDisconnect why) {
  // What is sent last may be too much: then it ends all the same, with the code that it began with.
  if (!ending_) {
    session_->start_close(close_code(why), text_of(why));
  }
}

void CentrifugoSession::on_ending(std::string& out) {
  ending_ = true;
  connection_->finish();
  timer_.stop();
  feed_->take_all(out);
}

void CentrifugoSession::on_failing() {
  connection_->stop();
  timer_.stop();
  feed_->close();
}

}  // namespace

const std::vector<std::string>& centrifugo_subprotocols() {
  static const std::vector<std::string> kNames{"centrifuge-json"};
  return kNames;
}

bool names_centrifugo(std::string_view target) {
  return path_of(target) == kCentrifugoPath;
}

std::expected<std::unique_ptr<SessionHandler>, Refusal> make_centrifugo_session(
    PubSubNode& node, const wire::HttpRequest& request, std::string_view subprotocol,
    std::optional<Identity> guest) {
  const auto target = parse_target(request.target);
  if (!target) {
    return std::unexpected(Refusal{.why = target.error().message});
  }
  const bool wants_another =
      subprotocol.empty() && request.headers.count("Sec-WebSocket-Protocol") > 0;
  if (wants_another || target->get("cf_protocol").value_or("json") != "json") {
    return std::unexpected(
        Refusal{.why = "this path speaks the Centrifugo protocol in JSON only: centrifuge-json, or "
                       "no subprotocol"});
  }
  std::optional<CentrifugoUser> user;
  if (guest) {
    const Instant expires = expiry_of(*guest, node.thread().now());
    user = to_user(std::move(*guest), expires);
  }
  return std::make_unique<CentrifugoSession>(node, std::move(user));
}

}  // namespace wskit::serve
