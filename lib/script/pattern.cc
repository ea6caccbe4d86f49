// SPDX-License-Identifier: MIT
#include "script/pattern.h"

#include <utility>

#include <fmt/format.h>

#include "script/matcher.h"
#include "script/mismatch.h"
#include "script/shown.h"
#include "script/values.h"

namespace wskit::script {
namespace {

/// Further away than any difference in content: another kind of message.
constexpr std::size_t kOtherKind = 1'000'000'000;

Expected<Json> value_of(const Pattern::JsonValue& pattern, Values& values) {
  if (pattern.value) {
    return *pattern.value;
  }
  auto text = pattern.text.render(values);
  if (!text) {
    return std::unexpected(std::move(text.error()));
  }
  auto json = parse_json(*text);
  if (!json) {
    return fail(ErrorCode::unmet,
                fmt::format("{} is not JSON: {}", shown(*text), json.error().message));
  }
  return json;
}

/// What is no JSON does not fit; of what meets a limit nobody knows.
Expected<bool> no_json(const Error& error) {
  return error.code == ErrorCode::local_limit ? std::unexpected(error) : Expected<bool>(false);
}

bool equals(const Json& expected, const Json& got, bool subset) {
  return subset ? is_subset(expected, got) : is_equal(expected, got);
}

struct Matching {
  const Received& received;
  Values& values;

  Expected<bool> operator()(const Pattern::Exact& exact) const {
    if (received.message().type != exact.type) {
      return false;
    }
    if (const std::string* literal = exact.payload.literal()) {
      return *literal == received.message().payload;
    }
    const auto text = exact.payload.render(values);
    if (!text) {
      return std::unexpected(text.error());
    }
    return *text == received.message().payload;
  }
  Expected<bool> operator()(const Pattern::JsonValue& pattern) const {
    if (!received.is_data()) {
      return false;
    }
    const auto& got = received.json();
    if (!got) {
      return no_json(got.error());
    }
    if (pattern.value) {
      return equals(*pattern.value, *got, pattern.subset);
    }
    const auto expected = value_of(pattern, values);
    if (!expected) {
      return std::unexpected(expected.error());
    }
    return equals(*expected, *got, pattern.subset);
  }
  Expected<bool> operator()(const Pattern::Match& match) const {
    if (!received.is_data()) {
      return false;
    }
    return match.regex.find(received.message().payload);
  }
  Expected<bool> operator()(const Pattern::Glob& glob) const {
    if (!received.is_data()) {
      return false;
    }
    const auto text = glob.text.render(values);
    if (!text) {
      return std::unexpected(text.error());
    }
    return glob_matches(*text, received.message().payload);
  }
  Expected<bool> operator()(const Pattern::Any& /*any*/) const { return received.is_data(); }
  Expected<bool> operator()(const Expectation& expectation) const {
    const auto mismatch = expectation.compare(received.message().view(), {});
    if (!mismatch) {
      return std::unexpected(mismatch.error());
    }
    return !*mismatch;
  }
  Expected<bool> operator()(const Pattern::Control& control) const {
    const Message& message = received.message();
    if (message.type != control.type || (control.code && *control.code != message.code)) {
      return false;
    }
    if (!control.payload) {
      return true;
    }
    const auto text = control.payload->render(values);
    if (!text) {
      return std::unexpected(text.error());
    }
    return *text == message.payload;
  }
};

/// Of a message of the right kind.
struct Explaining {
  const Received& received;
  Values& values;

