// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "serve/http_exchange.h"
#include "serve/pubsub_node.h"
#include "serve/topic_request.h"

namespace wskit::serve {

/// Answers with what is published, without an end: Server-Sent Events, whose ids are cursors, or
/// JSON Lines. A gap or a drop is told in-band. What is quiet for the server's ping interval gets a
/// comment, an empty line among JSON Lines. A peer that is too slow is cut: it comes back with its
/// last cursor and gets the rest.
void stream_events(PubSubNode& node, HttpExchange& exchange, TopicRequest request);
void stream_lines(PubSubNode& node, HttpExchange& exchange, TopicRequest request);

}  // namespace wskit::serve
