// SPDX-License-Identifier: MIT
#include "script/recorded_line.h"

#include <cmath>

#include <fmt/format.h>

#include "core/base64.h"
#include "core/bytes.h"

namespace wskit::script {
namespace {

/// A hundred years, in seconds: what a clock that counts nanoseconds can say with room to spare.
constexpr double kMaxSeconds = 100.0 * 365 * 24 * 3600;

std::unexpected<Error> wrong_member(std::string_view member, std::string_view expected) {
  return fail(ErrorCode::usage, fmt::format("\"{}\" is not {}", member, expected));
}

Expected<std::string> string_member(const Json& json, const char* member) {
  const auto found = json.find(member);
  if (found == json.end()) {
    return std::string();
  }
  if (!found->is_string()) {
    return wrong_member(member, "a string");
  }
  return found->get<std::string>();
}

// Only a close has a code; on another message the member is one that this version does not know.
Expected<wire::CloseCode> close_code(const Json& json, MessageType type) {
  const auto code = json.find("code");
  if (type != MessageType::close || code == json.end()) {
    return wire::CloseCode::no_status;
  }
  if (!code->is_number_unsigned() || code->get<std::uint64_t>() > 4999) {
    return wrong_member("code", "a close code");
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
    return wrong_member("b64", "base64 (RFC 4648)");
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
  const auto code = close_code(json, *type);
  if (!code) {
    return std::unexpected(code.error());
  }
  return Message{.type = *type, .payload = std::move(*payload), .code = *code};
}

Expected<Direction> direction_of(const Json& json) {
  const auto text = string_member(json, "dir");
  if (!text || (*text != "send" && *text != "recv" && !text->empty())) {
    return fail(ErrorCode::usage, R"("dir" is neither "send" nor "recv")");
  }
  return *text == "recv" ? Direction::recv : Direction::send;
}

Expected<RecordedMessage> read_recorded(const Json& json) {
  const auto direction = direction_of(json);
  if (!direction) {
    return std::unexpected(direction.error());
  }
  auto message = read_message(json);
  if (!message) {
    return std::unexpected(message.error());
  }
  RecordedMessage recorded{
      .direction = *direction, .message = std::move(*message), .expect = std::nullopt};
  if (const auto expect = json.find("expect"); expect != json.end()) {
    if (!expect->is_object()) {
      return wrong_member("expect", R"(an object like {"json":{...}})");
    }
    recorded.expect = *expect;
  }
  return recorded;
}

Expected<Moment> read_moment(const Json& json) {
  Moment moment;
  if (const auto at = json.find("t"); at != json.end()) {
    const double seconds = at->is_number() ? at->get<double>() : -1;
    if (!std::isfinite(seconds) || seconds < 0 || seconds > kMaxSeconds) {
      return wrong_member("t", "a number of seconds since the start");
    }
    moment.at = std::chrono::round<Nanoseconds>(std::chrono::duration<double>(seconds));
  }
  if (const auto connection = json.find("conn"); connection != json.end()) {
    if (!connection->is_number_unsigned() || connection->get<std::uint64_t>() == 0) {
      return wrong_member("conn", "the number of a connection, from 1");
    }
    moment.connection = connection->get<std::uint64_t>();
  }
  return moment;
}

Expected<RecordedHead> read_head(const Json& json) {
  if (json["wskit"] != kRecordingVersion) {
    return fail(ErrorCode::usage, fmt::format("a recording of version {}; this program reads {}",
                                              dump_json(json["wskit"]), kRecordingVersion));
  }
  auto url = string_member(json, "url");
  auto start = string_member(json, "start");
  if (!url || !start) {
    return std::unexpected(url ? start.error() : url.error());
  }
  RecordedHead head{.url = std::move(*url), .start = std::move(*start), .headers = {}};
  const Json* headers = nullptr;
  if (const auto request = json.find("request"); request != json.end() && request->is_object()) {
    const auto found = request->find("headers");
    headers = found == request->end() ? nullptr : &*found;
  }
  if (headers == nullptr) {
    return head;
  }
  if (!headers->is_object()) {
    return wrong_member("request.headers", "an object of strings");
  }
  for (const auto& [name, value] : headers->items()) {
    if (!value.is_string()) {
      return wrong_member("request.headers", "an object of strings");
    }
    head.headers.emplace_back(name, value.get<std::string>());
  }
  return head;
}

Expected<RecordedOpening> read_opening(const Json& json) {
  auto subprotocol = string_member(json, "subprotocol");
  auto extensions = string_member(json, "extensions");
  if (!subprotocol || !extensions) {
    return std::unexpected(subprotocol ? extensions.error() : subprotocol.error());
  }
  RecordedOpening opening{.subprotocol = std::move(*subprotocol),
                          .extensions = std::move(*extensions)};
  if (const auto status = json.find("status"); status != json.end()) {
    if (!status->is_number_unsigned() || status->get<std::uint64_t>() > 999) {
      return wrong_member("status", "an HTTP status");
    }
    opening.status = status->get<int>();
  }
  return opening;
}

template <class Part>
Expected<RecordedLine> as_line(const Moment& moment, Expected<Part> part) {
  if (!part) {
    return std::unexpected(part.error());
  }
  return RecordedLine{.moment = moment, .what = std::move(*part)};
}

Expected<RecordedLine> read_line(const Json& json) {
  if (json.contains("wskit")) {
    return as_line({}, read_head(json));
  }
  const auto moment = read_moment(json);
  if (!moment) {
    return std::unexpected(moment.error());
  }
  if (const auto event = json.find("ev"); event != json.end()) {
    return *event == "open" ? as_line(*moment, read_opening(json))
                            : RecordedLine{.moment = *moment, .what = {}};
  }
  return as_line(*moment, read_recorded(json));
}

}  // namespace

Expected<RecordedLine> parse_recorded_line(std::string_view line) {
  if (line.find_first_not_of(" \t\r") == std::string_view::npos) {
    return RecordedLine{};
  }
  const auto json = parse_json(line);
  if (!json) {
    return fail(ErrorCode::usage, fmt::format("not JSON: {}", json.error().message));
  }
  if (!json->is_object()) {
    return fail(ErrorCode::usage, R"(not an object like {"type":"text","data":"..."})");
  }
  return read_line(*json);
}

bool looks_recorded(std::string_view line) {
  const auto json = parse_json(line);
  if (!json || !json->is_object()) {
    return false;
  }
  const auto type = json->find("type");
  const bool typed = type != json->end() && type->is_string() &&
                     message_type(type->get<std::string>()).has_value() &&
                     (json->contains("data") || json->contains("b64") || json->contains("dir"));
  return json->contains("wskit") || json->contains("ev") || typed;
}

Expected<std::optional<Message>> parse_recorded_message(std::string_view line) {
  auto parsed = parse_recorded_line(line);
  if (!parsed) {
    return std::unexpected(parsed.error());
  }
  if (auto* recorded = std::get_if<RecordedMessage>(&parsed->what)) {
    return std::move(recorded->message);
  }
  return std::nullopt;
}

}  // namespace wskit::script
