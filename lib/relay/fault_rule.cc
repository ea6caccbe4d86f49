// SPDX-License-Identifier: MIT
#include "relay/fault_rule.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "core/bytes.h"
#include "core/lines.h"
#include "core/parse.h"
#include "relay/fault_form.h"
#include "script/pattern.h"
#include "wire/close_code.h"
#include "wire/utf8.h"

namespace wskit::relay {
namespace {

constexpr std::uint64_t kMaxNumber = 1'000'000'000'000;
/// What is made up whole in memory.
constexpr std::uint64_t kMaxMadeUpBytes = std::uint64_t{256} << 20;
constexpr std::uint64_t kMaxBombBytes = std::uint64_t{64} << 30;
constexpr std::uint64_t kMaxPings = 1'000'000;
constexpr std::uint64_t kMaxCopies = 1000;
constexpr std::string_view kRepeatable = "header";

/// The parts between the commas, without the backslashes that took a comma's meaning away.
std::vector<std::string> split_rule(std::string_view text) {
  std::vector<std::string> parts(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escapes =
        text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == ',' || text[i + 1] == '\\');
    if (escapes) {
      parts.back() += text[++i];
    } else if (text[i] == ',') {
      parts.emplace_back();
    } else {
      parts.back() += text[i];
    }
  }
  return parts;
}

/// Both sides of the first colon; nothing on the right where there is none.
std::pair<std::string_view, std::optional<std::string_view>> split_part(std::string_view part) {
  const std::size_t colon = part.find(':');
  if (colon == std::string_view::npos) {
    return {part, std::nullopt};
  }
  return {part.substr(0, colon), part.substr(colon + 1)};
}

/// Puts `parsed` where it belongs.
template <class Value, class Target>
Expected<void> put(Expected<Value> parsed, Target& target) {
  if (!parsed) {
    return std::unexpected(std::move(parsed.error()));
  }
  target = std::move(*parsed);
  return {};
}

std::uint64_t most_of(FaultKind kind) {
  switch (kind) {
    case FaultKind::oversize:
      return kMaxMadeUpBytes;
    case FaultKind::bomb:
      return kMaxBombBytes;
    case FaultKind::ping_flood:
      return kMaxPings;
    case FaultKind::duplicate:
    case FaultKind::reorder:
    case FaultKind::corrupt:
      return kMaxCopies;
    default:
      return kMaxNumber;
  }
}

Expected<std::uint64_t> parse_amount(const FaultForm& form, std::string_view text) {
  const std::uint64_t low = form.kind == FaultKind::upgrade_stall ? 0 : 1;
  const std::uint64_t high = most_of(form.kind);
  if (form.value == FaultValue::count) {
    return parse_integer(text, low, high);
  }
  auto size = parse_size(text);
  if (size && (*size < low || *size > high)) {
    return fail(ErrorCode::usage, fmt::format("'{}' is not from {} to {} bytes", text, low, high));
  }
  return size;
}

Expected<std::uint64_t> parse_reserved_opcode(std::string_view text) {
  auto number = parse_integer(text, 3, 15);
  if (number && *number >= 8 && *number <= 10) {
    return fail(ErrorCode::usage,
                fmt::format("opcode {} is not reserved; 3 to 7 and 11 to 15 are", *number));
  }
  return number;
}

Expected<void> set_number_or_none(FaultRule& rule, std::string_view text) {
  rule.number.reset();
  return text == "none" ? Expected<void>() : put(parse_integer(text, 0, 65'535), rule.number);
}

Expected<void> set_word(FaultRule& rule, const FaultForm& form, std::string_view text) {
  const bool is_length = form.value == FaultValue::length;
  if (is_length && text != "16" && text != "64" && text != "huge") {
    return fail(ErrorCode::usage, fmt::format("'{}' is none of 16, 64 and huge", escape(text)));
  }
  const bool is_flaw = form.value == FaultValue::flaw;
  if (is_flaw && text != "expired" && text != "wrong-name") {
    return fail(ErrorCode::usage,
                fmt::format("'{}' is none of expired and wrong-name", escape(text)));
  }
  if (!is_length && !wire::is_token(text)) {
    return fail(ErrorCode::usage, fmt::format("'{}' is no subprotocol's name", escape(text)));
  }
  rule.word = text;
  return {};
}

Expected<void> set_value(FaultRule& rule, const FaultForm& form, std::string_view text) {
  switch (form.value) {
    case FaultValue::none:
      return fail(ErrorCode::usage, fmt::format("{} takes no value", form.name));
    case FaultValue::duration:
      return put(parse_duration(text), rule.time);
    case FaultValue::size:
    case FaultValue::count:
      return put(parse_amount(form, text), rule.number);
    case FaultValue::code:
      return set_number_or_none(rule, text);
    case FaultValue::status:
      return put(parse_integer(text, 200, 599), rule.number);
    case FaultValue::bit:
      return put(parse_integer(text, 1, 3), rule.number);
    case FaultValue::opcode:
      return put(parse_reserved_opcode(text), rule.number);
    case FaultValue::token:
    case FaultValue::length:
    case FaultValue::flaw:
      return set_word(rule, form, text);
  }
  return {};
}

Expected<FaultRule> begin_rule(std::string_view part) {
  const auto [name, value] = split_part(part);
  const auto forms = fault_forms();
  const auto form = std::ranges::find(forms, name, &FaultForm::name);
  if (form == forms.end()) {
    std::string names;
    for (const FaultForm& known : forms) {
      names += fmt::format("{}{}", names.empty() ? "" : ", ", known.name);
    }
    return fail(ErrorCode::usage,
                fmt::format("'{}' is no fault; there are {}", escape(name), names));
  }
  if (!value && !form->may_lack_value) {
    return fail(ErrorCode::usage, fmt::format("{} needs a value, as {}:...", name, name));
  }
  FaultRule rule{.kind = form->kind, .send = form->is_of_client, .recv = !form->is_of_client};
  const std::string_view text = value.value_or(form->default_value);
  if (value || !text.empty()) {
    if (auto set = set_value(rule, *form, text); !set) {
      return std::unexpected(std::move(set.error()));
    }
  }
  return rule;
}

Expected<double> parse_percent(std::string_view text) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value, std::chars_format::fixed);
  if (error != std::errc() || rest != end || !(value >= 0 && value <= 100)) {
    return fail(ErrorCode::usage, fmt::format("'{}' is no number from 0 to 100", escape(text)));
  }
  return value;
}

Expected<void> set_match(FaultRule& rule, std::string_view text) {
  if (text.empty()) {
    return fail(ErrorCode::usage, "a pattern of a path is expected, as /room/*");
  }
  rule.match = text;
  return {};
}

Expected<void> set_connections(FaultRule& rule, std::string_view text) {
  const std::size_t dash = text.find('-');
  if (auto first = put(parse_integer(text.substr(0, dash), 1, kMaxNumber), rule.first_connection);
      !first) {
    return first;
  }
  rule.last_connection = rule.first_connection;
  if (dash == std::string_view::npos) {
    return {};
  }
  if (text.size() == dash + 1) {
    rule.last_connection = std::numeric_limits<std::uint64_t>::max();
    return {};
  }
  return put(parse_integer(text.substr(dash + 1), rule.first_connection, kMaxNumber),
             rule.last_connection);
}

Expected<void> set_direction(FaultRule& rule, std::string_view text) {
  rule.send = text == "send" || text == "both";
  rule.recv = text == "recv" || text == "both";
  return rule.send || rule.recv
             ? Expected<void>()
             : fail(ErrorCode::usage,
                    fmt::format("'{}' is none of send, recv and both", escape(text)));
}

bool is_reason(std::string_view text) {
  wire::Utf8Validator utf8;
  return text.size() <= wire::kMaxCloseReason && utf8.consume(as_bytes(text)) == text.size() &&
         utf8.complete();
}

Expected<void> set_reason(FaultRule& rule, std::string_view text) {
  if (!rule.number || !is_reason(text)) {
    return fail(ErrorCode::usage, "a reason has a code before it, 123 bytes at most, and is UTF-8");
  }
  rule.reason = text;
  return {};
}

Expected<void> add_header(FaultRule& rule, std::string_view text) {
  const auto [name, rest] = split_part(text);
  const std::string_view value = rest.value_or("");
  const std::size_t start = std::min(value.find_first_not_of(' '), value.size());
  if (!rest || !wire::is_token(name) || !wire::is_field_value(value.substr(start))) {
    return fail(ErrorCode::usage, fmt::format("'{}' is no header, as Name: value", escape(text)));
  }
  rule.headers.push_back({.name = std::string(name), .value = std::string(value.substr(start))});
  return {};
}

struct Key {
  std::string_view name;
  Expected<void> (*set)(FaultRule&, std::string_view);
  /// Kinds have it in their own_keys.
  bool is_own = false;
};

constexpr std::array kKeys{
    Key{"match", set_match},
    Key{"conn", set_connections},
    Key{"percent", [](FaultRule& rule,
                      std::string_view text) { return put(parse_percent(text), rule.percent); }},
    Key{"dir", set_direction},
    Key{"after",
        [](FaultRule& rule, std::string_view text) {
          return put(parse_integer(text, 0, kMaxNumber), rule.after);
        }},
    Key{"at",
        [](FaultRule& rule, std::string_view text) { return put(parse_duration(text), rule.at); }},
    Key{"every",
        [](FaultRule& rule, std::string_view text) {
          return put(parse_integer(text, 1, kMaxNumber), rule.every);
        }},
    Key{"times",
        [](FaultRule& rule, std::string_view text) {
          return put(parse_integer(text, 1, kMaxNumber), rule.times);
        }},
    Key{"jitter",
        [](FaultRule& rule, std::string_view text) {
          return put(parse_duration(text), rule.jitter);
        },
        true},
    Key{"gap",
        [](FaultRule& rule, std::string_view text) { return put(parse_duration(text), rule.gap); },
        true},
    Key{"reason", set_reason, true},
    Key{"body",
        [](FaultRule& rule, std::string_view text) {
          rule.body = text;
          return Expected<void>();
        },
        true},
    Key{"header", add_header, true},
};

/// The keys that mean something to a kind, parted by spaces.
std::string keys_of(const FaultForm& form) {
  const bool accept = form.moment == FaultMoment::accept;
  std::string keys = accept ? "conn percent" : "match conn percent";
  const bool upgrade = accept || form.moment == FaultMoment::upgrade;
  keys += upgrade ? "" : " dir";
  keys += upgrade || form.moment == FaultMoment::flow ? "" : " after at";
  keys +=
      form.moment == FaultMoment::message || form.moment == FaultMoment::pong ? " every times" : "";
  return keys + (form.own_keys.empty() ? "" : " ") + std::string(form.own_keys);
}

Expected<void> set_key(FaultRule& rule, std::string_view part) {
  const auto [name, value] = split_part(part);
  const FaultForm& form = form_of(rule.kind);
  const std::string known = keys_of(form);
  const auto key = std::ranges::find(kKeys, name, &Key::name);
  if (key == kKeys.end() || !(" " + known + " ").contains(fmt::format(" {} ", name))) {
    return fail(ErrorCode::usage,
                fmt::format("'{}' is no key of {}; it has {}", escape(name), form.name, known));
  }
  if (!value) {
    return fail(ErrorCode::usage, fmt::format("{} needs a value, as {}:...", name, name));
  }
  auto set = key->set(rule, *value);
  if (!set) {
    set.error().message = fmt::format("{}: {}", name, set.error().message);
  }
  return set;
}

}  // namespace

