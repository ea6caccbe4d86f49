// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace wskit {

/// Every expected failure. The order is not stable; the names and exit codes are (see error.cc).
enum class ErrorCode : std::uint8_t {
  usage,
  unreadable_file,
  bad_url,
  proxy,
  dns_not_found,
  dns_failed,
  dns_timeout,
  tcp_refused,
  tcp_reset,
  tcp_unreachable,
  tcp_timeout,
  tcp_failed,
  local_emfile,
  local_eaddrnotavail,
  local_enobufs,
  local_limit,
  listen_failed,
  tls_alert,
  tls_not_tls,
  tls_closed,
  tls_failed,
  tls_timeout,
  tls_certificate,
  upgrade_http_status,
  upgrade_bad_accept,
  upgrade_bad_subprotocol,
  upgrade_bad_extension,
  upgrade_not_http,
  upgrade_too_big,
  upgrade_closed,
  upgrade_timeout,
  protocol_error,
  bad_utf8,
  too_big,
  reset,
  eof,
  closed_remote,
  closed_local,
  unmet,
  close_timeout,
  ping_timeout,
  timeout,
  unwritable_file,
  broken_pipe,
  internal,
};

inline constexpr std::size_t kErrorCodeCount = static_cast<std::size_t>(ErrorCode::internal) + 1;

/// Stable lower-case name, e.g. "tcp_refused": the key in result files, "<stage>_<cause>".
[[nodiscard]] std::string_view name(ErrorCode code) noexcept;

/// The process's exit code for this failure; curl's number where curl has one.
[[nodiscard]] int exit_code(ErrorCode code) noexcept;

/// An expected failure: what was tried, on what, and why it failed, in one line without a full
/// stop.
struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;
};

template <class T>
using Expected = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> fail(ErrorCode code, std::string message) {
  return std::unexpected(Error{code, std::move(message)});
}

}  // namespace wskit
