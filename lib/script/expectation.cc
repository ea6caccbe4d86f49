// SPDX-License-Identifier: MIT
#include "script/expectation.h"

#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/bytes.h"

namespace wskit::script {
namespace {

constexpr std::size_t kShownOfMessage = 64;
/// What a byte of JSON, and a compiled regular expression, take at most, roughly.
constexpr std::size_t kBytesOfJson = 16;
constexpr std::size_t kBytesOfRegex = std::size_t{8} << 10;

Expected<IgnoredPlaces> read_ignored(const Json& value) {
  std::vector<std::string> pointers;
  for (const Json& pointer : value.is_array() ? value : Json::array({value})) {
    if (!pointer.is_string()) {
      return fail(ErrorCode::usage, R"("expect": "ignore" is not a list of JSON pointers)");
    }
    pointers.push_back(pointer.get<std::string>());
  }
  return IgnoredPlaces::parse(pointers);
}

Expected<std::optional<Mismatch>> compare_regex(const Regex& regex, const std::string& pattern,
                                                const MessageView& got) {
  const auto found = regex.find(got.payload);
  if (!found) {
    return std::unexpected(found.error());
  }
  if (*found) {
    return std::nullopt;
  }
  return Mismatch{.place = "",
                  .expected = fmt::format("re:{}", pattern),
                  .got = escape(got.payload, kShownOfMessage)};
}

}  // namespace

Expected<void> Expectation::read_member(Rule& rule, const std::string& name, const Json& value) {
  if (name == "ignore") {
    auto ignored = read_ignored(value);
    if (!ignored) {
      return std::unexpected(ignored.error());
    }
    rule.ignored = std::move(*ignored);
    return {};
  }
  if (rule.kind != Rule::Kind::itself) {
    return fail(ErrorCode::usage, R"("expect" has more than one of "json", "json=", "text", "re")");
  }
  if (name == "json" || name == "json=") {
    rule.kind = name == "json" ? Rule::Kind::subset : Rule::Kind::equal;
    rule.json = value;
    return {};
  }
  if ((name != "text" && name != "re") || !value.is_string()) {
    return fail(
        ErrorCode::usage,
        fmt::format(R"("expect" has "{}"; it has "json" or "json=" with a value, "text" or )"
                    R"("re" with a string, or "ignore" with a list)",
                    escape(name)));
  }
  rule.text = value.get<std::string>();
  rule.kind = name == "text" ? Rule::Kind::text : Rule::Kind::regex;
  if (rule.kind == Rule::Kind::text) {
    return {};
  }
  auto regex = Regex::compile(rule.text);
  if (!regex) {
    return std::unexpected(regex.error());
  }
  rule.regex.emplace(std::move(*regex));
  return {};
}

Expected<std::unique_ptr<Expectation::Rule>> Expectation::read_rule(const Json& expect) {
  auto rule = std::make_unique<Rule>();
  for (const auto& [name, value] : expect.items()) {
    if (auto read = read_member(*rule, name, value); !read) {
      return std::unexpected(read.error());
    }
  }
  rule->bytes =
      sizeof(Rule) + dump_json(expect).size() * kBytesOfJson + (rule->regex ? kBytesOfRegex : 0);
  return rule;
}

Expected<Expectation> Expectation::create(Message recorded, const Json* expect) {
  Expectation expectation;
  expectation.recorded_ = std::move(recorded);
  if (expect != nullptr) {
    auto rule = read_rule(*expect);
    if (!rule) {
      return std::unexpected(rule.error());
    }
    expectation.rule_ = std::move(*rule);
  }
  return expectation;
}

std::size_t Expectation::bytes() const {
  return recorded_.payload.size() + sizeof *this + (rule_ == nullptr ? 0 : rule_->bytes);
}

Expected<std::optional<Mismatch>> Expectation::compare(const MessageView& got,
                                                       const IgnoredPlaces& ignored) const {
  if (rule_ == nullptr) {
    return first_mismatch(recorded_.view(), got, ignored);
  }
  const IgnoredPlaces all = ignored.with(rule_->ignored);
  switch (rule_->kind) {
    case Rule::Kind::itself:
      return first_mismatch(recorded_.view(), got, all);
    case Rule::Kind::text:
      return first_mismatch({.type = MessageType::text, .payload = rule_->text}, got, {});
    case Rule::Kind::regex:
      return compare_regex(*rule_->regex, rule_->text, got);
    default:
      break;
  }
  const auto json = parse_json(got.payload);
  if (!json && json.error().code == ErrorCode::local_limit) {
    return std::unexpected(json.error());
  }
  if (!json) {
    return Mismatch{.place = "",
                    .expected = escape(dump_json(rule_->json), kShownOfMessage),
                    .got = escape(got.payload, kShownOfMessage)};
  }
  return first_mismatch(rule_->json, *json, all,
                        rule_->kind == Rule::Kind::equal ? Members::all : Members::expected);
}

std::string Expectation::text() const {
  const Rule::Kind kind = rule_ == nullptr ? Rule::Kind::itself : rule_->kind;
  switch (kind) {
    case Rule::Kind::subset:
      return "json " + escape(dump_json(rule_->json), kShownOfMessage);
    case Rule::Kind::equal:
      return "json= " + escape(dump_json(rule_->json), kShownOfMessage);
    case Rule::Kind::text:
      return "text " + escape(rule_->text, kShownOfMessage);
    case Rule::Kind::regex:
      return fmt::format("~ /{}/", escape(rule_->text, kShownOfMessage));
    default:
      return shown_message(recorded_.view());
  }
}

}  // namespace wskit::script
