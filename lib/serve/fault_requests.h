// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "relay/fault_desk.h"
#include "serve/http_exchange.h"

namespace wskit::serve {

class ServerFaults;

using relay::names_faults;

/// Whether the request may be looked at: faults may be asked for here, and its origin is no foreign
/// one. Answers it where not, and answers a browser that asks first (CORS).
[[nodiscard]] bool admit_fault_request(HttpExchange& exchange);

/// Answers a request of somebody who may change the faults: GET lists them, POST adds the rule that
/// is the body, DELETE takes one or all of them back.
void answer_fault_request(HttpExchange& exchange, std::string_view body);

/// The counts, as /metrics has them; empty where nothing can go wrong.
[[nodiscard]] std::string fault_metrics(ServerFaults* faults);

}  // namespace wskit::serve
