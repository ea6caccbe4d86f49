// SPDX-License-Identifier: MIT
#include "relay/request_head.h"

#include <algorithm>
#include <array>

namespace wskit::relay {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

/// The next line without its end, taken off `rest`.
std::string_view take_line(std::string_view& rest) {
  const std::size_t end = std::min(rest.find(kLineEnd), rest.size());
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + kLineEnd.size(), rest.size()));
  return line;
}

bool names(std::string_view name, std::string_view other) {
  return wire::equals_ignoring_case(name, other);
}

bool is_host(const wire::Header& header) {
  return names(header.name, "Host");
}

/// About the connection to us, not to the server.
bool is_of_connection(std::string_view name) {
  constexpr std::array<std::string_view, 3> kNames{"Connection", "Keep-Alive", "Proxy-Connection"};
  return std::ranges::any_of(kNames, [&](std::string_view known) { return names(name, known); });
}

bool is_exchanged(std::string_view name, const RequestRules& rules) {
  return std::ranges::any_of(
             rules.headers, [&](const wire::Header& header) { return names(name, header.name); }) ||
         std::ranges::any_of(rules.removed,
                             [&](const std::string& removed) { return names(name, removed); });
}

void append_line(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ").append(value).append(kLineEnd);
}

/// The Host header's value for the server; empty to leave the client's.
std::string host_value(const RequestRules& rules) {
  const auto given = std::ranges::find_if(rules.headers, is_host);
  if (given != rules.headers.end()) {
    return given->value;
  }
  return rules.keep_host ? std::string() : rules.target.host_header();
}

}  // namespace

bool asks_for_websocket(const wire::HttpRequest& request) {
  return request.headers.has_token("Upgrade", "websocket");
}

std::string request_target(const wire::HttpRequest& request, const RequestRules& rules) {
  if (rules.target.target != "/") {
    return rules.target.target;
  }
  const std::size_t scheme = request.target.find("://");
  if (request.target.starts_with('/') || scheme == std::string::npos) {
    return request.target;
  }
  const std::size_t path = request.target.find_first_of("/?", scheme + 3);
  if (path == std::string::npos) {
    return "/";
  }
  const std::string rest = request.target.substr(path);
  return rest.starts_with('?') ? "/" + rest : rest;
}

std::string rewrite_head(std::string_view head, const wire::HttpRequest& request,
                         const RequestRules& rules) {
  while (head.starts_with(kLineEnd)) {
    head.remove_prefix(kLineEnd.size());
  }
  const std::string_view request_line = take_line(head);
  std::string result = request.method + " " + request_target(request, rules);
  result.append(request_line.substr(request_line.rfind(' '))).append(kLineEnd);

  const bool closes = !asks_for_websocket(request);
  const std::string host = host_value(rules);
  if (!host.empty() && request.headers.count("Host") == 0) {
    append_line(result, "Host", host);
  }
  for (std::string_view line = take_line(head); !line.empty(); line = take_line(head)) {
    const std::string_view name = line.substr(0, line.find(':'));
    if (names(name, "Host") && !host.empty()) {
      append_line(result, name, host);
    } else if (!is_exchanged(name, rules) && !(closes && is_of_connection(name))) {
      result.append(line).append(kLineEnd);
    }
  }
  for (const wire::Header& header : rules.headers) {
    if (!is_host(header)) {
      append_line(result, header.name, header.value);
    }
  }
  if (closes) {
    append_line(result, "Connection", "close");
  }
  return result.append(kLineEnd);
}

}  // namespace wskit::relay
