// SPDX-License-Identifier: MIT
#include "serve/azure_session.h"

#include <array>
#include <cstddef>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/base64.h"
#include "pubsub/azure_connection.h"
#include "relay/asked_faults.h"
#include "serve/feed.h"
#include "serve/open_connection.h"
#include "serve/publisher.h"
#include "serve/request_target.h"
#include "serve/service_thread.h"
#include "serve/session.h"
#include "wire/random.h"

namespace wskit::serve {
namespace {

using pubsub::AzureConnection;
using pubsub::Piece;

constexpr std::string_view kHubsPath = "/client/hubs/";
constexpr std::string_view kReliable = "json.reliable.webpubsub.azure.v1";
constexpr std::size_t kTokenBytes = 18;
constexpr std::size_t kMaxShownId = 64;  // one that reconnects may say anything

// Frames that say something in-band about what was dropped do not exist in the protocol.
pubsub::QueueLimits closing(pubsub::QueueLimits limits) {
  limits.policy = pubsub::SlowPolicy::close;
  return limits;
}

std::string new_token() {
  std::array<std::byte, kTokenBytes> bytes{};
  wire::fill_random(bytes);
  return base64url_encode(bytes);
}

class AzureSession final : public SessionHandler,
                           private pubsub::AzurePeer,
                           private FeedOwner,
                           private ConnectionOwner {
 public:
  /// `reconnecting`: the session of that identity is to be taken up.
  AzureSession(PubSubNode& node, pubsub::AzureIdentity identity, AzureUser user, bool reconnecting)
      : node_(node),
        rights_(std::move(user.identity.rights)),
        expiry_(user.expiry),
        limits_(closing(node.options().queue)),
        identity_(std::move(identity)),
        reconnecting_(reconnecting),
        publisher_(node) {}
  AzureSession(const AzureSession&) = delete;
  AzureSession& operator=(const AzureSession&) = delete;
  void on_open(Session& session) override;
  void on_message(const IncomingMessage& message) override;
  void on_ending(std::string& out) override;
  void on_failing() override;

 private:
  void push(const Piece& piece) override {
    feed_->push(piece, node_.closing_limits(piece.topic()));
  }
  void note_live(const broker::Message& message) override { node_.note_delivery(message); }
  void publish(broker::PublishRequest request, OnPublished on_published) override;
  bool may_join(std::string_view group) override { return counted(rights_.may_subscribe(group)); }
  bool may_send(std::string_view group) override { return counted(rights_.may_publish(group)); }
  bool backlogged() const override { return feed_->backlogged(); }
  std::optional<pubsub::SubscriptionPlace> take_place() override { return node_.take_place(); }
  void note_too_many_groups() override { node_.thread().counts().on_limited(Limit::topics); }
  void close(wire::CloseCode code, std::string_view reason, const Piece& last) override;

  bool counted(bool allowed);
  void append_dropped(std::string& /*out*/, std::uint64_t /*messages*/) override {}
  void on_overflow() override { connection_->overflow(); }
  void on_room() override;
  [[nodiscard]] ConnectionLoad load() const override;

  PubSubNode& node_;
  TopicRights rights_;
  Instant expiry_;
  pubsub::QueueLimits limits_;
  pubsub::AzureIdentity identity_;  // until on_open()
  bool reconnecting_;
  Publisher publisher_;
  Session* session_ = nullptr;
  std::optional<Feed> feed_;
  std::optional<AzureConnection> connection_;
  Piece last_;  // to go out before a Close frame of ours
  std::optional<OpenConnection> open_;
};

void AzureSession::on_open(Session& session) {
  session_ = &session;
  session.expire_at(expiry_);
  open_.emplace(OpenConnection::Parts{.node = node_,
                                      .outlet = session,
                                      .owner = *this,
                                      .id = identity_.connection.substr(0, kMaxShownId)});
  feed_.emplace(
      Feed::Parts{.outlet = session, .owner = *this, .limits = limits_, .counts = node_.counts()});
  const PubSubOptions& options = node_.options();
  connection_.emplace(node_.hub(), static_cast<pubsub::AzurePeer&>(*this), std::move(identity_),
                      pubsub::AzureLimits{.max_groups = options.max_topics,
                                          .max_unacked_bytes = options.max_unacked_bytes,
                                          .session_ttl = options.session_ttl});
  if (reconnecting_) {
    connection_->resume();
  } else {
    connection_->open();
  }
}

void AzureSession::on_message(const IncomingMessage& message) {
  connection_->on_message(message.payload);
}

bool AzureSession::counted(bool allowed) {
  if (!allowed) {
    node_.counts().on_auth_refused(AuthCause::forbidden);
  }
  return allowed;
}

void AzureSession::publish(broker::PublishRequest request, OnPublished on_published) {
  publisher_.publish_from(*session_, std::move(request), std::move(on_published));
}

void AzureSession::close(wire::CloseCode code, std::string_view reason, const Piece& last) {
  last_ = last;
  session_->start_close(code, reason);
}

ConnectionLoad AzureSession::load() const {
  return {.subscriptions = connection_->groups(),
          .queued_bytes = feed_->queued_bytes(),
          .messages_in = publisher_.messages(),
          .messages_out = feed_->messages()};
}

void AzureSession::on_room() {
  connection_->on_room();
  node_.poll_again();
}

void AzureSession::on_ending(std::string& out) {
  connection_->stop();
  feed_->take_all(out);
  if (last_) {
    out += last_.bytes();
  } else if (node_.thread().draining()) {
    out += pubsub::azure_disconnected("the server is stopping").bytes();
  }
}

void AzureSession::on_failing() {
  connection_->stop();
  feed_->close();
}

}  // namespace

const std::vector<std::string>& azure_subprotocols() {
  static const std::vector<std::string> kNames{std::string(kReliable), "json.webpubsub.azure.v1"};
  return kNames;
}

bool names_azure_hub(std::string_view target) {
  const std::string_view path = path_of(target);
  return path.size() > kHubsPath.size() && path.starts_with(kHubsPath) &&
         path.find('/', kHubsPath.size()) == std::string_view::npos;
}

std::expected<std::unique_ptr<SessionHandler>, Refusal> make_azure_session(
    PubSubNode& node, const wire::HttpRequest& request, std::string_view subprotocol,
    AzureUser user) {
  if (subprotocol.empty()) {
    return std::unexpected(Refusal{.why = fmt::format("this path speaks the subprotocols {} only",
                                                      fmt::join(azure_subprotocols(), ", "))});
  }
  const auto target = parse_target(request.target);
  if (!target) {
    return std::unexpected(Refusal{.why = target.error().message});
  }
  const bool reliable = subprotocol == kReliable;
  const auto connection = target->get("awps_connection_id");
  const auto token = target->get("awps_reconnection_token");
  const bool reconnecting = reliable && connection && token && !token->empty();
  pubsub::AzureIdentity identity{.connection = {}, .user = user.identity.user, .token = {}};
  if (reconnecting) {
    identity.connection = *connection;
    // With the fault, as one of a session that is no longer there.
    identity.token = request.headers.get(relay::kFaultHeader) ? "lost" : std::string(*token);
  } else {
    identity.connection = node.next_connection_id();
    identity.token = reliable ? new_token() : std::string();
  }
  return std::make_unique<AzureSession>(node, std::move(identity), std::move(user), reconnecting);
}

}  // namespace wskit::serve
