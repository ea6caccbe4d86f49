// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/broker.h"
#include "core/clock.h"
#include "pubsub/subscription_places.h"
#include "serve/limit.h"
#include "serve/pubsub_options.h"
#include "wire/http.h"

namespace wskit::serve {

/// What a URL of topics asks for: /t/TOPIC, or /t?topic=A&topic=B, with
/// after=CURSOR, echo=0, envelope=json, stream=1 and wait=DURATION.
struct TopicRequest {
  std::vector<std::string> filters;  // check_filter()
  broker::Start start;               // Last-Event-ID, or else `after`
  bool echo = true;                  // a publisher hears itself
  bool envelope = false;
  bool stream = false;
  Nanoseconds wait{0};  // of a long poll
  pubsub::SubscriptionPlace place;

  /// The one topic to publish to; empty when several or a wildcard are named.
  [[nodiscard]] std::string_view topic() const;
};

/// Why a request is not served.
struct Refusal {
  int status = 400;
  std::string why;
  std::vector<wire::Header> headers = {};  // valid ones
  std::optional<Limit> limit = {};         // that it came up against, to be counted
};

/// Whether the path is one of topics.
[[nodiscard]] bool names_topics(std::string_view target);

[[nodiscard]] std::expected<TopicRequest, Refusal> parse_topic_request(
    const wire::HttpRequest& request, const PubSubOptions& options);

/// Whether the media types that a client accepts have text/event-stream among them.
[[nodiscard]] bool accepts_events(const wire::HttpRequest& request);

}  // namespace wskit::serve
