// SPDX-License-Identifier: MIT
#include "script/redaction.h"

#include <utility>

#include <fmt/format.h>

#include "core/bytes.h"
#include "wire/uri.h"

namespace wskit::script {
namespace {

Expected<Json::json_pointer> parse_pointer(const std::string& text) {
  try {
    return Json::json_pointer(text);
  } catch (const Json::exception&) {
    return fail(ErrorCode::usage, fmt::format("'{}' is not a JSON pointer (RFC 6901), as /a/0/b; a "
                                              "regular expression may begin with \\/",
                                              escape(text)));
  }
}

}  // namespace

Expected<void> Redaction::add(const std::string& rule) {
  if (rule.starts_with('/')) {
    auto pointer = parse_pointer(rule);
    if (!pointer) {
      return std::unexpected(pointer.error());
    }
    pointers_.push_back(std::move(*pointer));
    return {};
  }
  auto regex = Regex::compile(rule);
  if (!regex) {
    return std::unexpected(regex.error());
  }
  regexes_.push_back(std::move(*regex));
  return {};
}

Expected<Redaction> Redaction::parse(const std::vector<std::string>& rules) {
  Redaction redaction;
  for (const std::string& rule : rules) {
    if (auto added = redaction.add(rule); !added) {
      return std::unexpected(added.error());
    }
  }
  return redaction;
}

std::string Redaction::apply_pointers(std::string_view text) const {
  auto json = pointers_.empty() ? std::unexpected(Error{}) : parse_json(text);
  if (!json) {
    return std::string(text);
  }
  bool found = false;
  for (const Json::json_pointer& pointer : pointers_) {
    if (json->contains(pointer)) {
      (*json)[pointer] = kMark;
      found = true;
    }
  }
  return found ? dump_json(*json) : std::string(text);
}

std::string Redaction::apply(std::string_view text) const {
  std::string clean = apply_pointers(text);
  for (const Regex& regex : regexes_) {
    auto replaced = regex.replace_all(clean, kMark);
    if (!replaced) {
      return std::string(kMark);
    }
    clean = *std::move(replaced);
  }
  return clean;
}

MessageView redacted(const MessageView& message, const Redaction* redaction, std::string& room) {
  const bool is_text = message.type == MessageType::text || message.type == MessageType::close;
  if (!is_text || redaction == nullptr || redaction->empty()) {
    return message;
  }
  room = redaction->apply(message.payload);
  return {.type = message.type, .payload = room, .code = message.code};
}

std::string redact_header(std::string_view name, std::string_view value) {
  return wire::is_secret_header(name) ? std::string(Redaction::kMark)
                                      : wire::without_secrets(value);
}

}  // namespace wskit::script
