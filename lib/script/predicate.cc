// SPDX-License-Identifier: MIT
#include "script/predicate.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "script/matcher.h"
#include "script/shown.h"
#include "script/values.h"

namespace wskit::script {
namespace {

using Found = Expected<std::optional<Json>>;

Found find_path(const JsonPath& path, const Subject& subject) {
  const Expected<Json>& json = subject.json();
  if (!json && json.error().code == ErrorCode::local_limit) {
    return std::unexpected(json.error());
  }
  if (!json) {
    return std::nullopt;
  }
  const auto nodes = path.select(*json);
  if (!nodes) {
    return std::unexpected(nodes.error());
  }
  if (path.is_singular()) {
    return nodes->empty() ? std::nullopt : std::optional<Json>(*nodes->front());
  }
  if (nodes->empty()) {
    return std::nullopt;
  }
  Json all = Json::array();
  for (const Json* node : *nodes) {
    all.push_back(*node);
  }
  return all;
}

/// The first group, or all that matches when there is none.
Found find_regex(const Regex& regex, std::string_view text) {
  const auto groups = regex.search(text);
  if (!groups) {
    return std::unexpected(groups.error());
  }
  if (!*groups) {
    return std::nullopt;
  }
  const auto& found = (*groups)->size() > 1 ? (**groups)[1] : (**groups)[0];
  return found ? std::optional<Json>(std::string(*found)) : std::nullopt;
}

std::optional<Json> find_header(const Subject& subject, const std::string& name) {
  if (subject.headers == nullptr || subject.headers->count(name) == 0) {
    return std::nullopt;
  }
  return Json(subject.headers->joined(name));
}

std::optional<Json> non_empty(std::string_view text) {
  return text.empty() ? std::nullopt : std::optional<Json>(std::string(text));
}

Found find_value(const Query& query, const Subject& subject) {
  switch (query.kind) {
    case Query::Kind::message:
    case Query::Kind::reason:
      return Json(std::string(subject.text));
    case Query::Kind::bytes:
      return Json(subject.text.size());
    case Query::Kind::jsonpath:
      return find_path(*query.path, subject);
    case Query::Kind::regex:
      return find_regex(*query.regex, subject.text);
    case Query::Kind::code:
      return subject.code == wire::CloseCode::no_status
                 ? std::nullopt
                 : std::optional<Json>(static_cast<unsigned>(subject.code));
    case Query::Kind::status:
      return Json(subject.status);
    case Query::Kind::header:
      return find_header(subject, query.header);
    case Query::Kind::subprotocol:
      return non_empty(subject.subprotocol);
    case Query::Kind::extensions:
      return non_empty(subject.extensions);
  }
  return std::nullopt;
}

std::size_t count_of(const Json& value) {
  return value.is_array() || value.is_object() ? value.size()
         : value.is_string()                   ? value.get_ref<const std::string&>().size()
                                               : 1;
}

Expected<std::int64_t> integer(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return fail(ErrorCode::unmet, fmt::format("{} is not an integer", shown(text, 40)));
  }
  return value;
}

std::string quoted_shown(const Json& value) {
  return value.is_string() ? shown(value.get_ref<const std::string&>()) : shown_json(value);
}

bool contains(const Json& whole, const Json& part) {
  if (whole.is_string() && part.is_string()) {
    return whole.get_ref<const std::string&>().contains(part.get_ref<const std::string&>());
  }
  return whole.is_array() &&
         std::ranges::any_of(whole, [&](const Json& element) { return is_equal(element, part); });
}

bool is_of_type(Predicate::Test test, const Json& value) {
  using Test = Predicate::Test;
  switch (test) {
    case Test::is_string:
      return value.is_string();
    case Test::is_number:
      return value.is_number();
    case Test::is_integer:
      return value.is_number_integer();
    case Test::is_float:
      return value.is_number_float();
    case Test::is_boolean:
      return value.is_boolean();
    case Test::is_list:
      return value.is_array();
    case Test::is_object:
      return value.is_object();
    case Test::is_collection:
      return value.is_array() || value.is_object();
    case Test::is_null:
      return value.is_null();
    case Test::is_empty:
      return value.is_string() ? value.get_ref<const std::string&>().empty()
                               : (value.is_array() || value.is_object()) && value.empty();
    default:
      return true;  // exists
  }
}

bool compares(Predicate::Test test, const Json& value, const Json& wanted) {
  using Test = Predicate::Test;
  const bool comparable =
      (value.is_number() && wanted.is_number()) || (value.is_string() && wanted.is_string());
  const auto text = [](const Json& json) -> std::string_view {
    return json.is_string() ? std::string_view(json.get_ref<const std::string&>())
                            : std::string_view();
  };
  const bool strings = value.is_string() && wanted.is_string();
  switch (test) {
    case Test::equal:
      return is_equal(wanted, value);
    case Test::not_equal:
      return !is_equal(wanted, value);
    case Test::less:
      return comparable && value < wanted;
    case Test::less_or_equal:
      return comparable && value <= wanted;
    case Test::greater:
      return comparable && value > wanted;
    case Test::greater_or_equal:
      return comparable && value >= wanted;
    case Test::contains:
      return contains(value, wanted);
    case Test::starts_with:
      return strings && text(value).starts_with(text(wanted));
    case Test::ends_with:
      return strings && text(value).ends_with(text(wanted));
    default:
      return false;
  }
}

bool has_operand(Predicate::Test test) {
  return test != Predicate::Test::exists && test != Predicate::Test::matches &&
         test < Predicate::Test::is_string;
}

}  // namespace

