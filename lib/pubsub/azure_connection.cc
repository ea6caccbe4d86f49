// SPDX-License-Identifier: MIT
#include "pubsub/azure_connection.h"

#include <algorithm>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "core/bytes.h"
#include "core/check.h"

namespace wskit::pubsub {
namespace {

using wire::CloseCode;

constexpr std::size_t kMaxQuoted = 200;
constexpr std::size_t kMaxEarly = 1'024;
constexpr std::string_view kLost = "messages were lost";
constexpr std::string_view kNoHandler = "there is no handler of events behind this server";

}  // namespace

AzureConnection::AzureConnection(Hub& hub, AzurePeer& peer, AzureIdentity identity,
                                 const AzureLimits& limits)
    : hub_(hub), peer_(peer), identity_(std::move(identity)), limits_(limits) {}

void AzureConnection::open() {
  if (reliable()) {
    hold();
  }
  peer_.push(azure_connected(
      {.connection = identity_.connection, .user = identity_.user, .token = identity_.token}));
}

void AzureConnection::stop() {
  if (!std::exchange(ended_, true) && holds_) {
    store();
  }
  if (asking_ != nullptr) {
    *asking_ = nullptr;
  }
  groups_.clear();
}

void AzureConnection::on_message(std::string_view text) {
  if (ended_) {
    return;
  }
  if (early_) {
    early_->emplace_back(text);
    if (early_->size() > kMaxEarly) {
      end(CloseCode::try_again_later, "too many requests at once", "too many requests at once");
    }
    return;
  }
  auto request = parse_azure_request(text);
  if (!request) {
    // Foreign bytes may be quoted in it.
    end(CloseCode::policy_violation, "this is no request of the subprotocol",
        escape(request.error().message, kMaxQuoted));
    return;
  }
  const AckId ack_id = request->ack_id;
  if (ack_id && served_.contains(*ack_id)) {
    say_duplicate(*ack_id);
    return;
  }
  std::visit([this, ack_id](auto& what) { serve(ack_id, std::move(what)); }, request->what);
}

void AzureConnection::serve(AckId ack_id, AzureJoin join) {
  const auto known = groups_.find(join.group);
  if (known == groups_.end() && groups_.size() >= limits_.max_groups) {
    peer_.note_too_many_groups();
    refuse(ack_id, fmt::format("a connection has at most {} groups", limits_.max_groups));
    return;
  }
  if (known != groups_.end() && known->second.joined) {
    succeed(ack_id);
    return;
  }
  if (!peer_.may_join(join.group)) {
    refuse(ack_id, "you may not join this group");
    return;
  }
  auto place = known == groups_.end() ? peer_.take_place() : std::nullopt;
  if (known == groups_.end() && !place) {
    refuse(ack_id, "the server takes no more subscriptions");
    return;
  }
  Group& group = groups_[join.group];
  if (ack_id) {
    group.joining.push_back(*ack_id);
  }
  if (place) {
    group.subscription = hub_.subscribe(*this, {.filters = {std::move(join.group)},
                                                .start = broker::FromNow{},
                                                .no_echo = identity_.connection,
                                                .place = std::move(*place)});
  }
}

void AzureConnection::serve(AckId ack_id, const AzureLeave& leave) {
  if (auto left = groups_.extract(leave.group)) {
    for (const std::uint64_t joining : left.mapped().joining) {
      succeed(joining);
    }
  }
  succeed(ack_id);
}

void AzureConnection::serve(AckId ack_id, AzureSend send) {
  if (!peer_.may_send(send.group)) {
    refuse(ack_id, "you may not send to this group");
    return;
  }
  // Whom a publisher names as itself does not hear it: with echo, nobody.
  broker::Publisher publisher{.connection = send.no_echo ? identity_.connection : std::string(),
                              .user = identity_.user};
  peer_.publish(
      {.topic = std::move(send.group),
       .payload = std::move(send.payload),
       .text = send.text,
       .json = send.json,
       .publisher = std::move(publisher),
       .key = ack_id ? fmt::format("{}/{}", identity_.connection, *ack_id) : ""},
      [this, ack_id](const Expected<broker::PublishAck>& ack) { on_published(ack_id, ack); });
}

void AzureConnection::on_published(AckId ack_id, const Expected<broker::PublishAck>& ack) {
  if (ended_) {
    return;
  }
  if (ack && !ack->duplicate) {
    succeed(ack_id);
  } else if (ack && ack_id) {
    served_.add(*ack_id);
    say_duplicate(*ack_id);
  } else if (ack_id) {
    peer_.push(azure_failed_ack(*ack_id, AzureFailure::internal, "the engine did not take it"));
  } else {
    end(CloseCode::internal_error, "a message could not be published",
        "a message without an ackId could not be published");
  }
}

void AzureConnection::serve(AckId ack_id, const AzureEvent& /*event*/) {
  // Without an ackId nobody wants to know.
  if (ack_id) {
    refuse(ack_id, kNoHandler);
  }
}

void AzureConnection::serve(AckId /*ack_id*/, const AzureInvoke& invoke) {
  peer_.push(azure_failed_invoke(invoke.id, kNoHandler));
}

void AzureConnection::serve(AckId /*ack_id*/, const AzurePing& /*ping*/) {
  peer_.push(azure_pong());
}

void AzureConnection::serve(AckId /*ack_id*/, const AzureSequenceAck& ack) {
  if (reliable()) {
    log_.ack(ack.sequence);
    return;
  }
  end(CloseCode::policy_violation, "this is no request of the subprotocol",
      "only json.reliable.webpubsub.azure.v1 has a sequenceAck");
}

void AzureConnection::serve(AckId ack_id, const AzureRefused& refused) {
  refuse(ack_id, refused.why);
}

void AzureConnection::succeed(AckId ack_id) {
  if (ack_id) {
    served_.add(*ack_id);
    peer_.push(azure_ack(*ack_id));
  }
}

void AzureConnection::refuse(AckId ack_id, std::string_view why) {
  if (ack_id) {
    peer_.push(azure_failed_ack(*ack_id, AzureFailure::forbidden, why));
  } else {
    end(CloseCode::policy_violation, "refused, and no ack was asked for", why);
  }
}

void AzureConnection::say_duplicate(std::uint64_t ack_id) {
  peer_.push(azure_failed_ack(ack_id, AzureFailure::duplicate,
                              fmt::format("the request with ackId {} was served", ack_id)));
}

AzureConnection::Group& AzureConnection::group_of(const Subscription& subscription) {
  const auto found = groups_.find(subscription.filters().front());
  check(found != groups_.end(), "a subscription ends with its group");
  return found->second;
}

void AzureConnection::on_started(Subscription& /*subscription*/, const Started& started) {
  if (!started.complete) {
    end(CloseCode::policy_violation, "messages were lost", kLost);
  }
}

void AzureConnection::on_delivery(Subscription& subscription, Delivery& delivery) {
  const bool live = subscription.live();
  if (live) {
    peer_.note_live(delivery.message());
  }
  if (reliable()) {
    log(group_of(subscription), live, delivery);
  } else {
    peer_.push(delivery.piece(Format::azure_frame));
  }
}

void AzureConnection::log(Group& group, bool live, Delivery& delivery) {
  const broker::Message& message = delivery.message();
  if (!live) {
    if (group.seen.epoch() != message.epoch) {
      group.seen = broker::Cursor(message.epoch);
    }
    group.seen.advance(message.position);
  }
  const bool behind = !log_.all_sent();
  log_.append(delivery.shared());
  last_ = delivery.shared();
  if (log_.bytes() > limits_.max_unacked_bytes && log_.messages().size() > 1) {
    end(CloseCode::policy_violation, "too much was not acknowledged",
        "too many messages were not acknowledged by a sequenceAck");
  } else if (!behind) {
    const std::uint64_t number = log_.next_number();
    log_.next_is_sent();
    peer_.push(azure_numbered(delivery.piece(Format::azure_frame), number));
  }
}

void AzureConnection::send_unsent() {
  std::string frame;
  while (!ended_ && !log_.all_sent() && !peer_.backlogged()) {
    const broker::MessagePtr message = log_.next();
    const std::uint64_t number = log_.next_number();
    log_.next_is_sent();
    frame.clear();
    append(frame, Format::azure_frame, *message);
    peer_.push(azure_numbered(Piece(message->topic, frame), number));
  }
}

void AzureConnection::on_room() {
  send_unsent();
  if (backlogged()) {
    return;
  }
  for (const auto& [name, group] : groups_) {
    hub_.resume(*group.subscription);
  }
}

void AzureConnection::on_live(Subscription& subscription, const broker::Cursor& /*cursor*/) {
  Group& group = group_of(subscription);
  group.joined = true;
  for (const std::uint64_t ack_id : std::exchange(group.joining, {})) {
    succeed(ack_id);
    if (ended_) {
      return;
    }
  }
}

void AzureConnection::on_gap(Subscription& /*subscription*/, const Gap& /*gap*/) {
  end(reliable() ? CloseCode::policy_violation : CloseCode::service_restart, "messages were lost",
      kLost);
}

void AzureConnection::on_failed(Subscription& /*subscription*/, const Error& /*error*/) {
  end(CloseCode::internal_error, kNoAnswer, kNoAnswer);
}

void AzureConnection::overflow() {
  end(CloseCode::try_again_later, "reads too slowly", "the client reads too slowly");
}

void AzureConnection::end(CloseCode code, std::string_view reason, std::string_view why) {
  if (ended_) {
    return;
  }
  // 1008 forbids the client to come back: nothing is left behind.
  if (code == CloseCode::policy_violation && std::exchange(holds_, false)) {
    hub_.sessions().drop(azure_session_key(identity_.connection, identity_.token));
  }
  stop();
  peer_.close(code, reason, azure_disconnected(why));
}

}  // namespace wskit::pubsub
