// SPDX-License-Identifier: MIT
#include "relay/asked_faults.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "relay/fault_form.h"
#include "wire/authority.h"

namespace wskit::relay {
namespace {

constexpr std::string_view kField = "fault=";
constexpr std::size_t kMostAsked = 16;

/// The next field, taken off `query`.
std::string_view take_field(std::string_view& query) {
  const std::size_t end = std::min(query.find('&'), query.size());
  const std::string_view field = query.substr(0, end);
  query.remove_prefix(std::min(end + 1, query.size()));
  return field;
}

std::string_view query_of(std::string_view target) {
  const std::size_t mark = target.find('?');
  return mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
}

std::string http_kinds() {
  std::string names;
  for (const FaultForm& form : fault_forms()) {
    if (is_for_http({.kind = form.kind})) {
      names += fmt::format("{}{}", names.empty() ? "" : ", ", form.name);
    }
  }
  return names;
}

Expected<LiveFaultPointer> parse_asked(std::string_view value, bool websocket,
                                       const FaultPlace& place) {
  const std::optional<std::string> text = wire::percent_decode(value);
  if (!text) {
    return fail(ErrorCode::usage,
                "fault=: a % is followed by two hexadecimal digits, and by no control character's");
  }
  auto rule = parse_fault(*text);
  if (!rule) {
    return fail(ErrorCode::usage, "fault=: " + rule.error().message);
  }
  if (auto possible = check_place(*rule, place); !possible) {
    return fail(ErrorCode::usage, "fault=: " + possible.error().message);
  }
  if (!websocket && !is_for_http(*rule)) {
    return fail(ErrorCode::usage,
                fmt::format("fault=: {} is for WebSockets; an answer over plain HTTP can have {}",
                            form_of(rule->kind).name, http_kinds()));
  }
  auto live = std::make_shared<LiveFault>();  // see LiveFaultPointer
  live->rule = *std::move(rule);
  return live;
}

}  // namespace

bool asks_for_faults(std::string_view target) {
  std::string_view query = query_of(target);
  while (!query.empty()) {
    if (take_field(query).starts_with(kField)) {
      return true;
    }
  }
  return false;
}

Expected<AskedFaults> take_asked_faults(std::string_view target, bool websocket,
                                        const FaultPlace& place) {
  AskedFaults asked{.faults = {}, .target = std::string(target.substr(0, target.find('?')))};
  std::string_view query = query_of(target);
  char before = '?';
  while (!query.empty()) {
    const std::string_view field = take_field(query);
    if (!field.starts_with(kField)) {
      asked.target.append(1, std::exchange(before, '&')).append(field);
      continue;
    }
    auto fault = parse_asked(field.substr(kField.size()), websocket, place);
    if (!fault) {
      return std::unexpected(std::move(fault.error()));
    }
    asked.faults.push_back(*std::move(fault));
  }
  if (asked.faults.size() > kMostAsked) {
    return fail(ErrorCode::usage,
                fmt::format("fault=: a request asks for {} faults at most", kMostAsked));
  }
  return asked;
}

bool goes_on(const wire::HttpRequest& request) {
  if (!request.headers.joined("Last-Event-ID").empty()) {
    return true;
  }
  std::string_view query = query_of(request.target);
  while (!query.empty()) {
    const std::string_view field = take_field(query);
    const std::string_view name = field.substr(0, field.find('='));
    const std::string_view value = field.substr(std::min(name.size() + 1, field.size()));
    const bool cursor = name == "after" && !value.empty() && value != "0";
    if (cursor || name == "sid" || name == "awps_connection_id") {
      return true;
    }
  }
  return false;
}

bool is_for_http(const FaultRule& rule) {
  switch (rule.kind) {
    case FaultKind::upgrade_delay:
    case FaultKind::upgrade_stall:
    case FaultKind::reject:
    case FaultKind::wrong_node:
    case FaultKind::history_truncated:
    case FaultKind::epoch_changed:
    case FaultKind::fin:
    case FaultKind::rst:
    case FaultKind::half_open:
    case FaultKind::bandwidth:
      return rule.recv;
    default:
      return false;
  }
}

}  // namespace wskit::relay
