// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "broker/filter_tree.h"
#include "pubsub/centrifugo_link.h"
#include "pubsub/centrifugo_request.h"
#include "pubsub/hub.h"
#include "pubsub/receiver.h"

namespace wskit::pubsub {

/// The subscriptions of one connection, each to one topic, in which its client is present as long
/// as it lasts. All of them are positioned and can be recovered: a client that says up to where it
/// has seen a topic gets all that came since, or is told that this cannot be had. What was missed
/// may be much: it is read for one channel after the other, and only when there is room.
class CentrifugoChannels final : private Receiver {
 public:
  struct Parts {
    Hub& hub;
    CentrifugoPeer& peer;
    CentrifugoLink& link;
    const broker::Member& self;
    std::size_t max_recovered_bytes;  // in the reply to a subscription
  };
  /// A right to a channel: by a token of its own it may end before the connection's does.
  struct Grant {
    bool by_token = false;
    Instant expires = Instant::max();
  };

  /// The parts outlive it.
  explicit CentrifugoChannels(const Parts& parts) : parts_(parts) {}
  CentrifugoChannels(const CentrifugoChannels&) = delete;
  CentrifugoChannels& operator=(const CentrifugoChannels&) = delete;
  ~CentrifugoChannels() override { clear(); }

  [[nodiscard]] std::size_t size() const { return channels_.size(); }
  [[nodiscard]] bool contains(std::string_view name) const {
    return channels_.find(name) != channels_.end();
  }
  /// Whether it is by a token of its own, for a channel that there is.
  [[nodiscard]] bool by_token(std::string_view name) const;

  /// A channel that it does not contain. False: the server has no place for it.
  [[nodiscard]] bool subscribe(std::uint32_t id, CentrifugoSubscribe request, const Grant& grant,
                               Instant now);
  /// Whether there is such a channel or not.
  void unsubscribe(std::uint32_t id, std::string_view name);
  /// For a channel that there is.
  void renew(std::string_view name, const Grant& grant);
  /// Ends those that are not by a token of their own and not allowed.
  void keep(const CentrifugoUser::May& allowed);
  /// Leaves all channels, and tells nobody.
  void clear();

  void on_room();
  /// Ends those that expired `grace` ago.
  void on_time(Instant now, Nanoseconds grace);
  /// The first to expire.
  [[nodiscard]] Instant first_expiry() const { return first_expiry_; }

 private:
  /// Until a subscription is answered.
  struct Asked {
    std::uint32_t id = 0;
    CentrifugoTtl ttl;
    std::optional<broker::TopicState> recover;
    CentrifugoLoss loss = CentrifugoLoss::none;
    SubscriptionPlace place;   // until the subscription begins
    std::string publications;  // with commas between them
  };
  struct Channel {
    SubscriptionHandle subscription;
    std::unique_ptr<Asked> asked;
    Grant grant;
    bool join_leave = false;
    bool present = false;
  };
  using Channels = std::unordered_map<std::string, Channel, broker::TextHash, std::equal_to<>>;

  void on_started(Subscription& subscription, const Started& started) override;
  void on_delivery(Subscription& subscription, Delivery& delivery) override;
  void on_live(Subscription& subscription, const broker::Cursor& cursor) override;
  void on_gap(Subscription& subscription, const Gap& gap) override;
  void on_presence(Subscription& subscription, const broker::PresenceEvent& event) override;
  void on_failed(Subscription& subscription, const Error& error) override;
  [[nodiscard]] bool backlogged() const override { return parts_.peer.backlogged(); }

  [[nodiscard]] Channels::value_type& channel_of(const Subscription& subscription);
  void start(const std::string& name, Channel& channel);
  void start_recovery();
  void answer(Channel& channel, const broker::TopicState& position, bool recovered);
  void end_all(const std::vector<std::string>& names, CentrifugoUnsubscribe why);
  void leave(std::string_view name, Channel& channel);
  void find_first_expiry();

  Parts parts_;
  Channels channels_;
  std::deque<std::string> to_recover_;
  std::string recovering_;  // empty: none
  Instant first_expiry_ = Instant::max();
};

}  // namespace wskit::pubsub
