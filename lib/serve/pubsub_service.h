// SPDX-License-Identifier: MIT
#pragma once

#include "serve/pubsub_node.h"
#include "serve/service.h"

namespace wskit::serve {

/// A pub/sub server: topics by URL over WebSocket, SSE, chunked streams, long polls and POST. Each
/// service thread is a node. `state` outlives the server.
[[nodiscard]] ServiceFactory pubsub_service(PubSubState& state);

}  // namespace wskit::serve
