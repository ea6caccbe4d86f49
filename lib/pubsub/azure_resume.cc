// SPDX-License-Identifier: MIT
// The part of an AzureConnection that hands its session on, and takes one up.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pubsub/azure_connection.h"

namespace wskit::pubsub {
namespace {

using wire::CloseCode;

constexpr std::string_view kUnknown = "the connection is unknown, or its time is over";
constexpr std::string_view kTakenOver = "another connection has taken this one's place";

}  // namespace

void AzureConnection::resume() {
  early_.emplace();
  asking_ = std::make_shared<AzureConnection*>(this);
  const std::string key = azure_session_key(identity_.connection, identity_.token);
  // The session is out of the store, or of another connection's hands, while the answer is on its
  // way: if this connection ends before it comes, it must go back.
  hub_.sessions().take(key, [asking = asking_, &hub = hub_, key, ttl = limits_.session_ttl](
                                Expected<std::optional<std::string>> found) {
    if (*asking != nullptr) {
      (*asking)->restore(std::move(found));
    } else if (found && *found) {
      hub.sessions().store(key, std::move(**found), ttl);
    }
  });
}

void AzureConnection::restore(Expected<std::optional<std::string>> found) {
  if (!found) {
    end(CloseCode::internal_error, kNoAnswer, kNoAnswer);
    return;
  }
  holds_ = found->has_value();
  auto stored = *found ? AzureStored::parse(**found) : fail(ErrorCode::usage, "");
  if (!stored || !is_ours(*stored)) {
    end(CloseCode::policy_violation, "this connection cannot be taken up again", kUnknown);
    return;
  }
  std::vector<SubscriptionPlace> places;
  if (!take_places(stored->groups.size(), places)) {
    end(CloseCode::policy_violation, "this connection cannot be taken up again",
        "the server takes no more subscriptions");
    return;
  }
  const std::vector<std::string> early = *std::exchange(early_, std::nullopt);
  take_up(std::move(*stored), std::move(places));
  for (const std::string& request : early) {
    on_message(request);
  }
}

bool AzureConnection::is_ours(const AzureStored& stored) {
  return stored.user == identity_.user && stored.groups.size() <= limits_.max_groups &&
         std::ranges::all_of(stored.groups, [this](const AzureStored::Group& group) {
           return peer_.may_join(group.name);
         });
}

// All or none: a group that cannot be restored would be a silent loss.
bool AzureConnection::take_places(std::size_t groups, std::vector<SubscriptionPlace>& places) {
  while (places.size() < groups) {
    auto place = peer_.take_place();
    if (!place) {
      return false;
    }
    places.push_back(std::move(*place));
  }
  return true;
}

void AzureConnection::take_up(AzureStored stored, std::vector<SubscriptionPlace> places) {
  served_ = std::move(stored.served);
  log_ = std::move(stored.log);
  open();
  for (AzureStored::Group& group : stored.groups) {
    Group& joined = groups_[group.name];
    joined.joined = true;
    joined.subscription = hub_.subscribe(*this, {.filters = {group.name},
                                                 .start = std::move(group.seen),
                                                 .no_echo = identity_.connection,
                                                 .place = std::move(places.back())});
    places.pop_back();
  }
  send_unsent();
}

void AzureConnection::hold() {
  holds_ = true;
  hub_.sessions().hold(azure_session_key(identity_.connection, identity_.token),
                       [this] { on_taken_over(); });
}

// The client has come back elsewhere: if this one's peer is still there, it is not the client, and
// must not come back in its turn.
void AzureConnection::on_taken_over() {
  stop();
  peer_.close(CloseCode::policy_violation, kTakenOver, azure_disconnected(kTakenOver));
}

void AzureConnection::store() {
  holds_ = false;
  AzureStored stored{
      .user = identity_.user, .groups = {}, .served = served_, .log = std::move(log_)};
  for (const auto& [name, group] : groups_) {
    // A join that was not answered will be asked for again.
    if (group.joined) {
      stored.groups.push_back({.name = name, .seen = seen_of(name, group)});
    }
  }
  hub_.sessions().store(azure_session_key(identity_.connection, identity_.token), stored.text(),
                        limits_.session_ttl);
}

broker::Cursor AzureConnection::seen_of(const std::string& name, const Group& group) const {
  broker::Cursor seen = hub_.cursor(*group.subscription);
  if (group.seen.epoch() == seen.epoch()) {
    seen.advance(group.seen);
  }
  // The hub has not seen a message before it has told all of its receivers.
  if (last_ != nullptr && last_->topic == name && last_->epoch == seen.epoch()) {
    seen.advance(last_->position);
  }
  return seen;
}

}  // namespace wskit::pubsub
