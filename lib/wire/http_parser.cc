// SPDX-License-Identifier: MIT
#include "wire/ascii.h"
#include "wire/http.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/bytes.h"
#include "core/check.h"

namespace wskit::wire {
namespace {

constexpr std::string_view kVersionPrefix = "HTTP/1.";

std::unexpected<Error> not_http(std::string message) {
  return fail(ErrorCode::upgrade_not_http, std::move(message));
}

std::optional<int> parse_minor_version(std::string_view version) {
  const bool known = version == "HTTP/1.1" || version == "HTTP/1.0";
  return known ? std::optional(version.back() - '0') : std::nullopt;
}

// A record's type, and the major version that follows it (RFC 8446 5.1).
constexpr char kTlsAlert = 21;
constexpr char kTlsHandshake = 22;
constexpr char kTlsMajorVersion = 3;

constexpr bool begins_like_tls(char first) {
  return first == kTlsAlert || first == kTlsHandshake;
}

/// Refuses what can no longer become a status line, before a whole line has come (it never may).
Expected<void> check_beginning(std::string_view line, const HttpResponse&) {
  if (looks_like_tls(line)) {
    return not_http("the server speaks TLS on this port: use wss://");
  }
  if (line.size() == 1 && begins_like_tls(line.front())) {
    return {};
  }
  const std::size_t compared = std::min(line.size(), kVersionPrefix.size());
  if (line.substr(0, compared) != kVersionPrefix.substr(0, compared)) {
    return not_http(
        fmt::format("the answer is not HTTP/1.1: it begins with '{}'", escape(line, 24)));
  }
  return {};
}

Expected<void> check_beginning(std::string_view line, const HttpRequest&) {
  if (looks_like_tls(line)) {
    return not_http("the client speaks TLS on a port without it");
  }
  if (line.size() == 1 && begins_like_tls(line.front())) {
    return {};
  }
  const std::string_view method = line.substr(0, line.find(' '));
  constexpr std::size_t kLongestMethod = 32;
  if (!is_token(method) || method.size() > kLongestMethod) {
    return not_http(
        fmt::format("the request is not HTTP/1.1: it begins with '{}'", escape(line, 24)));
  }
  return {};
}

Expected<void> parse_start_line(std::string_view line, HttpResponse& response) {
  constexpr std::size_t kVersionSize = 8;
  constexpr std::size_t kStatusEnd = kVersionSize + 4;
  const auto minor_version = parse_minor_version(line.substr(0, kVersionSize));
  // The space before an empty reason is required (RFC 9112 4) and often forgotten: no harm.
  const bool has_form = line.size() >= kStatusEnd && line[kVersionSize] == ' ' &&
                        std::ranges::all_of(line.substr(kVersionSize + 1, 3), is_digit) &&
                        (line.size() == kStatusEnd || line[kStatusEnd] == ' ');
  if (!minor_version || !has_form) {
    return not_http(fmt::format("'{}' is not a status line of HTTP/1.1", escape(line)));
  }
  response.minor_version = *minor_version;
  for (const char digit : line.substr(kVersionSize + 1, 3)) {
    response.status = response.status * 10 + (digit - '0');
  }
  if (response.status < 100 || response.status > 599) {
    return not_http(fmt::format("{} is not an HTTP status", response.status));
  }
  response.reason = line.substr(std::min(kStatusEnd + 1, line.size()));
  const bool printable = std::ranges::all_of(response.reason, [](char c) {
    return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
  });
  if (!printable) {
    return not_http(fmt::format("'{}' has a control character in its reason", escape(line)));
  }
  return {};
}

Expected<void> parse_start_line(std::string_view line, HttpRequest& request) {
  const std::size_t target = line.find(' ');
  const std::size_t version = line.rfind(' ');
  const auto refuse = [&] {
    return not_http(fmt::format("'{}' is not a request line of HTTP/1.1", escape(line)));
  };
  if (target == std::string_view::npos || version <= target + 1) {
    return refuse();
  }
  request.method = line.substr(0, target);
  request.target = line.substr(target + 1, version - target - 1);
  const auto minor_version = parse_minor_version(line.substr(version + 1));
  const bool visible =
      std::ranges::all_of(request.target, [](char c) { return c > ' ' && c < 0x7f; });
  if (!is_token(request.method) || !minor_version || !visible) {
    return refuse();
  }
  request.minor_version = *minor_version;
  return {};
}

bool ignores_leading_empty_line(const HttpResponse&) {
  return false;
}
bool ignores_leading_empty_line(const HttpRequest&) {
  return true;
}  // RFC 9112 2.2

}  // namespace

bool looks_like_tls(std::string_view first_bytes) {
  return first_bytes.size() >= 2 && begins_like_tls(first_bytes[0]) &&
         first_bytes[1] == kTlsMajorVersion;
}

template <class Message>
Expected<std::size_t> HttpParser<Message>::feed(std::string_view bytes) {
  check(!complete() || bytes.empty(), "an HTTP head that is complete takes no more bytes");
  std::size_t consumed = 0;
  while (consumed < bytes.size() && !complete()) {
    const std::string_view rest = bytes.substr(consumed);
    const std::size_t newline = rest.find('\n');
    const std::size_t part_bytes = newline == std::string_view::npos ? rest.size() : newline + 1;
    // Cut before the bytes are kept: what a peer can make us hold is bounded.
    const std::size_t taken = std::min(part_bytes, rules_.max_head_bytes - head_bytes_);
    consumed += taken;
    head_bytes_ += taken;
    line_ += rest.substr(0, taken);
    const bool line_ends = newline != std::string_view::npos && taken == part_bytes;
    if (auto checked = line_ends ? end_line() : check_partial_line(); !checked) {
      return std::unexpected(std::move(checked.error()));
    }
    if (taken < part_bytes) {
      return fail(ErrorCode::upgrade_too_big,
                  fmt::format("the HTTP head is larger than {} bytes", rules_.max_head_bytes));
    }
  }
  return consumed;
}

template <class Message>
Expected<void> HttpParser<Message>::check_partial_line() const {
  return state_ == State::start_line && line_ != "\r" ? check_beginning(line_, message_)
                                                      : Expected<void>{};
}

template <class Message>
Expected<void> HttpParser<Message>::end_line() {
  std::string_view line = line_;
  line.remove_suffix(1);
  if (line.ends_with('\r')) {
    line.remove_suffix(1);
  } else if (!rules_.allow_bare_lf) {
    if (auto http = check_partial_line(); !http) {
      return http;
    }
    return not_http(fmt::format("the line '{}' ends in LF without CR", escape(line)));
  }
  Expected<void> result;
  if (state_ == State::start_line) {
    result = take_start_line(line);
  } else if (line.empty()) {
    state_ = State::complete;
  } else {
    result = add_header(line);
  }
  line_.clear();
  return result;
}

template <class Message>
Expected<void> HttpParser<Message>::take_start_line(std::string_view line) {
  if (line.empty() && head_bytes_ == line_.size() && ignores_leading_empty_line(message_)) {
    return {};
  }
  if (auto http = check_beginning(line, message_); !http) {
    return http;
  }
  state_ = State::headers;
  return parse_start_line(line, message_);
}

template <class Message>
Expected<void> HttpParser<Message>::add_header(std::string_view line) {
  if (message_.headers.size() == rules_.max_headers) {
    return fail(ErrorCode::upgrade_too_big,
                fmt::format("the HTTP head has more than {} headers", rules_.max_headers));
  }
  const std::size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  std::string_view value =
      colon == std::string_view::npos ? std::string_view{} : line.substr(colon + 1);
  while (value.starts_with(' ') || value.starts_with('\t')) {
    value.remove_prefix(1);
  }
  while (value.ends_with(' ') || value.ends_with('\t')) {
    value.remove_suffix(1);
  }
  if (colon == std::string_view::npos || !is_token(name) || !is_field_value(value)) {
    return not_http(fmt::format("'{}' is not a header line", escape(line)));
  }
  message_.headers.add(name, value);
  return {};
}

template class HttpParser<HttpResponse>;
template class HttpParser<HttpRequest>;

}  // namespace wskit::wire
