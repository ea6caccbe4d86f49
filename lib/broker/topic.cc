// SPDX-License-Identifier: MIT
#include "broker/topic.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "core/bytes.h"
#include "wire/utf8.h"

namespace wskit::broker {
namespace {

using detail::first_level;

std::unexpected<Error> refuse(std::string_view kind, std::string_view text, std::string_view why) {
  return fail(ErrorCode::usage, fmt::format("{} '{}': {}", kind, escape(text), why));
}

Expected<void> check_text(std::string_view kind, std::string_view text) {
  if (text.empty()) {
    return refuse(kind, text, "it is empty");
  }
  if (text.size() > kMaxTopicBytes) {
    return refuse(kind, text,
                  fmt::format("it has {} bytes; at most {}", text.size(), kMaxTopicBytes));
  }
  if (text.find('\0') != std::string_view::npos) {
    return refuse(kind, text, "it has a NUL in it");
  }
  if (!wire::is_utf8(text)) {
    return refuse(kind, text, "it is not UTF-8");
  }
  return {};
}

std::size_t count_levels(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count(text, '/')) + 1;
}

bool any_matches(std::span<const std::string> filters, std::string_view topic) {
  return std::ranges::any_of(filters,
                             [&](std::string_view filter) { return matches(filter, topic); });
}

}  // namespace

Expected<void> check_topic(std::string_view topic) {
  if (auto good = check_text("topic", topic); !good) {
    return good;
  }
  if (is_wildcard(topic)) {
    return refuse("topic", topic, "'+' and '#' are wildcards, for subscriptions only");
  }
  return {};
}

Expected<void> check_filter(std::string_view filter) {
  if (auto good = check_text("filter", filter); !good) {
    return good;
  }
  std::string_view rest = filter;
  for (bool more = true; more;) {
    const auto next = first_level(rest);
    if (next.level.size() > 1 && is_wildcard(next.level)) {
      return refuse("filter", filter, "'+' and '#' stand for whole levels: a/+/c, a/#");
    }
    if (next.level == "#" && next.more) {
      return refuse("filter", filter, "'#' is the last level or none");
    }
    rest = next.rest;
    more = next.more;
  }
  return {};
}

bool is_wildcard(std::string_view filter) {
  return filter.find_first_of("+#") != std::string_view::npos;
}

bool matches(std::string_view filter, std::string_view topic) {
  if (topic.starts_with('$') && (filter.starts_with('+') || filter.starts_with('#'))) {
    return false;
  }
  while (true) {
    const auto wanted = first_level(filter);
    if (wanted.level == "#") {
      return true;
    }
    const auto found = first_level(topic);
    if (wanted.level != "+" && wanted.level != found.level) {
      return false;
    }
    if (!found.more) {
      return !wanted.more || wanted.rest == "#";
    }
    if (!wanted.more) {
      return false;
    }
    filter = wanted.rest;
    topic = found.rest;
  }
}

// A '+' stands for levels that no filter names as well: among the topics of one depth there is one
// with such a level in each place of a wildcard, and what matches that one matches all of them. For
// matches(), which compares levels as text, '+' itself is such a level. Beyond the deepest of the
// allowed filters only those that end with '#' match, so that one more level stands for them all.
bool is_covered(std::string_view filter, std::span<const std::string> allowed) {
  if (filter != "#" && !filter.ends_with("/#")) {
    return any_matches(allowed, filter);
  }
  std::size_t deepest = 0;
  for (const std::string& other : allowed) {
    deepest = std::max(deepest, count_levels(other));
  }
  std::string topic(filter == "#" ? "+" : filter.substr(0, filter.size() - 2));
  for (std::size_t depth = count_levels(topic); any_matches(allowed, topic); ++depth) {
    if (depth > deepest) {
      return true;
    }
    topic += "/+";
  }
  return false;
}

}  // namespace wskit::broker
