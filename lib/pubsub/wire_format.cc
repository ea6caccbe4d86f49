// SPDX-License-Identifier: MIT
#include "pubsub/wire_format.h"

#include <array>
#include <span>

#include <fmt/format.h>

#include "core/base64.h"
#include "core/bytes.h"
#include "core/check.h"
#include "pubsub/centrifugo_reply.h"
#include "wire/frame.h"

namespace wskit::pubsub {
namespace {

using broker::Message;

/// A server's frame whose payload is appended by `payload`, of a size that is known only then.
template <class AppendPayload>
void append_frame(std::string& out, wire::Opcode opcode, AppendPayload&& append_payload) {
  const std::size_t start = out.size();
  append_payload(out);
  const wire::FrameHeader header{.opcode = opcode, .payload_bytes = out.size() - start};
  std::array<std::byte, wire::kMaxFrameHeaderBytes> bytes{};
  const std::size_t size = wire::encode_frame_header(bytes, header);
  out.insert(start, as_text({bytes.data(), size}));
}

void append_item(std::string& out, const Message& message) {
  out.append(R"({"id":")").append(message.id).append(R"(","topic":)");
  append_json_string(out, message.topic);
  if (message.text) {
    out.append(R"(,"data":)");
    append_json_string(out, message.payload);
  } else {
    out.append(R"(,"b64":")").append(base64_encode(message.payload)).append(1, '"');
  }
  out += '}';
}

void append_azure(std::string& out, const Message& message) {
  out.append(R"({"type":"message","from":"group","group":)");
  append_json_string(out, message.topic);
  if (message.json) {
    out.append(R"(,"dataType":"json","data":)").append(message.payload);
  } else if (message.text) {
    out.append(R"(,"dataType":"text","data":)");
    append_json_string(out, message.payload);
  } else {
    out.append(R"(,"dataType":"binary","data":")").append(base64_encode(message.payload));
    out += '"';
  }
  if (!message.publisher.user.empty()) {
    out.append(R"(,"fromUserId":)");
    append_json_string(out, message.publisher.user);
  }
  out += '}';
}

void append_event_lines(std::string& out, std::string_view payload) {
  for (std::size_t start = 0; start <= payload.size();) {
    const std::size_t end = std::min(payload.find('\n', start), payload.size());
    out.append("data: ").append(payload.substr(start, end - start)).append(1, '\n');
    start = end + 1;
  }
}

void append_event(std::string& out, const Message& message) {
  out.append("id: ").append(message.id).append(1, '\n');
  if (!message.text) {
    out.append("event: binary\ndata: ").append(base64_encode(message.payload)).append(1, '\n');
  } else if (message.payload.find('\r') != std::string::npos) {
    out.append("event: base64\ndata: ").append(base64_encode(message.payload)).append(1, '\n');
  } else {
    append_event_lines(out, message.payload);
  }
  out += '\n';
}

void append_gap_object(std::string& out, const GapNotice& notice) {
  const bool slow = notice.reason == GapNotice::Reason::slow;
  out.append(R"({"reason":)").append(slow ? R"("slow")" : R"("history")");
  if (notice.messages > 0) {
    fmt::format_to(std::back_inserter(out), R"(,"messages":{})", notice.messages);
  }
  if (!notice.id.empty()) {
    out.append(R"(,"id":")").append(notice.id).append(1, '"');
  }
  if (!notice.oldest.empty()) {
    out.append(R"(,"oldest":")").append(notice.oldest).append(1, '"');
  }
  out += '}';
}

void append_gap_item(std::string& out, const GapNotice& notice) {
  out.append(R"({"gap":)");
  append_gap_object(out, notice);
  out += '}';
}

void append_gap_event(std::string& out, const GapNotice& notice) {
  if (!notice.id.empty()) {
    out.append("id: ").append(notice.id).append(1, '\n');
  }
  out.append("event: gap\ndata: ");
  append_gap_object(out, notice);
  out.append("\n\n");
}

}  // namespace

void append(std::string& out, Format format, const Message& message) {
  switch (format) {
    case Format::frame:
      append_frame(out, message.text ? wire::Opcode::text : wire::Opcode::binary,
                   [&](std::string& frame) { frame.append(message.payload); });
      return;
    case Format::envelope_frame:
      append_frame(out, wire::Opcode::text,
                   [&](std::string& frame) { append_item(frame, message); });
      return;
    case Format::event:
      append_event(out, message);
      return;
    case Format::envelope_event:
      out.append("id: ").append(message.id).append("\ndata: ");
      append_item(out, message);
      out.append("\n\n");
      return;
    case Format::item:
      append_item(out, message);
      return;
    case Format::line:
      append_item(out, message);
      out += '\n';
      return;
    case Format::azure_frame:
      append_frame(out, wire::Opcode::text,
                   [&](std::string& frame) { append_azure(frame, message); });
      return;
    case Format::centrifugo_frame:
      append_frame(out, wire::Opcode::text,
                   [&](std::string& frame) { append_centrifugo_push(frame, message); });
      return;
  }
}

void append(std::string& out, Format format, const GapNotice& notice) {
  check(can_announce(format), "the format announces gaps");
  switch (format) {
    case Format::frame:
    case Format::azure_frame:
    case Format::centrifugo_frame:
    case Format::envelope_frame:
      append_frame(out, wire::Opcode::text,
                   [&](std::string& frame) { append_gap_item(frame, notice); });
      return;
    case Format::event:
    case Format::envelope_event:
      append_gap_event(out, notice);
      return;
    case Format::item:
      append_gap_item(out, notice);
      return;
    case Format::line:
      append_gap_item(out, notice);
      out += '\n';
      return;
  }
}

void append_text_frame(std::string& out, std::string_view text) {
  append_frame(out, wire::Opcode::text, [text](std::string& frame) { frame.append(text); });
}

void append_json_string(std::string& out, std::string_view text) {
  constexpr std::string_view kHexDigits = "0123456789abcdef";
  out += '"';
  std::size_t plain = 0;  // what stands as it is goes in one append
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto character = static_cast<unsigned char>(text[i]);
    if (character >= 0x20 && character != '"' && character != '\\') {
      continue;
    }
    out.append(text.substr(plain, i - plain));
    plain = i + 1;
    if (character == '"' || character == '\\') {
      out.append({'\\', text[i]});
    } else if (character == '\n') {
      out.append("\\n");
    } else {
      out.append("\\u00").append({kHexDigits[character >> 4U], kHexDigits[character & 0xfU]});
    }
  }
  out.append(text.substr(plain)).append(1, '"');
}

}  // namespace wskit::pubsub
