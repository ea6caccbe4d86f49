// SPDX-License-Identifier: MIT
#include "pubsub/azure_stored.h"

#include <cstdint>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "broker/topic.h"
#include "core/base64.h"
#include "core/json.h"

namespace wskit::pubsub {
namespace {

std::unexpected<Error> no_session(std::string_view why) {
  return fail(ErrorCode::usage, fmt::format("the stored session cannot be read: {}", why));
}

Json json_of(const broker::Message& message) {
  Json json{{"topic", message.topic}};
  if (message.text) {
    json["data"] = message.payload;
  } else {
    json["b64"] = base64_encode(message.payload);
  }
  if (message.json) {
    json["json"] = true;
  }
  if (!message.publisher.user.empty()) {
    json["user"] = message.publisher.user;
  }
  return json;
}

broker::MessagePtr message_of(const Json& json) {
  auto message = std::make_shared<broker::Message>();
  message->topic = json.at("topic").get<std::string>();
  message->text = json.contains("data");
  if (message->text) {
    message->payload = json["data"].get<std::string>();
  } else {
    auto bytes = base64_decode(json.at("b64").get<std::string>());
    if (!bytes) {
      return nullptr;
    }
    message->payload = std::move(*bytes);
  }
  message->json = json.value("json", false);
  message->publisher.user = json.value("user", "");
  return broker::check_topic(message->topic) ? message : nullptr;
}

Expected<void> add_groups(AzureStored& stored, const Json& groups) {
  for (const Json& group : groups) {
    std::string name = group.at(0).get<std::string>();
    auto seen = broker::Cursor::parse(group.at(1).get<std::string>());
    if (!seen || !broker::check_topic(name)) {
      return no_session("its groups are damaged");
    }
    stored.groups.push_back({.name = std::move(name), .seen = std::move(*seen)});
  }
  return {};
}

Expected<void> add_messages(AzureStored& stored, const Json& messages) {
  for (const Json& json : messages) {
    auto message = message_of(json);
    if (message == nullptr) {
      return no_session("its messages are damaged");
    }
    stored.log.append(std::move(message));
  }
  return {};
}

Expected<AzureStored> stored_of(const Json& json) {
  AzureStored stored{.user = json.at("user").get<std::string>(),
                     .groups = {},
                     .served = {},
                     .log = UnackedLog(json.at("acked").get<std::uint64_t>())};
  for (const Json& range : json.at("served")) {
    if (!stored.served.append({.first = range.at(0).get<std::uint64_t>(),
                               .last = range.at(1).get<std::uint64_t>()})) {
      return no_session("its ids are damaged");
    }
  }
  if (auto added = add_groups(stored, json.at("groups")); !added) {
    return std::unexpected(std::move(added.error()));
  }
  if (auto added = add_messages(stored, json.at("messages")); !added) {
    return std::unexpected(std::move(added.error()));
  }
  return stored;
}

}  // namespace

std::string azure_session_key(std::string_view connection, std::string_view token) {
  return fmt::format("azure/{}/{}", connection, token);
}

std::string AzureStored::text() const {
  Json json{{"user", user},
            {"acked", log.acked()},
            {"served", Json::array()},
            {"groups", Json::array()},
            {"messages", Json::array()}};
  for (const AckIds::Range& range : served.ranges()) {
    json["served"].push_back(Json::array({range.first, range.last}));
  }
  for (const Group& group : groups) {
    json["groups"].push_back(Json::array({group.name, group.seen.text()}));
  }
  for (const broker::MessagePtr& message : log.messages()) {
    json["messages"].push_back(json_of(*message));
  }
  return dump_json(json);
}

Expected<AzureStored> AzureStored::parse(std::string_view text) {
  const auto json = parse_json(text);
  if (!json) {
    return no_session(json.error().message);
  }
  try {
    return stored_of(*json);
  } catch (const Json::exception& error) {
    return no_session(error.what());
  }
}

}  // namespace wskit::pubsub
