// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>

#include "core/clock.h"
#include "serve/pubsub_node.h"
#include "serve/service.h"
#include "serve/topic_request.h"

namespace wskit::serve {

/// Whose a session is.
struct SessionUser {
  std::string name;
  bool may_publish = true;  // to the topic of its URL
  Instant expiry = Instant::max();
};

/// A WebSocket whose URL is its topic: what comes in is published, and what is published comes out,
/// raw or in envelopes. Closes with 1008 a peer that is too slow, or that publishes where its URL
/// names no single topic or its user may not, or that asks raw frames for a past that is no longer
/// there; with 1012 if raw frames would have a gap, and with 1011 if the engine fails.
[[nodiscard]] std::unique_ptr<SessionHandler> make_raw_session(PubSubNode& node,
                                                               TopicRequest request,
                                                               SessionUser user);

}  // namespace wskit::serve
