// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "pubsub/out_queue.h"

namespace wskit::pubsub {

/// The policy for the topics of a filter.
struct SlowRule {
  std::string filter;  // check_filter()
  SlowPolicy policy = SlowPolicy::close;
};

/// "FILTER=POLICY". Fails with ErrorCode::usage.
[[nodiscard]] Expected<SlowRule> parse_slow_rule(std::string_view text);

/// That of the first rule that the topic matches, or else `otherwise`.
[[nodiscard]] SlowPolicy slow_policy(const std::vector<SlowRule>& rules, std::string_view topic,
                                     SlowPolicy otherwise);

}  // namespace wskit::pubsub
