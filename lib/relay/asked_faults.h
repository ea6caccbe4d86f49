// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "relay/fault_place.h"
#include "relay/fault_plan.h"
#include "wire/http.h"

namespace wskit::relay {

/// What a request asks to go wrong on its own connection: each field "fault" of its query is a
/// rule, "/echo?fault=close:4001,after:3".
struct AskedFaults {
  std::vector<LiveFaultPointer> faults;
  /// The request's target without these fields.
  std::string target;
};

/// Names in a request the fault that the server behind the relay is to make happen.
inline constexpr std::string_view kFaultHeader = "Wskit-Fault";

/// Whether a target has such a field.
[[nodiscard]] bool asks_for_faults(std::string_view target);

/// Fails with ErrorCode::usage for what is no rule, and for one that is not for such a request.
[[nodiscard]] Expected<AskedFaults> take_asked_faults(std::string_view target, bool websocket,
                                                      const FaultPlace& place);

/// Whether a request goes on with something that the server is to know: a cursor, or a session.
[[nodiscard]] bool goes_on(const wire::HttpRequest& request);

/// Whether a fault of this kind can happen to the answer of a request that asks for no WebSocket.
[[nodiscard]] bool is_for_http(const FaultRule& rule);

}  // namespace wskit::relay