  [[nodiscard]] Difference compare(const Template& expected) const {
    const auto text = expected.render(values);
    if (!text) {
      return {.text = text.error().message};
    }
    return difference(*text, received.message().payload).value_or(Difference{});
  }
  Difference operator()(const Pattern::Exact& exact) const { return compare(exact.payload); }
  Difference operator()(const Pattern::JsonValue& pattern) const {
    const auto& got = received.json();
    if (!got) {
      return {.distance = kOtherKind / 2, .text = fmt::format("not JSON: {}", got.error().message)};
    }
    const auto expected = value_of(pattern, values);
    if (!expected) {
      return {.text = expected.error().message};
    }
    return difference(*expected, *got, pattern.subset).value_or(Difference{});
  }
  Difference operator()(const Pattern::Match& match) const {
    return {.distance = 1, .text = fmt::format("/{}/ is not found in it", match.regex.pattern())};
  }
  Difference operator()(const Pattern::Glob& /*glob*/) const {
    return {.distance = 1, .text = "the pattern does not fit"};
  }
  Difference operator()(const Pattern::Any& /*any*/) const { return {}; }
  Difference operator()(const Expectation& expectation) const {
    const auto mismatch = expectation.compare(received.message().view(), {});
    return mismatch && *mismatch ? difference(**mismatch) : Difference{};
  }
  Difference operator()(const Pattern::Control& control) const {
    const Message& message = received.message();
    if (control.code && *control.code != message.code) {
      return {.distance = 1,
              .text = fmt::format("the code is {}, not {}", static_cast<unsigned>(message.code),
                                  static_cast<unsigned>(*control.code))};
    }
    return control.payload ? compare(*control.payload) : Difference{};
  }
};

MessageType wanted_type(const Pattern::Kind& kind, const Received& received) {
  if (const auto* exact = std::get_if<Pattern::Exact>(&kind)) {
    return exact->type;
  }
  if (const auto* control = std::get_if<Pattern::Control>(&kind)) {
    return control->type;
  }
  if (const auto* expectation = std::get_if<Expectation>(&kind)) {
    return expectation->type();
  }
  return received.is_data() ? received.message().type : MessageType::text;
}

}  // namespace

bool glob_matches(std::string_view glob, std::string_view text) {
  std::size_t g = 0;
  std::size_t t = 0;
  // Where to go on when what follows the latest * does not fit: one byte further in the text.
  std::size_t star = std::string_view::npos;
  std::size_t retry = 0;
  while (t < text.size()) {
    if (g < glob.size() && glob[g] == '*') {
      star = ++g;
      retry = t;
      continue;
    }
    const bool escaped = g + 1 < glob.size() && glob[g] == '\\';
    const bool fits = g < glob.size() &&
                      (escaped ? glob[g + 1] == text[t] : glob[g] == '?' || glob[g] == text[t]);
    if (fits) {
      g += escaped ? 2 : 1;
      ++t;
    } else if (star != std::string_view::npos) {
      g = star;
      t = ++retry;
    } else {
      return false;
    }
  }
  return glob.find_first_not_of('*', g) == std::string_view::npos;
}

bool Pattern::is_control() const {
  const auto* const expectation = std::get_if<Expectation>(&kind_);
  return std::holds_alternative<Control>(kind_) ||
         (expectation != nullptr && !is_data(expectation->type()));
}

Expected<bool> Pattern::matches(const Received& received, Values& values) const {
  return std::visit(Matching{received, values}, kind_);
}

Expected<void> Pattern::capture(const Received& received, Values& values) const {
  const auto* match = std::get_if<Match>(&kind_);
  if (match == nullptr || match->captures.empty()) {
    return {};
  }
  const auto groups = match->regex.search(received.message().payload);
  if (!groups) {
    return std::unexpected(groups.error());
  }
  for (const auto& [group, variable] : match->captures) {
    if (*groups && group < (*groups)->size() && (**groups)[group]) {
      values.set(variable, std::string(*(**groups)[group]));
    }
  }
  return {};
}

Difference Pattern::explain(const Received& received, Values& values) const {
  const MessageType wanted = wanted_type(kind_, received);
  const MessageType got = received.message().type;
  if (wanted != got) {
    return {.distance = kOtherKind,
            .text = fmt::format("it is {}, not {}", name(got), name(wanted))};
  }
  return std::visit(Explaining{received, values}, kind_);
}

}  // namespace wskit::script
