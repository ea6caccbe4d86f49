// SPDX-License-Identifier: MIT
#include "pubsub/azure_request.h"

#include <utility>

#include <fmt/format.h>

#include "broker/topic.h"
#include "core/base64.h"
#include "core/bytes.h"
#include "core/json.h"
#include "pubsub/json_text.h"

namespace wskit::pubsub {
namespace {

AzureRefused refused(std::string why) {
  return {std::move(why)};
}

/// The member if it is a string, or null.
const std::string* string_member(const Json& request, const char* name) {
  const auto found = request.find(name);
  return found == request.end() ? nullptr : found->get_ptr<const std::string*>();
}

/// A JSON value goes on as the client wrote it: numbers keep all their digits.
std::string json_text(std::string_view text, const Json& data) {
  const std::string_view written = json_member_text(text, "data");
  return written.empty() ? dump_json(data) : std::string(written);
}

using What = decltype(AzureRequest::what);

What send_to_group(std::string_view text, const Json& request, std::string group) {
  const auto data = request.find("data");
  if (data == request.end()) {
    return refused("there is no data");
  }
  const auto no_echo = request.find("noEcho");
  if (no_echo != request.end() && !no_echo->is_boolean() && !no_echo->is_null()) {
    return refused("noEcho is true or false");
  }
  AzureSend send{.group = std::move(group),
                 .payload = {},
                 .no_echo = no_echo != request.end() && *no_echo == true};
  const auto type = request.find("dataType");
  if (type == request.end() || type->is_null() || *type == "json") {
    send.payload = json_text(text, *data);
    send.json = true;
    return send;
  }
  const auto* const string = data->get_ptr<const std::string*>();
  if (*type == "text" && string != nullptr) {
    send.payload = *string;
    return send;
  }
  if (*type != "binary") {
    return refused(*type == "text" ? "data of dataType text is a string"
                                   : "this server takes the dataTypes json, text and binary only");
  }
  auto bytes = string == nullptr ? std::nullopt : base64_decode(*string);
  if (!bytes) {
    return refused("data of dataType binary is base64, padded");
  }
  send.payload = std::move(*bytes);
  send.text = false;
  return send;
}

What about_group(std::string_view text, const Json& request, std::string_view type) {
  const std::string* const group = string_member(request, "group");
  if (group == nullptr) {
    return refused("there is no group");
  }
  if (const auto good = broker::check_topic(*group); !good) {
    return refused("groups are topics: " + good.error().message);
  }
  if (type == "joinGroup") {
    return AzureJoin{*group};
  }
  if (type == "leaveGroup") {
    return AzureLeave{*group};
  }
  return send_to_group(text, request, *group);
}

Expected<What> sequence_ack(const Json& request) {
  const auto sequence = request.find("sequenceId");
  if (sequence == request.end() || !sequence->is_number_unsigned()) {
    return fail(ErrorCode::usage, "sequenceId is a number");
  }
  return AzureSequenceAck{sequence->get<std::uint64_t>()};
}

Expected<What> invoke(const Json& request) {
  const std::string* const id = string_member(request, "invocationId");
  if (id == nullptr) {
    return fail(ErrorCode::usage, "invocationId is a string");
  }
  return AzureInvoke{*id};
}

Expected<What> what_of(std::string_view text, const Json& request, std::string_view type) {
  if (type == "joinGroup" || type == "leaveGroup" || type == "sendToGroup") {
    return about_group(text, request, type);
  }
  if (type == "ping") {
    return AzurePing{};
  }
  if (type == "sequenceAck") {
    return sequence_ack(request);
  }
  if (type == "event") {
    return AzureEvent{};
  }
  if (type == "invoke") {
    return invoke(request);
  }
  if (type == "cancelInvocation") {
    return AzureCancelInvoke{};
  }
  return fail(ErrorCode::usage, fmt::format("there is no type '{}'", escape(type)));
}

Expected<std::optional<std::uint64_t>> ack_id_of(const Json& request) {
  const auto ack_id = request.find("ackId");
  if (ack_id == request.end() || ack_id->is_null()) {
    return std::nullopt;
  }
  if (!ack_id->is_number_unsigned()) {
    return fail(ErrorCode::usage, "ackId is a number, 0 or above");
  }
  return ack_id->get<std::uint64_t>();
}

}  // namespace

Expected<AzureRequest> parse_azure_request(std::string_view text) {
  const auto request = parse_json(text);
  if (!request) {
    return std::unexpected(request.error());
  }
  if (!request->is_object()) {
    return fail(ErrorCode::usage, "a request is a JSON object");
  }
  const std::string* const type = string_member(*request, "type");
  if (type == nullptr) {
    return fail(ErrorCode::usage, "a request has a type");
  }
  const auto ack_id = ack_id_of(*request);
  if (!ack_id) {
    return std::unexpected(ack_id.error());
  }
  auto what = what_of(text, *request, *type);
  if (!what) {
    return std::unexpected(std::move(what.error()));
  }
  return AzureRequest{.what = std::move(*what), .ack_id = *ack_id};
}

}  // namespace wskit::pubsub