std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : dump_json(value);
}

Found Query::find(const Subject& subject) const {
  auto found = find_value(*this, subject);
  if (!found || !count) {
    return found;
  }
  return Json(*found ? count_of(**found) : 0);
}

Expected<Json> Operand::evaluate(Values& values, bool beside_string) const {
  std::int64_t sum = 0;
  for (const Term& term : terms) {
    auto text = term.text.render(values);
    if (!text) {
      return std::unexpected(std::move(text.error()));
    }
    if (terms.size() == 1) {
      auto json = quoted || (beside_string && term.text.has_placeholder()) ? Json(*text)
                                                                           : parse_json(*text);
      return json ? *json : Json(*text);
    }
    const auto number = integer(*text);
    if (!number) {
      return std::unexpected(number.error());
    }
    const bool overflows = term.negative ? __builtin_sub_overflow(sum, *number, &sum)
                                         : __builtin_add_overflow(sum, *number, &sum);
    if (overflows) {
      return fail(ErrorCode::unmet, "the sum is not an integer of 64 bits");
    }
  }
  return Json(sum);
}

bool Operand::is_computed() const {
  return terms.size() > 1 || (terms.size() == 1 && terms.front().text.has_placeholder());
}

Expected<Predicate::Outcome> Predicate::outcome(const Json& value, Values& values) const {
  if (test == Test::matches) {
    const auto found = regex->find(text_of(value));
    return found ? Expected<Outcome>({.holds = *found, .wanted = {}})
                 : std::unexpected(found.error());
  }
  if (!has_operand(test)) {
    return Outcome{.holds = is_of_type(test, value), .wanted = {}};
  }
  auto wanted = operand.evaluate(values, value.is_string());
  if (!wanted) {
    return std::unexpected(std::move(wanted.error()));
  }
  const bool holds = compares(test, value, *wanted);
  return Outcome{.holds = holds, .wanted = *std::move(wanted)};
}

Expected<std::optional<std::string>> Predicate::check(const Subject& subject,
                                                      Values& values) const {
  const auto value = query.find(subject);
  if (!value) {
    return std::unexpected(value.error());
  }
  if (!*value) {
    const bool absent_is_right = negated && test == Test::exists;
    return absent_is_right ? std::nullopt : std::optional<std::string>("there is none");
  }
  const auto outcome = this->outcome(**value, values);
  if (!outcome) {
    return std::unexpected(outcome.error());
  }
  if (outcome->holds != negated) {
    return std::nullopt;
  }
  const bool tell = outcome->wanted && operand.is_computed();
  return fmt::format("it is {}{}", quoted_shown(**value),
                     tell ? ", compared with " + quoted_shown(*outcome->wanted) : "");
}

}  // namespace wskit::script
