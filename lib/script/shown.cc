// SPDX-License-Identifier: MIT
#include "script/shown.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "core/bytes.h"

namespace wskit::script {
namespace {

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      out += escape(std::string_view(&c, 1));
    } else {
      out += c;
    }
  }
}

std::string shown_bytes(std::string_view bytes, std::size_t most) {
  std::string out;
  for (const char c : bytes.substr(0, most)) {
    fmt::format_to(std::back_inserter(out), "{}{:02x}", out.empty() ? "" : " ",
                   static_cast<unsigned char>(c));
  }
  return bytes.size() > most ? out + " ..." : out;
}

}  // namespace

std::size_t character_boundary(std::string_view text, std::size_t at) {
  while (at > 0 && at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) {
    --at;
  }
  return at;
}

std::string shown_json(const Json& json) {
  constexpr std::size_t kMost = 80;
  std::string text = dump_json(json);
  if (text.size() <= kMost) {
    return text;
  }
  return text.substr(0, character_boundary(text, kMost)) + "...";
}

std::string shown(std::string_view text, std::size_t max_bytes) {
  const std::size_t end =
      text.size() <= max_bytes ? text.size() : character_boundary(text, max_bytes);
  std::string out = "\"";
  append_escaped(out, text.substr(0, end));
  out += end < text.size() ? fmt::format("...\" ({} bytes)", text.size()) : "\"";
  return out;
}

std::string shown_pattern(std::string_view text) {
  constexpr std::size_t kMost = 200;
  const std::size_t end = text.size() <= kMost ? text.size() : character_boundary(text, kMost);
  std::string out;
  append_escaped(out, text.substr(0, end));
  return end < text.size() ? out + "..." : out;
}

ShownLine shown_line(std::string_view line, std::uint32_t column) {
  constexpr std::size_t kMost = 200;
  constexpr std::size_t kBefore = 80;
  constexpr std::string_view kCut = "...";
  if (line.size() <= kMost) {
    return {.text = std::string(line), .column = column};
  }
  const std::size_t at = std::min<std::size_t>(column - 1, line.size());
  const std::size_t from = at <= kBefore ? 0 : character_boundary(line, at - kBefore);
  const std::size_t end = character_boundary(line, std::min(from + kMost, line.size()));
  const std::string_view before = from == 0 ? std::string_view() : kCut;
  std::string text(before);
  text.append(line.substr(from, end - from)).append(end < line.size() ? kCut : std::string_view());
  return {.text = std::move(text),
          .column = static_cast<std::uint32_t>(at - from + before.size() + 1)};
}

std::string shown(const MessageView& message) {
  constexpr std::size_t kMostBytes = 32;
  switch (message.type) {
    case MessageType::text:
      return shown(message.payload);
    case MessageType::binary:
      return fmt::format("hex {} ({} byte{})", shown_bytes(message.payload, kMostBytes),
                         message.payload.size(), message.payload.size() == 1 ? "" : "s");
    case MessageType::close:
      return fmt::format("close{}{}{}",
                         message.code == wire::CloseCode::no_status
                             ? std::string(" without a code")
                             : fmt::format(" {}", static_cast<unsigned>(message.code)),
                         message.payload.empty() ? "" : " ",
                         message.payload.empty() ? "" : shown(message.payload));
    default:
      return message.payload.empty()
                 ? std::string(name(message.type))
                 : fmt::format("{} {}", name(message.type), shown(message.payload, kMostBytes));
  }
}

}  // namespace wskit::script
