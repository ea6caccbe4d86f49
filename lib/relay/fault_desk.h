// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "relay/fault_place.h"
#include "relay/fault_plan.h"
#include "wire/http.h"

namespace wskit::relay {

/// Somebody asks over HTTP about the faults of a plan, or wants others.
struct FaultQuestion {
  std::string_view method;
  /// One of the faults' (names_faults()).
  std::string_view target;
  std::string_view body;
};

struct FaultAnswer {
  int status = 0;
  /// JSON where `json`, else a line of text; empty for 204.
  std::string body;
  bool json = false;
  std::vector<wire::Header> headers;
};

inline constexpr std::string_view kFaultMethods = "GET, POST, DELETE, OPTIONS";

/// Whether a target is one of the faults': /faults, /faults/N.
[[nodiscard]] bool names_faults(std::string_view target);

/// GET lists the faults, POST adds the rule that is the body, if it can happen at `place`, DELETE
/// takes one or all of them back. Anybody who is heard may do everything.
[[nodiscard]] FaultAnswer answer_fault_question(const FaultQuestion& question, FaultPlan& plan,
                                                const FaultPlace& place);

/// The answer as bytes, after which the connection is closed.
[[nodiscard]] std::string to_http(const FaultAnswer& answer);

/// The answer to somebody who may not be heard, if `request` is one's: a page of another origin
/// than the faults'.
[[nodiscard]] std::optional<FaultAnswer> refuse_page(const wire::HttpRequest& request);

}  // namespace wskit::relay