bool FaultRule::is_for(std::uint64_t connection, std::string_view path) const {
  return connection >= first_connection && connection <= last_connection &&
         script::glob_matches(match, path);
}

Expected<FaultRule> parse_fault(std::string_view text) {
  const std::vector<std::string> parts = split_rule(text);
  auto rule = begin_rule(parts.front());
  if (!rule) {
    return rule;
  }
  std::vector<std::string_view> seen;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const std::string_view name = split_part(parts[i]).first;
    if (std::ranges::find(seen, name) != seen.end() && name != kRepeatable) {
      return fail(ErrorCode::usage, fmt::format("{} is there twice", escape(name)));
    }
    seen.push_back(name);
    if (auto set = set_key(*rule, parts[i]); !set) {
      return std::unexpected(std::move(set.error()));
    }
  }
  if (rule->jitter > rule->time.value_or(Nanoseconds::max())) {
    return fail(ErrorCode::usage, "jitter goes up and down: it is no longer than the delay");
  }
  rule->text = text;
  return rule;
}

Expected<std::vector<FaultRule>> parse_fault_file(std::string_view text) {
  std::vector<FaultRule> rules;
  const auto add = [&rules](std::string_view line, std::size_t number) -> Expected<void> {
    if (line.empty() || line.starts_with('#')) {
      return {};
    }
    auto rule = parse_fault(line);
    if (!rule) {
      return fail(ErrorCode::usage, fmt::format("line {}: {}", number, rule.error().message));
    }
    rules.push_back(std::move(*rule));
    return {};
  };
  if (auto read = for_each_line(text, add); !read) {
    return std::unexpected(std::move(read.error()));
  }
  return rules;
}

}  // namespace wskit::relay
