// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>
#include <vector>

#include "serve/http_exchange.h"
#include "serve/pubsub_node.h"
#include "serve/topic_request.h"

namespace wskit::serve {

/// What every answer about topics says: that nobody stores it, what it depends on, and which page
/// may read it.
[[nodiscard]] std::vector<wire::Header> topic_headers(const wire::HttpRequest& request);

/// Answers with a status and one line of text.
void refuse_topics(HttpExchange& exchange, const Refusal& refusal);

/// Answers a browser that asks first whether a page may do what it wants to (CORS); of an origin
/// that may.
void allow_topic_requests(HttpExchange& exchange);

/// What a client posts.
struct PostedMessage {
  std::string_view topic;
  std::string_view body;
  std::string_view user;  // who posts it; "": unknown
};

/// Publishes the body, and answers with its cursor once the engine has it.
void publish_body(PubSubNode& node, HttpExchange& exchange, const PostedMessage& message);

}  // namespace wskit::serve
