// SPDX-License-Identifier: MIT
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "serve/identity.h"
#include "serve/pubsub_node.h"
#include "serve/service.h"
#include "serve/topic_request.h"

namespace wskit::serve {

/// The subprotocol of the Centrifugo protocol in its JSON form; clients need not ask for it.
[[nodiscard]] const std::vector<std::string>& centrifugo_subprotocols();

/// Whether the path is /connection/websocket.
[[nodiscard]] bool names_centrifugo(std::string_view target);

/// A WebSocket that speaks it over the node's hub. `guest` is who the client is by its upgrade
/// request; without one it has to bring a token in its connect command. Refused where the client
/// wants another form of the protocol.
[[nodiscard]] std::expected<std::unique_ptr<SessionHandler>, Refusal> make_centrifugo_session(
    PubSubNode& node, const wire::HttpRequest& request, std::string_view subprotocol,
    std::optional<Identity> guest);

}  // namespace wskit::serve
