// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/json.h"

namespace wskit::serve {

/// Topic filters with MQTT's wildcards, good ones (broker::check_filter).
using TopicFilters = std::vector<std::string>;

/// Which topics somebody may use.
struct TopicRights {
  std::optional<TopicFilters> subscribe;  // nothing: all topics, those that begin with '$' too
  std::optional<TopicFilters> publish;

  [[nodiscard]] static TopicRights none() {
    return {.subscribe = TopicFilters(), .publish = TopicFilters()};
  }

  /// Whether every topic of a good filter is allowed (broker::is_covered).
  [[nodiscard]] bool may_subscribe(std::string_view filter) const;
  [[nodiscard]] bool may_publish(std::string_view topic) const;

  /// Whether it is everything.
  [[nodiscard]] bool are_all() const;

  bool operator==(const TopicRights&) const = default;
};

/// What the members "subscribe" and "publish" of an object say, each a list of topic filters; the
/// rights that it does not speak of are those of `defaults`. Fails with ErrorCode::usage.
[[nodiscard]] Expected<TopicRights> read_topic_rights(const Json& object,
                                                      const TopicRights& defaults);

/// Filters that somebody typed; empty texts are left out, so that "" alone stands for none. Fails
/// with ErrorCode::usage.
[[nodiscard]] Expected<TopicFilters> parse_topic_filters(const std::vector<std::string>& texts);

}  // namespace wskit::serve
