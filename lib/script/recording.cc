// SPDX-License-Identifier: MIT
#include "script/recording.h"

#include <iterator>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "core/base64.h"
#include "core/bytes.h"
#include "core/json.h"

namespace wskit::script {
namespace {

/// One of the characters that JSON (RFC 8259 section 7) wants escaped, or one above ASCII, whose
/// correctness the library looks after.
bool needs_care(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte >= 0x7f || byte == '"' || byte == '\\';
}

void append_string(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (needs_care(c)) {
      out += dump_json(Json(text));
      return;
    }
  }
  out += '"';
  out += text;
  out += '"';
}

void append_moment(std::string& out, const Moment& moment) {
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(moment.at).count();
  fmt::format_to(std::back_inserter(out), R"({{"t":{}.{:06},"conn":{})", micros / 1'000'000,
                 micros % 1'000'000, moment.connection);
}

Expected<std::string> string_member(const Json& json, const char* member) {
  const auto found = json.find(member);
  if (found == json.end()) {
    return std::string();
  }
  if (!found->is_string()) {
    return fail(ErrorCode::usage, fmt::format("\"{}\" is not a string", member));
  }
  return found->get<std::string>();
}

Expected<wire::CloseCode> close_code(const Json& json) {
  const auto code = json.find("code");
  if (code == json.end()) {
    return wire::CloseCode::no_status;
  }
  if (!code->is_number_unsigned() || code->get<std::uint64_t>() > 4999) {
    return fail(ErrorCode::usage, "\"code\" is not a close code");
  }
  return static_cast<wire::CloseCode>(code->get<std::uint16_t>());
}

Expected<std::string> payload_of(const Json& json, MessageType type) {
  if (type == MessageType::close) {
    return string_member(json, "reason");
  }
  const bool has_base64 = json.contains("b64");
  if (has_base64 == json.contains("data")) {
    return fail(ErrorCode::usage, "a message has either \"data\" or \"b64\"");
  }
  auto text = string_member(json, has_base64 ? "b64" : "data");
  if (!text || !has_base64) {
    return text;
  }
  auto bytes = base64_decode(*text);
  if (!bytes) {
    return fail(ErrorCode::usage, "\"b64\" is not base64 (RFC 4648)");
  }
  return *std::move(bytes);
}

Expected<Message> read_message(const Json& json) {
  const auto type_name = string_member(json, "type");
  if (!type_name) {
    return std::unexpected(type_name.error());
  }
  const auto type = message_type(*type_name);
  if (!type) {
    return fail(ErrorCode::usage, fmt::format("\"type\" is \"{}\"; it is text, binary, ping, pong "
                                              "or close",
                                              escape(*type_name)));
  }
  auto payload = payload_of(json, *type);
  if (!payload) {
    return std::unexpected(payload.error());
  }
  const auto code = close_code(json);
  if (!code) {
    return std::unexpected(code.error());
  }
  return Message{.type = *type, .payload = std::move(*payload), .code = *code};
}

}  // namespace

void append_head(std::string& out, const RecordingHead& head) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(head.start);
  Json json{{"wskit", kRecordingVersion}, {"url", head.url}};
  json["start"] = fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z",
                              fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)),
                              (head.start - seconds).count());
  Json headers = Json::object();
  for (const auto& [name, value] : head.headers) {
    headers[name] = value;
  }
  json["request"] = Json{{"headers", headers}};
  out += dump_json(json);
  out += '\n';
}

void append_open(std::string& out, const Moment& moment, const RecordedOpen& open) {
  append_moment(out, moment);
  fmt::format_to(std::back_inserter(out), R"(,"ev":"open","status":{})", open.status);
  if (!open.subprotocol.empty()) {
    out += R"(,"subprotocol":)";
    append_string(out, open.subprotocol);
  }
  if (!open.extensions.empty()) {
    out += R"(,"extensions":)";
    append_string(out, open.extensions);
  }
  out += "}\n";
}

void append_message(std::string& out, const Moment& moment, Direction direction,
                    const MessageView& message) {
  append_moment(out, moment);
  fmt::format_to(std::back_inserter(out), R"(,"dir":"{}","type":"{}")",
                 direction == Direction::send ? "send" : "recv", name(message.type));
  switch (message.type) {
    case MessageType::text:
      out += R"(,"data":)";
      append_string(out, message.payload);
      break;
    case MessageType::close:
      if (message.code != wire::CloseCode::no_status) {
        fmt::format_to(std::back_inserter(out), R"(,"code":{})",
                       static_cast<unsigned>(message.code));
      }
      out += R"(,"reason":)";
      append_string(out, message.payload);
      break;
    default:
      out += R"(,"b64":")";
      out += base64_encode(message.payload);
      out += '"';
  }
  out += "}\n";
}

Expected<std::optional<Message>> parse_recorded_message(std::string_view line) {
  if (line.find_first_not_of(" \t\r") == std::string_view::npos) {
    return std::nullopt;
  }
  const auto json = parse_json(line);
  if (!json) {
    return fail(ErrorCode::usage, fmt::format("not JSON: {}", json.error().message));
  }
  if (!json->is_object()) {
    return fail(ErrorCode::usage, R"(not an object like {"type":"text","data":"..."})");
  }
  if (json->contains("wskit") || json->contains("ev")) {
    return std::nullopt;
  }
  auto message = read_message(*json);
  if (!message) {
    return std::unexpected(message.error());
  }
  return *std::move(message);
}

}  // namespace wskit::script
