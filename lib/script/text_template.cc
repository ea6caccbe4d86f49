// SPDX-License-Identifier: MIT
#include "script/text_template.h"

#include <algorithm>
#include <utility>

#include "script/script_lines.h"
#include "script/values.h"

namespace wskit::script {
namespace {

constexpr std::string_view kOpen = "{{";
constexpr std::string_view kClose = "}}";

/// "}}}" after a name closes a JSON object behind the placeholder: {"id":{{n}}}. The first two
/// close.
std::size_t end_of_name(std::string_view text, std::size_t from) {
  return text.find(kClose, from);
}

}  // namespace

Template Template::of_literal(std::string text) {
  Template result;
  if (!text.empty()) {
    result.parts_.emplace_back(std::move(text));
  }
  return result;
}

void Template::append(std::string plain) {
  if (!plain.empty()) {
    parts_.emplace_back(std::move(plain));
  }
}

std::expected<Template, TemplateError> Template::parse(std::string_view text,
                                                       const Lookup& lookup) {
  Template result;
  std::string plain;
  std::size_t at = 0;
  while (at < text.size()) {
    if (text.substr(at).starts_with("\\{{")) {
      plain += kOpen;
      at += 3;
      continue;
    }
    if (!text.substr(at).starts_with(kOpen)) {
      plain += text[at++];
      continue;
    }
    const std::size_t end = end_of_name(text, at + kOpen.size());
    if (end == std::string_view::npos) {
      return std::unexpected(
          TemplateError{at, "expected }} after this {{ (a literal {{ is written \\{{)"});
    }
    const std::string_view name = trimmed(text.substr(at + kOpen.size(), end - at - kOpen.size()));
    auto found = lookup(name);
    if (!found) {
      const std::size_t offset =
          name.empty() ? at + kOpen.size() : static_cast<std::size_t>(name.data() - text.data());
      return std::unexpected(TemplateError{offset, found.error().message});
    }
    if (auto* known = std::get_if<std::string>(&*found)) {
      plain += *known;
    } else {
      result.append(std::exchange(plain, {}));
      result.parts_.emplace_back(std::get<Placeholder>(*found));
    }
    at = end + kClose.size();
  }
  result.append(std::move(plain));
  return result;
}

const std::string* Template::literal() const {
  static const std::string kEmpty;
  if (parts_.empty()) {
    return &kEmpty;
  }
  return parts_.size() == 1 ? std::get_if<std::string>(&parts_.front()) : nullptr;
}

Expected<std::string> Template::render(Values& values) const {
  std::string result;
  for (const Part& part : parts_) {
    if (const auto* text = std::get_if<std::string>(&part)) {
      result += *text;
      continue;
    }
    auto value = values.get(std::get<Placeholder>(part));
    if (!value) {
      return value;
    }
    result += *value;
  }
  return result;
}

bool Template::varies() const {
  return std::ranges::any_of(parts_, [](const Part& part) {
    const auto* placeholder = std::get_if<Placeholder>(&part);
    return placeholder != nullptr && placeholder->kind != Placeholder::Kind::variable;
  });
}

std::string Template::render_with(std::string_view stand_in) const {
  std::string result;
  for (const Part& part : parts_) {
    const auto* text = std::get_if<std::string>(&part);
    result += text != nullptr ? std::string_view(*text) : stand_in;
  }
  return result;
}

}  // namespace wskit::script
