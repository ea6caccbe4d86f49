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
#include <utility>
#include <vector>

#include "broker/broker.h"
#include "broker/filter_tree.h"
#include "pubsub/delivery.h"
#include "pubsub/receiver.h"
#include "pubsub/recent_deliveries.h"
#include "pubsub/sessions.h"
#include "pubsub/subscription.h"

namespace wskit::pubsub {

struct HubCounts {
  std::uint64_t messages = 0;  // from the engine
  std::uint64_t repeated = 0;  // of them, seen before and dropped
  std::uint64_t deliveries = 0;
  std::uint64_t gaps = 0;       // that subscriptions were told of
  std::uint64_t caught_up = 0;  // subscriptions that got all they had missed
};

/// A node: the subscriptions of one service thread, and its way to the engine. Fans each message
/// out to the subscriptions that match it, and recovers what they missed. No threads, sockets or
/// clock: all calls are made on one thread, which calls poll() before it waits and when it is
/// woken.
class Hub final : private broker::Listener {
 public:
  /// Messages and bytes of a read of the history. Of what it has, a receiver is sent no more once
  /// it is backlogged.
  struct Options {
    std::size_t page_messages = 1'024;
    std::size_t page_bytes = std::size_t{256} << 10;
    std::size_t max_arrived = 4'096;  // live messages to keep while a read is under way
  };

  /// `wake` is called on any thread when there is something to poll() for; see Broker::attach().
  Hub(broker::Broker& broker, std::function<void()> wake, const Options& options);
  Hub(broker::Broker& broker, std::function<void()> wake);
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;
  /// All subscriptions have ended.
  ~Hub() override;

  /// Begins a subscription; its receiver hears of it from poll() and outlives it.
  [[nodiscard]] SubscriptionHandle subscribe(Receiver& receiver, SubscribeRequest request);

  /// What a live subscription has seen, for a receiver that got nothing lately: as good as the id
  /// of a message, and newer than that of its last one. The message that is being delivered may
  /// not be in it yet, nor, while the past is read from a cursor on, what came of the last page.
  [[nodiscard]] broker::Cursor cursor(const Subscription& subscription) const;

  /// The receiver of a subscription is no longer backlogged.
  void resume(Subscription& subscription);

  template <class Answer>
  using On = std::function<void(Answer)>;

  /// Each answer comes from poll(), unless forget() is called with the token first. An empty
  /// function wants none.
  broker::Token publish(broker::PublishRequest request,
                        On<const Expected<broker::PublishAck>&> on_published = {});
  broker::Token history(broker::HistoryRequest request, On<Expected<broker::History>> on_history);
  broker::Token members(std::string_view topic,
                        On<Expected<std::vector<broker::Member>>> on_members);
  void forget(broker::Token token);

  void join(std::string_view topic, broker::Member member);
  void leave(std::string_view topic, std::string_view connection);

  /// What connections leave for those that go on with them.
  [[nodiscard]] Sessions& sessions() { return sessions_; }

  /// Handles at most `max_events` of what the engine has to tell, each of them a message to any
  /// number of receivers; true when more is left.
  bool poll(std::size_t max_events = 128);

  /// False while the engine's messages do not arrive.
  [[nodiscard]] bool ready() const { return lost_.empty(); }
  /// Why not.
  [[nodiscard]] const std::string& lost() const { return lost_; }
  [[nodiscard]] const HubCounts& counts() const { return counts_; }
  [[nodiscard]] std::size_t subscriptions() const { return subscriptions_.size(); }
  /// The filters of subscriptions that have this topic; each that has it counts.
  [[nodiscard]] std::size_t filters_of(std::string_view topic) const { return tree_.count(topic); }

 private:
  friend struct EndSubscription;
  template <class Answer>
  using Waiting = std::unordered_map<broker::Token, On<Answer>>;

  void on_message(const broker::MessagePtr& message) override;
  void on_presence(const broker::PresenceEvent& event) override;
  void on_published(broker::Token token, const Expected<broker::PublishAck>& ack) override;
  void on_history(broker::Token token, Expected<broker::History> history) override;
  void on_members(broker::Token token, Expected<std::vector<broker::Member>> members) override;
  void on_session(broker::Token token, Expected<std::optional<std::string>> session) override {
    sessions_.on_taken(token, std::move(session));
  }
  void on_session_wanted(std::string_view key) override { sessions_.on_wanted(key); }
  void on_lost(std::string_view why) override;
  void on_regained() override;

  template <class Answer>
  broker::Token wait(Waiting<Answer>& waiting, On<Answer> on_answer);
  template <class Visit>
  void each_match(std::string_view topic, Visit&& visit);
  void live_message(Subscription& subscription, Delivery& delivery);
  void deliver(Subscription& subscription, Delivery& delivery);
  void end(Subscription& subscription);
  void remove(Subscription& subscription);
  void read(Subscription& subscription);
  void past_arrived(Subscription& subscription, broker::History& history);
  void tell_begin(Subscription& subscription, const broker::History& history);
  void go_live(Subscription& subscription, broker::Cursor cursor);
  void recover(Subscription& subscription);

  broker::Broker& broker_;
  const Options options_;
  broker::NodeId node_;
  Sessions sessions_{broker_, node_};
  broker::Token last_token_ = broker::kNoAnswer;
  std::string scratch_;
  RecentDeliveries recent_{scratch_};
  broker::Cursor seen_;  // of the messages that came
  std::string lost_;
  HubCounts counts_;
  bool polling_ = false;
  std::uint64_t matches_ = 0;
  broker::FilterTree<Subscription*> tree_;
  std::vector<std::unique_ptr<Subscription>> subscriptions_;
  std::vector<Subscription*> ended_;  // while polling: to be removed after it
  std::unordered_map<broker::Token, Subscription*> reading_;
  Waiting<const Expected<broker::PublishAck>&> publishing_;
  Waiting<Expected<broker::History>> asking_history_;
  Waiting<Expected<std::vector<broker::Member>>> asking_members_;
};

}  // namespace wskit::pubsub
