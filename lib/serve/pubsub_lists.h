// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <expected>
#include <string_view>

#include "serve/http_exchange.h"
#include "serve/identity.h"
#include "serve/pubsub_node.h"
#include "serve/topic_request.h"

namespace wskit::serve {

/// What /topics and /connections list: that much unless ?limit says so, and at most.
inline constexpr std::size_t kListed = 100;
inline constexpr std::size_t kMaxListed = 1'000;

/// The limit that a target's query asks for.
[[nodiscard]] std::expected<std::size_t, Refusal> parse_list_limit(std::string_view target);

/// Answers with the topics that had messages last, as JSON, with the filters of subscriptions on
/// all nodes that have them; to somebody who may see all.
void list_topics(PubSubNode& node, HttpExchange& exchange, const Identity& identity);

/// Answers with the connections that were opened last, on all nodes, as JSON; likewise. A user
/// without a name does not see where they come from where --allow-anonymous lets anybody in.
void list_connections(PubSubNode& node, HttpExchange& exchange, const Identity& identity);

}  // namespace wskit::serve
