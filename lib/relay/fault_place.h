// SPDX-License-Identifier: MIT
#pragma once

#include "core/error.h"
#include "relay/fault_rule.h"

namespace wskit::relay {

/// Where a rule is to happen.
struct FaultPlace {
  /// Clients speak TLS.
  bool tls = false;
  /// Behind it is a pub/sub server of ours.
  bool pubsub = false;
  /// The connection stands already.
  bool stands = false;
};

/// Fails with ErrorCode::usage for a rule that cannot happen there.
[[nodiscard]] Expected<void> check_place(const FaultRule& rule, const FaultPlace& place);

}  // namespace wskit::relay
