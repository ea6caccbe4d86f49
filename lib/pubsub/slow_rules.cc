// SPDX-License-Identifier: MIT
#include "pubsub/slow_rules.h"

#include <algorithm>

#include <fmt/format.h>

#include "broker/topic.h"
#include "core/bytes.h"

namespace wskit::pubsub {

Expected<SlowRule> parse_slow_rule(std::string_view text) {
  // The last one: a topic may have others in it.
  const std::size_t equals = text.rfind('=');
  if (equals == std::string_view::npos) {
    return fail(
        ErrorCode::usage,
        fmt::format("'{}' is not FILTER=POLICY, for example prices/#=latest", escape(text)));
  }
  const std::string_view filter = text.substr(0, equals);
  if (auto good = broker::check_filter(filter); !good) {
    return std::unexpected(std::move(good.error()));
  }
  const auto policy = parse_slow_policy(text.substr(equals + 1));
  if (!policy) {
    return std::unexpected(policy.error());
  }
  return SlowRule{.filter = std::string(filter), .policy = *policy};
}

SlowPolicy slow_policy(const std::vector<SlowRule>& rules, std::string_view topic,
                       SlowPolicy otherwise) {
  const auto rule = std::ranges::find_if(
      rules, [topic](const SlowRule& one) { return broker::matches(one.filter, topic); });
  return rule == rules.end() ? otherwise : rule->policy;
}

}  // namespace wskit::pubsub
