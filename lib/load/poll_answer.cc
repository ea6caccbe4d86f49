// SPDX-License-Identifier: MIT
#include "load/poll_answer.h"

#include <optional>
#include <utility>

#include "core/base64.h"
#include "core/json.h"

namespace wskit::load {
namespace {

const std::string* string_member(const Json& json, const char* name) {
  const auto found = json.is_object() ? json.find(name) : json.end();
  return found == json.end() ? nullptr : found->get_ptr<const std::string*>();
}

std::optional<PollAnswer::Message> message_of(const Json& json) {
  if (const std::string* const data = string_member(json, "data")) {
    return PollAnswer::Message{.type = ws::MessageType::text, .payload = *data};
  }
  const std::string* const encoded = string_member(json, "b64");
  auto bytes = encoded == nullptr ? std::nullopt : base64_decode(*encoded);
  if (!bytes) {
    return std::nullopt;
  }
  return PollAnswer::Message{.type = ws::MessageType::binary, .payload = *std::move(bytes)};
}

}  // namespace

Expected<PollAnswer> PollAnswer::parse(std::string_view body) {
  const auto wrong = fail(ErrorCode::upgrade_not_http,
                          R"(the answer to a long poll is no {"cursor":...,"messages":[...]})");
  const auto json = parse_json(body);
  const std::string* const cursor = json ? string_member(*json, "cursor") : nullptr;
  if (cursor == nullptr || !json->contains("messages") || !(*json)["messages"].is_array()) {
    return wrong;
  }
  PollAnswer answer{.cursor = *cursor, .messages = {}};
  for (const Json& member : (*json)["messages"]) {
    auto message = message_of(member);
    if (!message) {
      return wrong;
    }
    answer.messages.push_back(std::move(*message));
  }
  return answer;
}

}  // namespace wskit::load
