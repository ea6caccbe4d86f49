// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "serve/pubsub_node.h"

namespace wskit::serve {

/// The counts of all threads in Prometheus' text format, version 0.0.4.
[[nodiscard]] std::string pubsub_metrics(const PubSubState& state);

/// What the server is, as a JSON object: engine, guarantee, limits.
[[nodiscard]] std::string pubsub_info(const PubSubState& state);

}  // namespace wskit::serve
