// SPDX-License-Identifier: MIT
// A topic (the first line) and a payload (the rest): who reads JSON and SSE as their standards say
// gets both back.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "broker/topic.h"
#include "core/base64.h"
#include "core/check.h"
#include "core/json.h"
#include "pubsub/wire_format.h"
#include "wire/utf8.h"

namespace {

using wskit::check;
using wskit::pubsub::Format;
using Message = wskit::broker::Message;

std::string encoded(const Message& message, Format format) {
  std::string out;
  append(out, format, message);
  return out;
}

void check_item(const Message& message, std::string_view item) {
  const auto json = wskit::parse_json(item);
  check(json.has_value() && json->size() == 3, "an item is a JSON object");
  check(json->at("id") == message.id && json->at("topic") == message.topic, "it says what it is");
  if (message.text) {
    check(json->at("data") == message.payload, "text is a string");
  } else {
    check(wskit::base64_decode(json->at("b64").get<std::string>()) == message.payload,
          "binary is base64");
  }
}

/// What an EventSource makes of one event (HTML, section 9.2.6).
struct Event {
  std::string id;
  std::string type;
  std::string data;
};

void take_field(Event& event, std::string_view line) {
  const std::size_t colon = std::min(line.find(':'), line.size());
  const std::string_view name = line.substr(0, colon);
  std::string_view value = line.substr(std::min(colon + 1, line.size()));
  if (value.starts_with(' ')) {
    value.remove_prefix(1);
  }
  if (name == "data") {
    event.data.append(value).append(1, '\n');
  } else if (name == "id") {
    event.id = value;
  } else if (name == "event") {
    event.type = value;
  } else {
    check(false, "there are no other fields");
  }
}

Event parse_event(std::string_view stream) {
  check(stream.ends_with("\n\n"), "an event ends with an empty line");
  stream.remove_suffix(1);
  Event event;
  while (!stream.empty()) {
    const std::size_t end = stream.find_first_of("\r\n");
    check(end > 0 && end != std::string_view::npos, "an event has no empty line in it");
    take_field(event, stream.substr(0, end));
    const bool both = stream.substr(end).starts_with("\r\n");
    stream.remove_prefix(end + (both ? 2 : 1));
  }
  check(event.data.ends_with('\n'), "an event has data");
  event.data.pop_back();
  return event;
}

void check_event(const Message& message) {
  const Event event = parse_event(encoded(message, Format::event));
  check(event.id == message.id, "an event's id is the cursor");
  if (event.type.empty()) {
    check(message.text && event.data == message.payload, "text is data");
  } else {
    check(event.type == (message.text ? "base64" : "binary"), "another event is base64");
    check(wskit::base64_decode(event.data) == message.payload, "base64 is the payload");
  }
  const Event envelope = parse_event(encoded(message, Format::envelope_event));
  check(envelope.type.empty(), "an envelope is a message");
  check_item(message, envelope.data);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(input.find('\n'), input.size());
  Message message;
  message.topic = input.substr(0, end);
  message.payload = input.substr(std::min(end + 1, input.size()));
  message.text = wskit::wire::is_utf8(message.payload);
  message.id = wskit::broker::cursor_text(1, {.partition = 0, .major = size, .minor = 0});
  if (!wskit::broker::check_topic(message.topic)) {
    return 0;
  }
  const std::string item = encoded(message, Format::item);
  check_item(message, item);
  check(encoded(message, Format::line) == item + '\n', "a line is an item");
  check(item.find_first_of("\r\n") == std::string::npos, "an item is in one line");
  check(encoded(message, Format::envelope_frame).ends_with(item), "an envelope is an item");
  check(encoded(message, Format::frame).ends_with(message.payload), "a frame is the payload");
  check_event(message);
  return 0;
}
