// SPDX-License-Identifier: MIT
#include "script/mismatch.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/bytes.h"
#include "script/shown.h"

namespace wskit::script {
namespace {

constexpr std::size_t kShownOfMismatch = 64;
/// Bytes shown in front of the place where texts part.
constexpr std::size_t kBefore = 16;

/// RFC 6901 section 3.
std::string pointer_text(const std::vector<std::string>& place) {
  std::string text;
  for (const std::string& step : place) {
    text += '/';
    for (const char c : step) {
      text += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    }
  }
  return text;
}

/// Walks two JSON texts side by side; depth is bounded by kMaxJsonDepth. Keeps the first mismatch
/// and counts the others.
class JsonComparison {
 public:
  JsonComparison(const IgnoredPlaces& ignored, Members members)
      : ignored_(ignored), members_(members) {}

  void compare(const Json& expected, const Json& got) {
    if (ignored_.contains(place_)) {
      return;
    }
    if (expected.is_object() && got.is_object()) {
      compare_objects(expected, got);
    } else if (expected.is_array() && got.is_array()) {
      compare_arrays(expected, got);
    } else if (expected != got) {
      note(&expected, &got);
    }
  }
  [[nodiscard]] std::optional<Mismatch> take_first() { return std::move(first_); }

 private:
  void compare_objects(const Json& expected, const Json& got) {
    for (const auto& [name, value] : expected.items()) {
      const auto found = got.find(name);
      below(name, &value, found == got.end() ? nullptr : &*found);
    }
    for (const auto& [name, value] : got.items()) {
      if (members_ == Members::all && !expected.contains(name)) {
        below(name, nullptr, &value);
      }
    }
  }

  void compare_arrays(const Json& expected, const Json& got) {
    for (std::size_t i = 0; i < std::max(expected.size(), got.size()); ++i) {
      below(std::to_string(i), i < expected.size() ? &expected[i] : nullptr,
            i < got.size() ? &got[i] : nullptr);
    }
  }

  /// One of both may be absent.
  void below(const std::string& step, const Json* expected, const Json* got) {
    place_.push_back(step);
    if (expected != nullptr && got != nullptr) {
      compare(*expected, *got);
    } else if (!ignored_.contains(place_)) {
      note(expected, got);
    }
    place_.pop_back();
  }

  void note(const Json* expected, const Json* got) {
    if (first_) {
      ++first_->distance;
      return;
    }
    const auto text = [](const Json* json) { return json ? shown_json(*json) : "nothing"; };
    first_ = Mismatch{.place = pointer_text(place_), .expected = text(expected), .got = text(got)};
  }

  const IgnoredPlaces& ignored_;
  Members members_;
  std::vector<std::string> place_;
  std::optional<Mismatch> first_;
};

/// What stands at and before `at`, for people.
std::string around(std::string_view bytes, std::size_t at) {
  const std::size_t from = at < kBefore ? 0 : at - kBefore;
  const std::string text = escape(bytes.substr(std::min(from, bytes.size())), kShownOfMismatch);
  return from == 0 ? text : "..." + text;
}

std::optional<Mismatch> compare_bytes(std::string_view expected, std::string_view got) {
  if (expected == got) {
    return std::nullopt;
  }
  const auto parted = std::ranges::mismatch(expected, got);
  const auto at = static_cast<std::size_t>(parted.in1 - expected.begin());
  return Mismatch{.place = fmt::format("byte {}", at),
                  .expected = around(expected, at),
                  .got = around(got, at)};
}

std::optional<Mismatch> compare_closes(const MessageView& expected, const MessageView& got) {
  if (expected.code != got.code) {
    return Mismatch{.place = "code",
                    .expected = fmt::format("{}", static_cast<unsigned>(expected.code)),
                    .got = fmt::format("{}", static_cast<unsigned>(got.code))};
  }
  if (expected.payload != got.payload) {
    return Mismatch{.place = "reason",
                    .expected = escape(expected.payload, kShownOfMismatch),
                    .got = escape(got.payload, kShownOfMismatch)};
  }
  return std::nullopt;
}

Expected<std::vector<std::string>> steps_of(const std::string& text) {
  try {
    std::vector<std::string> steps;
    for (Json::json_pointer pointer(text); !pointer.empty(); pointer.pop_back()) {
      steps.push_back(pointer.back());
    }
    std::ranges::reverse(steps);
    return steps;
  } catch (const Json::exception&) {
    return fail(ErrorCode::usage,
                fmt::format("'{}' is not a JSON pointer (RFC 6901), as /a/0/b or /users/*/id",
                            escape(text)));
  }
}

}  // namespace

Expected<IgnoredPlaces> IgnoredPlaces::parse(const std::vector<std::string>& pointers) {
  IgnoredPlaces places;
  for (const std::string& text : pointers) {
    auto steps = steps_of(text);
    if (!steps) {
      return std::unexpected(steps.error());
    }
    places.pointers_.push_back(std::move(*steps));
  }
  return places;
}

bool IgnoredPlaces::contains(const std::vector<std::string>& place) const {
  return std::ranges::any_of(pointers_, [&place](const std::vector<std::string>& pointer) {
    return std::ranges::equal(pointer, place, [](const std::string& step, const std::string& name) {
      return step == "*" || step == name;
    });
  });
}

IgnoredPlaces IgnoredPlaces::with(const IgnoredPlaces& more) const {
  IgnoredPlaces both = *this;
  both.pointers_.insert(both.pointers_.end(), more.pointers_.begin(), more.pointers_.end());
  return both;
}

std::optional<Mismatch> first_mismatch(const Json& expected, const Json& got,
                                       const IgnoredPlaces& ignored, Members members) {
  JsonComparison comparison(ignored, members);
  comparison.compare(expected, got);
  return comparison.take_first();
}

std::optional<Mismatch> first_mismatch(const MessageView& expected, const MessageView& got,
                                       const IgnoredPlaces& ignored) {
  if (expected.type != got.type) {
    return Mismatch{.place = "type",
                    .expected = std::string(name(expected.type)),
                    .got = std::string(name(got.type))};
  }
  if (expected.type == MessageType::close) {
    return compare_closes(expected, got);
  }
  // Most are equal to the byte, and need no reading.
  if (expected.type == MessageType::text && expected.payload != got.payload) {
    const auto expected_json = parse_json(expected.payload);
    const auto got_json = expected_json ? parse_json(got.payload) : std::unexpected(Error{});
    if (got_json) {
      return first_mismatch(*expected_json, *got_json, ignored);
    }
  }
  return compare_bytes(expected.payload, got.payload);
}

std::string shown_message(const MessageView& message) {
  constexpr std::size_t kBytes = 16;
  std::string text(name(message.type));
  if (message.code != wire::CloseCode::no_status) {
    text += fmt::format(" {}", static_cast<unsigned>(message.code));
  }
  if (message.payload.empty()) {
    return text;
  }
  if (message.type == MessageType::text || message.type == MessageType::close) {
    return text + " " + escape(message.payload, kShownOfMismatch);
  }
  for (const char c : message.payload.substr(0, kBytes)) {
    text += fmt::format(" {:02x}", static_cast<unsigned char>(c));
  }
  return message.payload.size() > kBytes ? text + " ..." : text;
}

}  // namespace wskit::script
