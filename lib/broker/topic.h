// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "core/error.h"

namespace wskit::broker {

inline constexpr std::size_t kMaxTopicBytes = 255;

/// A topic is 1 to kMaxTopicBytes of UTF-8 without NUL, '+' and '#'; '/' separates its levels,
/// which may be empty (MQTT 5.0 section 4.7). Fails with ErrorCode::usage and what is wrong.
[[nodiscard]] Expected<void> check_topic(std::string_view topic);

/// A filter is a topic in which '+' may stand for one whole level and '#', as the last level, for
/// any number of them (MQTT 5.0 section 4.7.1). Fails as check_topic() does.
[[nodiscard]] Expected<void> check_filter(std::string_view filter);

/// Whether a filter, known to be good, names more than one topic.
[[nodiscard]] bool is_wildcard(std::string_view filter);

/// Whether a topic is among those of a filter, both known to be good: "a/#" has "a" too, and a
/// wildcard as the first level has no topic that begins with '$' (MQTT 5.0 section 4.7.2).
[[nodiscard]] bool matches(std::string_view filter, std::string_view topic);

/// Whether each topic of `filter` is a topic of at least one of `allowed`, all of them known to be
/// good. Exact, also where it takes several ("a/#" needs "a" and "a/+/#"), but for one thing: it
/// takes topics to be of any length.
[[nodiscard]] bool is_covered(std::string_view filter, std::span<const std::string> allowed);

namespace detail {

/// Cuts the first level off `rest`; false in `more` when it was the last one.
struct FirstLevel {
  std::string_view level;
  std::string_view rest;
  bool more = false;
};

[[nodiscard]] inline FirstLevel first_level(std::string_view levels) {
  const std::size_t slash = levels.find('/');
  if (slash == std::string_view::npos) {
    return {.level = levels, .rest = {}, .more = false};
  }
  return {.level = levels.substr(0, slash), .rest = levels.substr(slash + 1), .more = true};
}

}  // namespace detail
}  // namespace wskit::broker
