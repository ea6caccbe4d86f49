// SPDX-License-Identifier: MIT
#pragma once

#include "serve/http_exchange.h"
#include "serve/pubsub_node.h"
#include "serve/topic_request.h"

namespace wskit::serve {

/// Answers with what came after the request's cursor, as soon as there is something, or with no
/// messages when the request has waited long enough: {"cursor":"...","messages":[...]}. If not all
/// of it is there any more: 410, {"error":"...","oldest":"..."}. A long answer is cut short at
/// kMaxPollBytes; the next poll goes on from its cursor.
void poll_topics(PubSubNode& node, HttpExchange& exchange, TopicRequest request);

}  // namespace wskit::serve
