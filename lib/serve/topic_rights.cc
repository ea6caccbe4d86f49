// SPDX-License-Identifier: MIT
#include "serve/topic_rights.h"

#include <algorithm>

#include <fmt/format.h>

#include "broker/topic.h"

namespace wskit::serve {
namespace {

Expected<void> read_filters(const Json& object, std::string_view name,
                            std::optional<TopicFilters>& filters) {
  const auto member = object.find(name);
  if (member == object.end()) {
    return {};
  }
  const auto refuse = [name](std::string_view why) {
    return fail(ErrorCode::usage, fmt::format("\"{}\": {}", name, why));
  };
  if (!member->is_array()) {
    return refuse("not a list of topic filters");
  }
  filters.emplace();
  for (const Json& entry : *member) {
    if (!entry.is_string()) {
      return refuse("not a list of topic filters");
    }
    filters->push_back(entry.get<std::string>());
    if (const auto good = broker::check_filter(filters->back()); !good) {
      return refuse(good.error().message);
    }
  }
  return {};
}

}  // namespace

bool TopicRights::are_all() const {
  const auto is_all = [](const std::optional<TopicFilters>& filters) {
    return !filters || std::ranges::find(*filters, "#") != filters->end();
  };
  return is_all(subscribe) && is_all(publish);
}

bool TopicRights::may_subscribe(std::string_view filter) const {
  return !subscribe || broker::is_covered(filter, *subscribe);
}

bool TopicRights::may_publish(std::string_view topic) const {
  return !publish || broker::is_covered(topic, *publish);
}

Expected<TopicRights> read_topic_rights(const Json& object, const TopicRights& defaults) {
  TopicRights rights = defaults;
  for (auto& [name, filters] :
       {std::pair("subscribe", &rights.subscribe), std::pair("publish", &rights.publish)}) {
    if (auto read = read_filters(object, name, *filters); !read) {
      return std::unexpected(std::move(read.error()));
    }
  }
  return rights;
}

Expected<TopicFilters> parse_topic_filters(const std::vector<std::string>& texts) {
  TopicFilters filters;
  for (const std::string& text : texts) {
    if (text.empty()) {
      continue;
    }
    if (auto good = broker::check_filter(text); !good) {
      return std::unexpected(std::move(good.error()));
    }
    filters.push_back(text);
  }
  return filters;
}

}  // namespace wskit::serve
