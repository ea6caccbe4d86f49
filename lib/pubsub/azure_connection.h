// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "broker/filter_tree.h"
#include "core/clock.h"
#include "pubsub/ack_ids.h"
#include "pubsub/azure_frame.h"
#include "pubsub/azure_request.h"
#include "pubsub/azure_stored.h"
#include "pubsub/hub.h"
#include "pubsub/piece.h"
#include "pubsub/receiver.h"
#include "pubsub/subscription_places.h"
#include "pubsub/unacked_log.h"
#include "wire/close_code.h"

namespace wskit::pubsub {

/// What an AzureConnection stands on.
class AzurePeer {
 public:
  using OnPublished = std::function<void(const Expected<broker::PublishAck>&)>;

  virtual ~AzurePeer() = default;

  /// To be sent after what was pushed before. If that is more than may wait, the peer says
  /// overflow() to the connection, within this call or later.
  virtual void push(const Piece& piece) = 0;
  /// This message is on its way to somebody who is not behind.
  virtual void note_live(const broker::Message& message) = 0;
  /// The answer comes from the hub's poll, unless the peer is gone before.
  virtual void publish(broker::PublishRequest request, OnPublished on_published) = 0;
  /// Asked for each request; what is refused is told by the connection, and counted by the peer.
  [[nodiscard]] virtual bool may_join(std::string_view group) = 0;
  [[nodiscard]] virtual bool may_send(std::string_view group) = 0;
  /// More than half of what may wait does.
  [[nodiscard]] virtual bool backlogged() const = 0;
  /// For one subscription more, beside those that the connection may have; nothing if the server
  /// has no place for it.
  [[nodiscard]] virtual std::optional<SubscriptionPlace> take_place() {
    return SubscriptionPlace();
  }
  /// The connection asked for more groups than it may have.
  virtual void note_too_many_groups() {}
  /// To end the connection, after what was pushed and `last`.
  virtual void close(wire::CloseCode code, std::string_view reason, const Piece& last) = 0;
};

struct AzureIdentity {
  std::string connection;  // unique among all nodes
  std::string user;        // may be empty
  std::string token;       // a secret; not empty: json.reliable.webpubsub.azure.v1 is spoken
};

struct AzureLimits {
  std::size_t max_groups = 100;
  // Beside the protocol without "reliable":
  std::size_t max_unacked_bytes = std::size_t{8} << 20;  // UnackedLog::bytes()
  Nanoseconds session_ttl = std::chrono::minutes(1);     // that a client has to come back
};

/// One connection that speaks json.webpubsub.azure.v1 or json.reliable.webpubsub.azure.v1 (Azure
/// Web PubSub): its requests in, frames and calls of the hub out. A group is a topic. What is
/// refused is told by the ack, or, where none was asked for, by the end of the connection with
/// 1008, as is what is no request at all. Ends with 1013 if the peer is too slow, 1012 if messages
/// were lost, 1011 if the engine fails.
///
/// The reliable one leaves its groups, what it has seen of them and the messages that were not
/// acknowledged in the engine's store when it ends, so that another connection, on any node, can go
/// on with them. Where that is not possible without a loss it ends with 1008 and leaves nothing:
/// its client then begins anew, and knows.
class AzureConnection final : private Receiver {
 public:
  /// Hub and peer outlive it.
  AzureConnection(Hub& hub, AzurePeer& peer, AzureIdentity identity, const AzureLimits& limits);
  AzureConnection(const AzureConnection&) = delete;
  AzureConnection& operator=(const AzureConnection&) = delete;
  ~AzureConnection() override { stop(); }

  /// Greets the client.
  void open();
  /// Goes on where the connection of this identity has ended, or is ended by this, and greets the
  /// client then. That of another user, or of groups that this one may no longer join, ends with
  /// 1008.
  void resume();
  /// Text, or text in a binary message.
  void on_message(std::string_view text);
  /// The peer has no room for more.
  void overflow();
  /// The peer is not backlogged() any more.
  void on_room();
  /// The peer is gone: leaves all groups, and does nothing any more.
  void stop();
  /// That it is in, or about to be.
  [[nodiscard]] std::size_t groups() const { return groups_.size(); }

 private:
  static constexpr std::string_view kNoAnswer = "the engine does not answer";

  using AckId = std::optional<std::uint64_t>;
  struct Group {
    SubscriptionHandle subscription;
    bool joined = false;
    broker::Cursor seen;                 // of what came while it was not live
    std::vector<std::uint64_t> joining;  // ackIds to answer when it is
  };

  void on_started(Subscription& subscription, const Started& started) override;
  void on_delivery(Subscription& subscription, Delivery& delivery) override;
  void on_live(Subscription& subscription, const broker::Cursor& cursor) override;
  void on_gap(Subscription& subscription, const Gap& gap) override;
  void on_presence(Subscription& /*subscription*/,
                   const broker::PresenceEvent& /*event*/) override {}
  void on_failed(Subscription& subscription, const Error& error) override;
  [[nodiscard]] bool backlogged() const override { return peer_.backlogged() || !log_.all_sent(); }

  void serve(AckId ack_id, AzureJoin join);
  void serve(AckId ack_id, const AzureLeave& leave);
  void serve(AckId ack_id, AzureSend send);
  void serve(AckId ack_id, const AzureEvent& event);
  void serve(AckId ack_id, const AzureInvoke& invoke);
  void serve(AckId /*ack_id*/, const AzureCancelInvoke& /*cancel*/) {}
  void serve(AckId ack_id, const AzurePing& ping);
  void serve(AckId ack_id, const AzureSequenceAck& ack);
  void serve(AckId ack_id, const AzureRefused& refused);
  void on_published(AckId ack_id, const Expected<broker::PublishAck>& ack);
  void succeed(AckId ack_id);
  void refuse(AckId ack_id, std::string_view why);
  void say_duplicate(std::uint64_t ack_id);
  void end(wire::CloseCode code, std::string_view reason, std::string_view why);
  [[nodiscard]] Group& group_of(const Subscription& subscription);
  [[nodiscard]] bool reliable() const { return !identity_.token.empty(); }
  void log(Group& group, bool live, Delivery& delivery);
  void send_unsent();
  void restore(Expected<std::optional<std::string>> found);
  [[nodiscard]] bool is_ours(const AzureStored& stored);
  [[nodiscard]] bool take_places(std::size_t groups, std::vector<SubscriptionPlace>& places);
  void take_up(AzureStored stored, std::vector<SubscriptionPlace> places);
  void hold();
  void on_taken_over();
  void store();
  [[nodiscard]] broker::Cursor seen_of(const std::string& name, const Group& group) const;

  Hub& hub_;
  AzurePeer& peer_;
  AzureIdentity identity_;
  AzureLimits limits_;
  std::unordered_map<std::string, Group, broker::TextHash, std::equal_to<>> groups_;
  AckIds served_;
  UnackedLog log_;
  bool holds_ = false;       // the session: to be stored or dropped
  broker::MessagePtr last_;  // that was delivered: the hub may not have it in its cursors yet
  std::optional<std::vector<std::string>> early_;  // requests that came before the session
  /// Shared with the question for the session: null once this connection cannot take the answer.
  std::shared_ptr<AzureConnection*> asking_;
  bool ended_ = false;
};

}  // namespace wskit::pubsub
