// SPDX-License-Identifier: MIT
#include "load/fanout_matcher.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "core/bytes.h"

namespace wskit::load {

FanoutMatcher::FanoutMatcher(const Plan& plan)
    : payloads_(plan),
      type_(plan.payload.type),
      whole_(plan.fanout->pointer.empty()),
      pointer_(plan.fanout->pointer) {
  if (plan.fanout->publish.empty()) {
    return;
  }
  for (const std::string& topic : plan.fanout->topics) {
    templates_.push_back(replace_placeholder(plan.fanout->publish, "topic", topic));
  }
}

std::span<const std::byte> FanoutMatcher::message(std::uint32_t publisher, std::uint64_t sequence) {
  const auto payload = payloads_.message(publisher, sequence);
  if (templates_.empty()) {
    return payload;
  }
  message_ =
      replace_placeholder(templates_[publisher % templates_.size()], "payload", as_text(payload));
  return as_bytes(message_);
}

FanoutMatcher::Delivery FanoutMatcher::read(ws::MessageType type,
                                            std::span<const std::byte> payload) const {
  return identify(payload, type == type_);
}

FanoutMatcher::Delivery FanoutMatcher::identify(std::span<const std::byte> payload,
                                                bool same_type) const {
  const auto origin = payloads_.origin(payload);
  if (!origin) {
    return {};
  }
  return {.kind = origin->intact && same_type ? Reply::Kind::answer : Reply::Kind::corrupted,
          .publisher = origin->connection,
          .sequence = origin->sequence};
}

std::span<const FanoutMatcher::Delivery> FanoutMatcher::read_json(
    std::span<const std::byte> payload) {
  found_.clear();
  std::string_view text = as_text(payload);
  if (const auto json = parse_json(text)) {
    found_.push_back(delivery_in(*json));
    return found_;
  }
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (!line.empty()) {
      const auto json = parse_json(line);
      found_.push_back(json ? delivery_in(*json) : Delivery());
    }
  }
  return found_;
}

FanoutMatcher::Delivery FanoutMatcher::delivery_in(const Json& json) const {
  if (!json.contains(pointer_) || !json.at(pointer_).is_string()) {
    // What answers a subscription, for example.
    return {.kind = Reply::Kind::push};
  }
  return identify(as_bytes(json.at(pointer_).get_ref<const std::string&>()), true);
}

}  // namespace wskit::load
