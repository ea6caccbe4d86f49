// SPDX-License-Identifier: MIT
#include "script/recording.h"

#include <iterator>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "core/base64.h"
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
  const auto micros = std::chrono::round<std::chrono::microseconds>(moment.at).count();
  fmt::format_to(std::back_inserter(out), R"({{"t":{}.{:06},"conn":{})", micros / 1'000'000,
                 micros % 1'000'000, moment.connection);
}

}  // namespace

std::string_view name(Direction direction) {
  return direction == Direction::send ? "send" : "recv";
}

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
  fmt::format_to(std::back_inserter(out), R"(,"dir":"{}","type":"{}")", name(direction),
                 name(message.type));
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

void append_event(std::string& out, const Moment& moment, std::string_view event,
                  const std::vector<std::pair<std::string_view, Json>>& members) {
  append_moment(out, moment);
  out += R"(,"ev":)";
  append_string(out, event);
  for (const auto& [name, value] : members) {
    out += ',';
    append_string(out, name);
    out.append(":").append(dump_json(value));
  }
  out += "}\n";
}

}  // namespace wskit::script
