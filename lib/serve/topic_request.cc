// SPDX-License-Identifier: MIT
#include "serve/topic_request.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "broker/topic.h"
#include "core/bytes.h"
#include "core/parse.h"
#include "relay/asked_faults.h"
#include "serve/request_target.h"

namespace wskit::serve {
namespace {

constexpr std::string_view kTopicsPath = "/t";

std::unexpected<Refusal> refuse(std::string why) {
  return std::unexpected(Refusal{.status = 400, .why = std::move(why)});
}

std::expected<std::vector<std::string>, Refusal> filters_of(const RequestTarget& target,
                                                            const PubSubOptions& options) {
  std::vector<std::string> filters = target.all("topic");
  if (target.path.size() > kTopicsPath.size()) {
    filters.push_back(target.path.substr(kTopicsPath.size() + 1));
  }
  if (filters.empty()) {
    return refuse("name a topic: /t/TOPIC or /t?topic=TOPIC");
  }
  if (filters.size() > options.max_topics) {
    return std::unexpected(
        Refusal{.why = fmt::format("a connection has at most {} topics", options.max_topics),
                .limit = Limit::topics});
  }
  for (const std::string& filter : filters) {
    if (const auto good = broker::check_filter(filter); !good) {
      return refuse(good.error().message);
    }
  }
  return filters;
}

std::expected<broker::Start, Refusal> start_of(const RequestTarget& target,
                                               const wire::HttpRequest& request) {
  // A browser's EventSource comes back with the same URL, but with the last id it has seen.
  std::optional<std::string_view> after = request.headers.get("Last-Event-ID");
  if (!after || after->empty()) {
    after = target.get("after");
  }
  if (!after) {
    return broker::FromNow{};
  }
  if (after->empty()) {
    return refuse("after is a cursor, or 0 for the oldest message");
  }
  if (*after == "0") {
    return broker::FromOldest{};
  }
  auto cursor = broker::Cursor::parse(*after);
  if (!cursor) {
    return refuse(cursor.error().message);
  }
  // A fault: whoever asks for it without a relay loses no more than a cursor of its own.
  if (request.headers.get(relay::kFaultHeader)) {
    return broker::Cursor(~cursor->epoch());
  }
  return std::move(*cursor);
}

std::expected<bool, Refusal> flag_of(const RequestTarget& target, std::string_view name,
                                     bool otherwise) {
  const auto value = target.get(name);
  if (!value) {
    return otherwise;
  }
  if (*value != "0" && *value != "1") {
    return refuse(fmt::format("{} is 0 or 1", name));
  }
  return *value == "1";
}

std::expected<Nanoseconds, Refusal> wait_of(const RequestTarget& target,
                                            const PubSubOptions& options) {
  const auto text = target.get("wait");
  if (!text) {
    return options.poll_wait;
  }
  const auto wait = parse_duration(*text);
  if (!wait) {
    return refuse("wait: " + wait.error().message);
  }
  return std::min(*wait, options.max_poll_wait);
}

}  // namespace

std::string_view TopicRequest::topic() const {
  return filters.size() == 1 && !broker::is_wildcard(filters.front()) ? filters.front()
                                                                      : std::string_view();
}

bool names_topics(std::string_view target) {
  const std::string_view path = path_of(target);
  return path == kTopicsPath || path.starts_with("/t/");
}

bool accepts_events(const wire::HttpRequest& request) {
  const std::string accept = request.headers.joined("Accept");
  return std::ranges::any_of(wire::split_list(accept), [](std::string_view type) {
    return wire::equals_ignoring_case(type.substr(0, type.find_first_of("; ")),
                                      "text/event-stream");
  });
}

std::expected<TopicRequest, Refusal> parse_topic_request(const wire::HttpRequest& request,
                                                         const PubSubOptions& options) {
  const auto target = parse_target(request.target);
  if (!target) {
    return refuse(target.error().message);
  }
  auto filters = filters_of(*target, options);
  if (!filters) {
    return std::unexpected(std::move(filters.error()));
  }
  auto start = start_of(*target, request);
  if (!start) {
    return std::unexpected(std::move(start.error()));
  }
  const auto echo = flag_of(*target, "echo", true);
  const auto stream = flag_of(*target, "stream", false);
  const auto wait = wait_of(*target, options);
  if (!echo || !stream || !wait) {
    return std::unexpected(!echo ? echo.error() : !stream ? stream.error() : wait.error());
  }
  const auto envelope = target->get("envelope");
  if (envelope && *envelope != "json") {
    return refuse("the only envelope is json");
  }
  return TopicRequest{.filters = std::move(*filters),
                      .start = std::move(*start),
                      .echo = *echo,
                      .envelope = envelope.has_value(),
                      .stream = *stream,
                      .wait = *wait};
}

}  // namespace wskit::serve
