// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"

namespace wskit::wire {

/// Statuses below it are interim answers (RFC 9110 15.2).
inline constexpr int kFirstFinalStatus = 200;
inline constexpr int kSwitchingProtocols = 101;  // RFC 9110 15.2.2

/// RFC 9110 5.6.2: one or more of the characters a header name, a method or a subprotocol may have.
[[nodiscard]] bool is_token(std::string_view text);

/// RFC 9110 5.5: visible ASCII, bytes above 0x7f, and single spaces or tabs between them, never at
/// an end; may be empty. So neither CR nor LF nor NUL.
[[nodiscard]] bool is_field_value(std::string_view text);

/// ASCII only, as header names, schemes and list tokens are compared.
[[nodiscard]] bool equals_ignoring_case(std::string_view a, std::string_view b);

struct Header {
  std::string name;
  std::string value;
  bool operator==(const Header&) const = default;
};

/// Header fields in the order of their lines, duplicates kept; names are found in any case.
class Headers {
 public:
  void add(std::string_view name, std::string_view value);

  /// The first of that name.
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const;
  [[nodiscard]] std::size_t count(std::string_view name) const;
  /// All values of that name joined by ", " (RFC 9110 5.3); empty when there is none.
  [[nodiscard]] std::string joined(std::string_view name) const;
  /// Whether `token` is a member of the comma-separated lists of that name, in any case.
  [[nodiscard]] bool has_token(std::string_view name, std::string_view token) const;

  [[nodiscard]] auto begin() const { return fields_.begin(); }
  [[nodiscard]] auto end() const { return fields_.end(); }
  [[nodiscard]] std::size_t size() const { return fields_.size(); }

 private:
  std::vector<Header> fields_;
};

/// The members of a comma-separated list (RFC 9110 5.6.1), trimmed, empty ones left out. A comma
/// within a quoted string does not part. The views point into `list`.
[[nodiscard]] std::vector<std::string_view> split_list(std::string_view list);

struct HttpResponse {
  int minor_version = 1;  // HTTP/1.x
  int status = 0;         // 100 to 599
  std::string reason;
  Headers headers;
};

struct HttpRequest {
  int minor_version = 1;
  std::string method;
  std::string target;  // as sent, visible ASCII
  Headers headers;
};

struct HttpRules {
  /// Of start line and header lines together, line ends included.
  std::size_t max_head_bytes = 65'536;
  std::size_t max_headers = 128;
  /// RFC 9112 2.2 lets a recipient take a bare LF for a line's end; strict by default.
  bool allow_bare_lf = false;
};

/// True if these first bytes of an answer are a TLS record: the peer expects TLS.
[[nodiscard]] bool looks_like_tls(std::string_view first_bytes);

/// Incremental parser of an HTTP/1.x head (RFC 9112), for HttpResponse and HttpRequest. Line
/// folding, space before a colon, control characters and non-token names are refused.
/// Fails with ErrorCode::upgrade_not_http, as early as the first byte that cannot be HTTP, or
/// ErrorCode::upgrade_too_big; after a failure it must not be fed again.
template <class Message>
class HttpParser {
 public:
  explicit HttpParser(const HttpRules& rules = {}) : rules_(rules) {}

  /// Returns how many of the bytes belong to the head: all of them while it is not complete; what
  /// is left after that is body or frames.
  [[nodiscard]] Expected<std::size_t> feed(std::string_view bytes);
  [[nodiscard]] bool complete() const { return state_ == State::complete; }
  /// How many bytes the head has so far.
  [[nodiscard]] std::size_t head_bytes() const { return head_bytes_; }

  [[nodiscard]] const Message& message() const { return message_; }
  [[nodiscard]] Message take() { return std::move(message_); }

 private:
  enum class State { start_line, headers, complete };

  [[nodiscard]] Expected<void> check_partial_line() const;
  [[nodiscard]] Expected<void> end_line();
  [[nodiscard]] Expected<void> take_start_line(std::string_view line);
  [[nodiscard]] Expected<void> add_header(std::string_view line);

  HttpRules rules_;
  State state_ = State::start_line;
  std::size_t head_bytes_ = 0;
  std::string line_;
  Message message_;
};

extern template class HttpParser<HttpResponse>;
extern template class HttpParser<HttpRequest>;

using HttpResponseParser = HttpParser<HttpResponse>;
using HttpRequestParser = HttpParser<HttpRequest>;

}  // namespace wskit::wire
