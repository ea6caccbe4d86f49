// SPDX-License-Identifier: MIT
#include "script/difference.h"

#include <algorithm>
#include <cctype>
#include <iterator>

#include <fmt/format.h>

#include "core/bytes.h"
#include "script/matcher.h"

namespace wskit::script {
namespace {

std::size_t character_boundary(std::string_view text, std::size_t at) {
  while (at > 0 && at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) {
    --at;
  }
  return at;
}

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

/// Collects the first difference and counts all of them.
class JsonDifference {
 public:
  explicit JsonDifference(bool subset) : subset_(subset) {}

  void compare(const Json& expected, const Json& got, const std::string& path) {
    if (expected.is_object() && got.is_object()) {
      compare_members(expected, got, path);
    } else if (expected.is_array() && got.is_array()) {
      compare_elements(expected, got, path);
    } else if (expected != got) {
      const bool of_one_type = expected.type() == got.type();
      note(path, fmt::format("expected {}, got {}{}", shown_json(expected), shown_json(got),
                             of_one_type ? "" : fmt::format(" ({})", got.type_name())));
    }
  }
  [[nodiscard]] const Difference& found() const { return found_; }

 private:
  static std::string member_path(const std::string& path, const std::string& name) {
    const bool plain = !name.empty() && std::ranges::all_of(name, [](unsigned char c) {
      return std::isalnum(c) != 0 || c == '_';
    });
    return plain ? path + "." + name : fmt::format("{}[{}]", path, dump_json(Json(name)));
  }
  void note(const std::string& path, std::string text) {
    if (found_.distance++ == 0) {
      found_.text = fmt::format("at {}: {}", path, std::move(text));
    }
  }
  void compare_members(const Json& expected, const Json& got, const std::string& path) {
    for (const auto& [name, value] : expected.items()) {
      const auto member = got.find(name);
      if (member == got.end()) {
        note(member_path(path, name), fmt::format("expected {}, got nothing", shown_json(value)));
      } else {
        compare(value, *member, member_path(path, name));
      }
    }
    if (subset_) {
      return;
    }
    for (const auto& [name, value] : got.items()) {
      if (!expected.contains(name)) {
        note(member_path(path, name), fmt::format("expected nothing, got {}", shown_json(value)));
      }
    }
  }
  void compare_elements(const Json& expected, const Json& got, const std::string& path) {
    if (expected.size() != got.size()) {
      note(path, fmt::format("expected {} elements, got {}", expected.size(), got.size()));
    }
    for (std::size_t i = 0; i < std::min(expected.size(), got.size()); ++i) {
      compare(expected[i], got[i], fmt::format("{}[{}]", path, i));
    }
  }

  bool subset_;
  Difference found_;
};

}  // namespace

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

std::optional<Difference> difference(std::string_view expected, std::string_view got) {
  if (expected == got) {
    return std::nullopt;
  }
  constexpr std::size_t kAround = 40;
  const auto [in_expected, in_got] = std::ranges::mismatch(expected, got);
  const auto same = static_cast<std::size_t>(in_expected - expected.begin());
  const std::size_t at = character_boundary(expected, same);
  const auto rest = [at](std::string_view text) {
    return at >= text.size() ? std::string("the end") : shown(text.substr(at), kAround);
  };
  const std::size_t longest = std::max(expected.size(), got.size());
  return Difference{
      .distance = longest - same,
      .text = fmt::format("at byte {}: expected {}, got {}", at + 1, rest(expected), rest(got))};
}

std::optional<Difference> difference(const Json& expected, const Json& got, bool subset) {
  if (subset && is_subset(expected, got)) {
    return std::nullopt;
  }
  JsonDifference walk(subset);
  walk.compare(expected, got, "$");
  if (walk.found().distance == 0) {
    return std::nullopt;
  }
  return walk.found();
}

}  // namespace wskit::script
