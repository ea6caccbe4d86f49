// SPDX-License-Identifier: MIT
#include "core/error.h"

#include <array>

namespace wskit {
namespace {

struct Entry {
  ErrorCode code;
  std::string_view name;
  int exit_code;
};

using enum ErrorCode;

constexpr std::array kEntries{
    Entry{usage, "usage", 2},
    Entry{unreadable_file, "unreadable_file", 2},
    Entry{bad_url, "bad_url", 3},
    Entry{proxy, "proxy", 5},
    Entry{dns_not_found, "dns_not_found", 6},
    Entry{dns_failed, "dns_failed", 6},
    Entry{dns_timeout, "dns_timeout", 28},
    Entry{tcp_refused, "tcp_refused", 7},
    Entry{tcp_reset, "tcp_reset", 7},
    Entry{tcp_unreachable, "tcp_unreachable", 7},
    Entry{tcp_timeout, "tcp_timeout", 28},
    Entry{tcp_failed, "tcp_failed", 7},
    Entry{local_emfile, "local_emfile", 7},
    Entry{local_eaddrnotavail, "local_eaddrnotavail", 7},
    Entry{local_enobufs, "local_enobufs", 7},
    Entry{local_limit, "local_limit", 2},
    Entry{listen_failed, "listen_failed", 2},
    Entry{tls_alert, "tls_alert", 35},
    Entry{tls_not_tls, "tls_not_tls", 35},
    Entry{tls_closed, "tls_closed", 35},
    Entry{tls_failed, "tls_failed", 35},
    Entry{tls_timeout, "tls_timeout", 28},
    Entry{tls_certificate, "tls_certificate", 60},
    Entry{upgrade_http_status, "upgrade_http_status", 22},
    Entry{upgrade_bad_accept, "upgrade_bad_accept", 22},
    Entry{upgrade_bad_subprotocol, "upgrade_bad_subprotocol", 22},
    Entry{upgrade_bad_extension, "upgrade_bad_extension", 22},
    Entry{upgrade_not_http, "upgrade_not_http", 22},
    Entry{upgrade_too_big, "upgrade_too_big", 22},
    Entry{upgrade_closed, "upgrade_closed", 22},
    Entry{upgrade_timeout, "upgrade_timeout", 28},
    Entry{protocol_error, "protocol_error", 56},
    Entry{bad_utf8, "bad_utf8", 56},
    Entry{too_big, "too_big", 56},
    Entry{reset, "reset", 56},
    Entry{eof, "eof", 56},
    Entry{closed_remote, "closed_remote", 56},
    Entry{closed_local, "closed_local", 56},
    Entry{unmet, "unmet", 1},
    Entry{close_timeout, "close_timeout", 56},
    Entry{ping_timeout, "ping_timeout", 56},
    Entry{timeout, "timeout", 28},
    Entry{unwritable_file, "unwritable_file", 23},
    Entry{broken_pipe, "broken_pipe", 141},
    Entry{internal, "internal", 70},
};

static_assert(kEntries.size() == kErrorCodeCount);

constexpr bool in_order() {
  for (std::size_t i = 0; i < kEntries.size(); ++i) {
    if (static_cast<std::size_t>(kEntries[i].code) != i) {
      return false;
    }
  }
  return true;
}
static_assert(in_order(), "kEntries must list the codes in the order of the enumeration");

}  // namespace

std::string_view name(ErrorCode code) noexcept {
  return kEntries[static_cast<std::size_t>(code)].name;
}

int exit_code(ErrorCode code) noexcept {
  return kEntries[static_cast<std::size_t>(code)].exit_code;
}

}  // namespace wskit
