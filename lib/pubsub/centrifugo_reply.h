// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/broker.h"
#include "broker/message.h"
#include "pubsub/centrifugo_codes.h"

namespace wskit::pubsub {

// What a service of the Centrifugo protocol sends in its JSON form: replies to commands and pushes,
// each one JSON object without a line break in it. All texts are UTF-8.

/// How long something that expires still lives, in whole seconds; nothing: for ever.
using CentrifugoTtl = std::optional<std::uint32_t>;

struct CentrifugoConnected {
  std::string_view client;
  CentrifugoTtl ttl;
  std::uint32_t ping = 0;  // seconds between two pings; a pong is wanted
};

struct CentrifugoSubscribed {
  broker::TopicState position;
  CentrifugoTtl ttl;
  bool was_recovering = false;
  bool recovered = false;
  std::string_view publications;  // with commas between them
};

[[nodiscard]] std::string centrifugo_failed(std::uint32_t id, CentrifugoError error);
/// To a command that has nothing to tell: `method` names it.
[[nodiscard]] std::string centrifugo_done(std::uint32_t id, std::string_view method);
[[nodiscard]] std::string centrifugo_connected(std::uint32_t id,
                                               const CentrifugoConnected& connected);
[[nodiscard]] std::string centrifugo_subscribed(std::uint32_t id,
                                                const CentrifugoSubscribed& subscribed);
/// To "refresh" and "sub_refresh".
[[nodiscard]] std::string centrifugo_refreshed(std::uint32_t id, std::string_view method,
                                               const CentrifugoTtl& ttl);
[[nodiscard]] std::string centrifugo_history(std::uint32_t id, const broker::History& history,
                                             const broker::TopicState& position);
[[nodiscard]] std::string centrifugo_presence(std::uint32_t id,
                                              const std::vector<broker::Member>& members);
[[nodiscard]] std::string centrifugo_presence_stats(std::uint32_t id,
                                                    const std::vector<broker::Member>& members);

/// Somebody joined or left.
[[nodiscard]] std::string centrifugo_presence_push(const broker::PresenceEvent& event);
[[nodiscard]] std::string centrifugo_unsubscribe_push(std::string_view channel,
                                                      CentrifugoUnsubscribe why);

/// Appends the push of a message to its topic.
void append_centrifugo_push(std::string& out, const broker::Message& message);

/// Appends a message as an object of "publications". Text that is one JSON value is that value, and
/// other text a string; what is binary is {"b64":"<base64>"}.
void append_centrifugo_publication(std::string& out, const broker::Message& message);

}  // namespace wskit::pubsub
