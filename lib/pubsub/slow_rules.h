// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "pubsub/out_queue.h"

namespace wskit::pubsub {

/// The policy for the topics of a filter, and how much may wait of them.
struct SlowRule {
  std::string filter;  // check_filter()
  SlowPolicy policy = SlowPolicy::close;
  std::size_t max_bytes = 0;  // of all these topics, for one receiver; 0: only QueueLimits counts
};

/// So many rules may say how much may wait.
inline constexpr std::size_t kMaxSlowRules = UINT8_MAX;

/// "FILTER=POLICY" or "FILTER=POLICY,SIZE". Fails with ErrorCode::usage.
[[nodiscard]] Expected<SlowRule> parse_slow_rule(std::string_view text);

/// `otherwise` with what the first rule says that the topic matches: each rule has a share of its
/// own. At most kMaxSlowRules.
[[nodiscard]] QueueLimits slow_limits(const std::vector<SlowRule>& rules, std::string_view topic,
                                      const QueueLimits& otherwise);

}  // namespace wskit::pubsub
