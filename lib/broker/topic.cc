// SPDX-License-Identifier: MIT
#include "broker/topic.h"

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

}  // namespace wskit::broker
