// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "broker/message.h"

namespace wskit::pubsub {

/// How a message goes over the wire. All but `frame`, `azure_frame` and `centrifugo_frame` carry
/// its cursor and can announce a gap.
enum class Format : std::uint8_t {
  frame,           // WebSocket: the payload as it is, in one unmasked text or binary frame
  envelope_frame,  // WebSocket: an item in a text frame
  event,           // SSE: id, the payload as data; base64 with event "binary", or "base64" for text
                   // with a CR, which SSE would take for the end of a line
  envelope_event,  // SSE: id, an item as data
  item,            // JSON: {"id":"<cursor>","topic":"...","data":"<text>"|"b64":"<base64>"}
  line,            // an item and \n
  azure_frame,     // WebSocket: a message of json.webpubsub.azure.v1 in a text frame, its group the
                   // topic
  centrifugo_frame,  // WebSocket: a push of the Centrifugo protocol in a text frame
};

inline constexpr std::size_t kFormats = 8;

/// Whether a gap can be told in-band; the drop policies of queues need it.
[[nodiscard]] constexpr bool can_announce(Format format) {
  return format != Format::frame && format != Format::azure_frame &&
         format != Format::centrifugo_frame;
}

/// Appends the message. Text is valid UTF-8, or the JSON formats are not valid JSON.
void append(std::string& out, Format format, const broker::Message& message);

/// Something that a receiver did not get. In the formats of items and frames it is
/// {"gap":{"reason":"...","messages":N,"id":"<cursor>","oldest":"<cursor>"}}, in the SSE ones an
/// event "gap" with the inner object as data, its id the event's.
struct GapNotice {
  enum class Reason : std::uint8_t {
    history,  // what came after the receiver's cursor is no longer there, or its epoch has ended
    slow,     // the receiver did not read fast enough
  };
  Reason reason = Reason::history;
  std::uint64_t messages = 0;  // how many, when that is known
  std::string_view id;         // the cursor from which it goes on; may be empty
  std::string_view oldest;     // the oldest cursor that is complete; may be empty
};

/// Appends the notice; can_announce(format).
void append(std::string& out, Format format, const GapNotice& notice);

/// Appends one unmasked text frame.
void append_text_frame(std::string& out, std::string_view text);

/// Appends a JSON string, quotes included. `text` is UTF-8.
void append_json_string(std::string& out, std::string_view text);

}  // namespace wskit::pubsub
