// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "core/json.h"
#include "serve/http_exchange.h"
#include "serve/pubsub_node.h"

namespace wskit::serve {

/// What all nodes are asked, each on its own thread, and what is made of it.
struct Survey {
  /// Of one node; called by all of them, several at once.
  std::function<Json(PubSubNode&)> question;
  /// Answers, on the asking thread: from what the nodes said, in no order, and how many of them
  /// said nothing in time.
  std::function<void(HttpExchange&, std::vector<Json> said, std::size_t silent)> conclude;
};

/// Answers a request with what the nodes say, after a second at the latest. No node waits for
/// another one.
void ask_nodes(PubSubNode& asker, HttpExchange& exchange, Survey survey);

}  // namespace wskit::serve
