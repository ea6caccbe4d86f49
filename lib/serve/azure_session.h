// SPDX-License-Identifier: MIT
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "serve/identity.h"
#include "serve/pubsub_node.h"
#include "serve/service.h"
#include "serve/topic_request.h"

namespace wskit::serve {

/// The subprotocols of Azure Web PubSub that are spoken, the preferred first.
[[nodiscard]] const std::vector<std::string>& azure_subprotocols();

/// Whether the path is one for these subprotocols: /client/hubs/HUB.
[[nodiscard]] bool names_azure_hub(std::string_view target);

struct AzureUser {
  Identity identity;
  Instant expiry;  // of what it showed
};

/// A WebSocket that speaks one of them over the node's hub. The name of the Azure hub is free: a
/// group is the same topic in all of them. Refused without one of the subprotocols.
[[nodiscard]] std::expected<std::unique_ptr<SessionHandler>, Refusal> make_azure_session(
    PubSubNode& node, const wire::HttpRequest& request, std::string_view subprotocol,
    AzureUser user);

}  // namespace wskit::serve
