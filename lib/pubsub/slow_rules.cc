// SPDX-License-Identifier: MIT
#include "pubsub/slow_rules.h"

#include <algorithm>

#include <fmt/format.h>

#include "broker/topic.h"
#include "core/bytes.h"
#include "core/parse.h"

namespace wskit::pubsub {

Expected<SlowRule> parse_slow_rule(std::string_view text) {
  // The last one: a topic may have others in it.
  const std::size_t equals = text.rfind('=');
  if (equals == std::string_view::npos) {
    return fail(
        ErrorCode::usage,
        fmt::format("'{}' is not FILTER=POLICY or FILTER=POLICY,SIZE, for example prices/#=latest",
                    escape(text)));
  }
  const std::string_view filter = text.substr(0, equals);
  if (auto good = broker::check_filter(filter); !good) {
    return std::unexpected(std::move(good.error()));
  }
  const std::string_view what = text.substr(equals + 1);
  const std::size_t comma = std::min(what.find(','), what.size());
  const auto policy = parse_slow_policy(what.substr(0, comma));
  if (!policy) {
    return std::unexpected(policy.error());
  }
  SlowRule rule{.filter = std::string(filter), .policy = *policy};
  if (comma == what.size()) {
    return rule;
  }
  const auto size = parse_size(what.substr(comma + 1));
  if (!size || *size == 0) {
    return fail(
        ErrorCode::usage,
        fmt::format("'{}' does not say how much may wait, for example prices/#=latest,64KiB",
                    escape(text)));
  }
  rule.max_bytes = static_cast<std::size_t>(*size);
  return rule;
}

QueueLimits slow_limits(const std::vector<SlowRule>& rules, std::string_view topic,
                        const QueueLimits& otherwise) {
  QueueLimits limits = otherwise;
  const auto rule = std::ranges::find_if(
      rules, [topic](const SlowRule& one) { return broker::matches(one.filter, topic); });
  if (rule == rules.end()) {
    return limits;
  }
  limits.policy = rule->policy;
  if (rule->max_bytes > 0) {
    limits.share = static_cast<std::uint8_t>(rule - rules.begin() + 1);
    limits.max_share_bytes = rule->max_bytes;
  }
  return limits;
}

}  // namespace wskit::pubsub
