// SPDX-License-Identifier: MIT
#include "pubsub/centrifugo_reply.h"

#include <algorithm>
#include <iterator>
#include <unordered_set>

#include <fmt/format.h>

#include "core/base64.h"
#include "core/json.h"
#include "pubsub/wire_format.h"

namespace wskit::pubsub {
namespace {

/// {"id":N,"METHOD":
std::string begin_reply(std::uint32_t id, std::string_view method) {
  return fmt::format(R"({{"id":{},"{}":)", id, method);
}

void append_ttl(std::string& out, const CentrifugoTtl& ttl) {
  if (ttl) {
    fmt::format_to(std::back_inserter(out), R"("expires":true,"ttl":{},)", *ttl);
  }
}

void append_client(std::string& out, std::string_view user, std::string_view client) {
  out += R"({"user":)";
  append_json_string(out, user);
  out += R"(,"client":)";
  append_json_string(out, client);
  out += '}';
}

/// Between the values of JSON a line break is a space as good as any other, and within strings
/// there is none: to a client it would be the end of the reply.
void append_one_line(std::string& out, std::string_view json) {
  const std::size_t start = out.size();
  out += json;
  std::replace(out.begin() + static_cast<std::ptrdiff_t>(start), out.end(), '\n', ' ');
}

/// Whether a text could be a JSON value at all, by its first character: most texts are not.
bool looks_like_json(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos &&
         std::string_view("{[\"-0123456789tfn").find(text[first]) != std::string_view::npos;
}

void append_data(std::string& out, const broker::Message& message) {
  if (!message.text) {
    out.append(R"({"b64":")").append(base64_encode(message.payload)).append("\"}");
  } else if (message.json ||
             (looks_like_json(message.payload) && parse_json(message.payload).has_value())) {
    append_one_line(out, message.payload);
  } else {
    append_json_string(out, message.payload);
  }
}

void append_position(std::string& out, const broker::TopicState& position) {
  out.append(R"("epoch":")").append(position.epoch).append(R"(","offset":)");
  fmt::format_to(std::back_inserter(out), "{}", position.offset);
}

void append_channel_push(std::string& out, std::string_view channel) {
  out += R"({"push":{"channel":)";
  append_json_string(out, channel);
}

}  // namespace

std::string centrifugo_failed(std::uint32_t id, CentrifugoError error) {
  return fmt::format(R"({{"id":{},"error":{{"code":{},"message":"{}"{}}}}})", id,
                     static_cast<int>(error), text_of(error),
                     is_temporary(error) ? R"(,"temporary":true)" : "");
}

std::string centrifugo_done(std::uint32_t id, std::string_view method) {
  return begin_reply(id, method) + "{}}";
}

std::string centrifugo_connected(std::uint32_t id, const CentrifugoConnected& connected) {
  std::string text = begin_reply(id, "connect") + R"({"client":)";
  append_json_string(text, connected.client);
  text += R"(,"version":"wskit",)";
  append_ttl(text, connected.ttl);
  fmt::format_to(std::back_inserter(text), R"("ping":{},"pong":true}}}})", connected.ping);
  return text;
}

std::string centrifugo_subscribed(std::uint32_t id, const CentrifugoSubscribed& subscribed) {
  std::string text = begin_reply(id, "subscribe") + "{";
  append_ttl(text, subscribed.ttl);
  text += R"("recoverable":true,"positioned":true,)";
  append_position(text, subscribed.position);
  if (subscribed.was_recovering) {
    text += R"(,"was_recovering":true,"recovered":)";
    text += subscribed.recovered ? "true" : "false";
  }
  if (!subscribed.publications.empty()) {
    text.append(R"(,"publications":[)").append(subscribed.publications).append(1, ']');
  }
  return text += "}}";
}

std::string centrifugo_refreshed(std::uint32_t id, std::string_view method,
                                 const CentrifugoTtl& ttl) {
  std::string text = begin_reply(id, method) + "{";
  append_ttl(text, ttl);
  if (text.ends_with(',')) {
    text.pop_back();
  }
  return text += "}}";
}

std::string centrifugo_history(std::uint32_t id, const broker::History& history,
                               const broker::TopicState& position) {
  std::string text = begin_reply(id, "history") + R"({"publications":[)";
  for (const broker::MessagePtr& message : history.messages) {
    text += text.ends_with('[') ? "" : ",";
    append_centrifugo_publication(text, *message);
  }
  text += "],";
  append_position(text, position);
  return text += "}}";
}

std::string centrifugo_presence(std::uint32_t id, const std::vector<broker::Member>& members) {
  std::string text = begin_reply(id, "presence") + R"({"presence":{)";
  for (const broker::Member& member : members) {
    text += text.ends_with('{') ? "" : ",";
    append_json_string(text, member.connection);
    text += ':';
    append_client(text, member.user, member.connection);
  }
  return text += "}}}";
}

std::string centrifugo_presence_stats(std::uint32_t id,
                                      const std::vector<broker::Member>& members) {
  std::unordered_set<std::string_view> users;
  for (const broker::Member& member : members) {
    users.insert(member.user);
  }
  return begin_reply(id, "presence_stats") +
         fmt::format(R"({{"num_clients":{},"num_users":{}}}}})", members.size(), users.size());
}

std::string centrifugo_presence_push(const broker::PresenceEvent& event) {
  std::string text;
  append_channel_push(text, event.topic);
  text += event.joined ? R"(,"join":{"info":)" : R"(,"leave":{"info":)";
  append_client(text, event.member.user, event.member.connection);
  return text += "}}}";
}

std::string centrifugo_unsubscribe_push(std::string_view channel, CentrifugoUnsubscribe why) {
  std::string text;
  append_channel_push(text, channel);
  fmt::format_to(std::back_inserter(text), R"(,"unsubscribe":{{"code":{},"reason":"{}"}}}}}})",
                 static_cast<int>(why), text_of(why));
  return text;
}

void append_centrifugo_push(std::string& out, const broker::Message& message) {
  append_channel_push(out, message.topic);
  out += R"(,"pub":)";
  append_centrifugo_publication(out, message);
  out += "}}";
}

void append_centrifugo_publication(std::string& out, const broker::Message& message) {
  out += R"({"data":)";
  append_data(out, message);
  fmt::format_to(std::back_inserter(out), R"(,"offset":{})", message.offset);
  if (!message.publisher.connection.empty()) {
    out += R"(,"info":)";
    append_client(out, message.publisher.user, message.publisher.connection);
  }
  out += '}';
}

}  // namespace wskit::pubsub
