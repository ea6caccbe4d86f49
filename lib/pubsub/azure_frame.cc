// SPDX-License-Identifier: MIT
#include "pubsub/azure_frame.h"

#include <iterator>
#include <string>

#include <fmt/format.h>

#include "pubsub/wire_format.h"

namespace wskit::pubsub {
namespace {

Piece text_notice(std::string_view text) {
  std::string frame;
  append_text_frame(frame, text);
  return Piece(frame);
}

std::string_view azure_name(AzureFailure failure) {
  switch (failure) {
    case AzureFailure::forbidden:
      return "Forbidden";
    case AzureFailure::internal:
      return "InternalServerError";
    case AzureFailure::duplicate:
      return "Duplicate";
  }
  return "";
}

void append_member(std::string& out, std::string_view name, std::string_view value) {
  if (!value.empty()) {
    fmt::format_to(std::back_inserter(out), R"(,"{}":)", name);
    append_json_string(out, value);
  }
}

void append_error(std::string& out, std::string_view name, std::string_view why) {
  fmt::format_to(std::back_inserter(out), R"(,"success":false,"error":{{"name":"{}","message":)",
                 name);
  append_json_string(out, why);
  out += "}}";
}

}  // namespace

Piece azure_connected(const AzureConnected& connected) {
  std::string text = R"({"type":"system","event":"connected")";
  append_member(text, "userId", connected.user);
  append_member(text, "connectionId", connected.connection);
  append_member(text, "reconnectionToken", connected.token);
  return text_notice(text += '}');
}

Piece azure_disconnected(std::string_view why) {
  std::string text = R"({"type":"system","event":"disconnected")";
  append_member(text, "message", why);
  return text_notice(text += '}');
}

Piece azure_pong() {
  return text_notice(R"({"type":"pong"})");
}

Piece azure_ack(std::uint64_t ack_id) {
  return text_notice(fmt::format(R"({{"type":"ack","ackId":{},"success":true}})", ack_id));
}

Piece azure_failed_ack(std::uint64_t ack_id, AzureFailure failure, std::string_view why) {
  std::string text = fmt::format(R"({{"type":"ack","ackId":{})", ack_id);
  append_error(text, azure_name(failure), why);
  return text_notice(text);
}

Piece azure_failed_invoke(std::string_view id, std::string_view why) {
  std::string text = R"({"type":"invokeResponse","invocationId":)";
  append_json_string(text, id);
  append_error(text, azure_name(AzureFailure::forbidden), why);
  return text_notice(text);
}

Piece azure_numbered(const Piece& message, std::uint64_t sequence) {
  // The header of the shared frame ends where its JSON begins.
  const std::string_view frame = message.bytes();
  const std::string_view rest = frame.substr(frame.find(R"({"type")") + 1);
  std::string text = fmt::format(R"({{"sequenceId":{},)", sequence);
  text += rest;
  std::string numbered;
  append_text_frame(numbered, text);
  return {message.topic(), numbered};
}

}  // namespace wskit::pubsub
