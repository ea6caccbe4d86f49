// SPDX-License-Identifier: MIT
#include "load/id_matcher.h"

#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace wskit::load {
namespace {

/// Stands for the id while a template is written; no JSON text of a user's has it by accident.
constexpr std::string_view kMark = "\u2063wskit-id\u2063";

std::optional<std::uint64_t> id_of(const Json& value) {
  if (value.is_number_unsigned()) {
    return value.get<std::uint64_t>();
  }
  if (!value.is_string()) {
    return std::nullopt;
  }
  const std::string& text = value.get_ref<const std::string&>();
  std::uint64_t id = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, id);
  return error == std::errc{} && rest == end ? std::optional(id) : std::nullopt;
}

}  // namespace

Expected<std::unique_ptr<Matcher>> IdMatcher::make(const Plan& plan) {
  std::unique_ptr<IdMatcher> matcher;
  try {
    matcher = std::make_unique<IdMatcher>(plan, Json::json_pointer(plan.id_pointer));
  } catch (const Json::exception& e) {
    return fail(ErrorCode::usage, fmt::format("'{}' is not a JSON pointer (RFC 6901): {}",
                                              plan.id_pointer, e.what()));
  }
  for (const std::string& message : plan.payload.messages) {
    if (auto added = matcher->add(message); !added) {
      return std::unexpected(std::move(added.error()));
    }
  }
  return matcher;
}

Expected<void> IdMatcher::add(const std::string& message) {
  auto json = parse_json(message);
  if (!json || !json->is_object()) {
    return fail(ErrorCode::usage, fmt::format("--match id needs JSON objects to send: {}",
                                              json ? "this payload is another JSON value"
                                                   : "this payload is not JSON"));
  }
  try {
    const bool is_string = json->contains(pointer_) && json->at(pointer_).is_string();
    (*json)[pointer_] = kMark;
    const std::string text = dump_json(*json);
    const std::size_t at = text.find(kMark);
    const std::size_t quote = is_string ? 0 : 1;
    templates_.push_back(
        {.before = text.substr(0, at - quote), .after = text.substr(at + kMark.size() + quote)});
  } catch (const Json::exception& e) {
    return fail(ErrorCode::usage, fmt::format("the payload has no place for an id at '{}': {}",
                                              pointer_.to_string(), e.what()));
  }
  return {};
}

std::span<const std::byte> IdMatcher::message(std::uint32_t connection, std::uint64_t sequence) {
  const Template& chosen = templates_[static_cast<std::size_t>(
      (sequence * connections_ + connection) % templates_.size())];
  message_.assign(chosen.before);
  fmt::format_to(std::back_inserter(message_), "{}", sequence);
  message_.append(chosen.after);
  return std::as_bytes(std::span(message_));
}

Reply IdMatcher::read(std::uint32_t /*connection*/, const Ledger& /*ledger*/,
                      ws::MessageType /*type*/, std::span<const std::byte> payload) {
  const auto json = parse_json({reinterpret_cast<const char*>(payload.data()), payload.size()});
  if (!json) {
    return {};
  }
  if (!json->is_object() || !json->contains(pointer_)) {
    return {.kind = Reply::Kind::push};
  }
  const auto id = id_of(json->at(pointer_));
  if (!id) {
    return {};
  }
  const auto error = json->find("error");
  const bool failed = error != json->end() && !error->is_null();
  return {.kind = failed ? Reply::Kind::error_reply : Reply::Kind::answer, .sequence = *id};
}

}  // namespace wskit::load
