// SPDX-License-Identifier: MIT
#include "net/tls_error.h"

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "core/bytes.h"

namespace wskit::net {
namespace {

struct Alert {
  int number;
  std::string_view name;
};

// RFC 8446 section 6 and RFC 5246 section 7.2; OpenSSL 3.0 does not know all of them by name.
constexpr std::array kAlerts{
    Alert{0, "close_notify"},
    Alert{10, "unexpected_message"},
    Alert{20, "bad_record_mac"},
    Alert{22, "record_overflow"},
    Alert{30, "decompression_failure"},
    Alert{40, "handshake_failure"},
    Alert{42, "bad_certificate"},
    Alert{43, "unsupported_certificate"},
    Alert{44, "certificate_revoked"},
    Alert{45, "certificate_expired"},
    Alert{46, "certificate_unknown"},
    Alert{47, "illegal_parameter"},
    Alert{48, "unknown_ca"},
    Alert{49, "access_denied"},
    Alert{50, "decode_error"},
    Alert{51, "decrypt_error"},
    Alert{70, "protocol_version"},
    Alert{71, "insufficient_security"},
    Alert{80, "internal_error"},
    Alert{86, "inappropriate_fallback"},
    Alert{90, "user_canceled"},
    Alert{100, "no_renegotiation"},
    Alert{109, "missing_extension"},
    Alert{110, "unsupported_extension"},
    Alert{112, "unrecognized_name"},
    Alert{113, "bad_certificate_status_response"},
    Alert{115, "unknown_psk_identity"},
    Alert{116, "certificate_required"},
    Alert{120, "no_application_protocol"},
};

std::string_view alert_name(int number) {
  const auto* const found = std::ranges::find(kAlerts, number, &Alert::number);
  return found == kAlerts.end() ? "unknown" : found->name;
}

std::string alert_advice(int number, const TlsOptions& options) {
  switch (number) {
    case SSL_AD_PROTOCOL_VERSION:
      return fmt::format("; it does not speak {}", version_range(options));
    case SSL_AD_HANDSHAKE_FAILURE:
      return options.certificate_file.empty() && options.ciphers.empty()
                 ? "; no cipher in common, or it wants a client certificate (--cert)"
                 : "";
    case SSL_AD_UNRECOGNIZED_NAME:
      return "; it has no certificate for this server name";
    case SSL_AD_CERTIFICATE_REQUIRED:
      return "; it wants a client certificate (--cert)";
    case SSL_AD_BAD_CERTIFICATE:
    case SSL_AD_CERTIFICATE_UNKNOWN:
    case SSL_AD_UNKNOWN_CA:
      return options.certificate_file.empty() ? "; it wants a client certificate (--cert)"
                                              : "; it does not trust our client certificate";
    default:
      return "";
  }
}

Error alert_error(int number, const TlsOptions& options) {
  return {ErrorCode::tls_alert,
          fmt::format("server refused with TLS alert {} ({}){}", alert_name(number), number,
                      alert_advice(number, options))};
}

bool is_alert(unsigned long error) {
  return ERR_GET_LIB(error) == ERR_LIB_SSL && ERR_GET_REASON(error) > SSL_AD_REASON_OFFSET &&
         ERR_GET_REASON(error) <= SSL_AD_REASON_OFFSET + 255;
}

/// Whether a peer's first bytes may be a handshake (22) or alert (21) record of version 3.x.
bool begins_with_record(std::string_view bytes) {
  const bool begins = bytes.empty() || bytes[0] == 22 || bytes[0] == 21;
  return begins && (bytes.size() < 2 || bytes[1] == 3);
}

std::string reason_of(unsigned long error) {
  if (ERR_SYSTEM_ERROR(error)) {
    return std::generic_category().message(ERR_GET_REASON(error));
  }
  const char* const reason = ERR_reason_error_string(error);
  if (reason != nullptr) {
    return reason;
  }
  return error == 0 ? "no reason given" : fmt::format("OpenSSL error {:08X}", error);
}

}  // namespace

std::string version_range(const TlsOptions& options) {
  if (options.min_version == options.max_version) {
    return std::string(name(options.min_version));
  }
  return fmt::format("{} to {}", name(options.min_version),
                     name(options.max_version).substr(sizeof("TLS ") - 1));
}

std::string take_openssl_reason() {
  const unsigned long error = ERR_get_error();
  ERR_clear_error();
  return reason_of(error);
}

Error take_tls_error(const TlsOptions& options) {
  const unsigned long error = ERR_get_error();
  ERR_clear_error();
  if (is_alert(error)) {
    return alert_error(ERR_GET_REASON(error) - SSL_AD_REASON_OFFSET, options);
  }
  const int reason = ERR_GET_LIB(error) == ERR_LIB_SSL ? ERR_GET_REASON(error) : 0;
  switch (reason) {
    case SSL_R_WRONG_VERSION_NUMBER:
      return {ErrorCode::tls_not_tls, "server does not speak TLS on this port"};
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_WRONG_SSL_VERSION:
      return {ErrorCode::tls_failed,
              fmt::format("server does not speak {}", version_range(options))};
    default:
      return {ErrorCode::tls_failed, fmt::format("TLS: {}", reason_of(error))};
  }
}

Error take_client_tls_error() {
  const unsigned long error = ERR_get_error();
  ERR_clear_error();
  if (!is_alert(error)) {
    return {ErrorCode::tls_failed, fmt::format("TLS with the client: {}", reason_of(error))};
  }
  const int number = ERR_GET_REASON(error) - SSL_AD_REASON_OFFSET;
  const bool distrusts = number == SSL_AD_BAD_CERTIFICATE || number == SSL_AD_UNKNOWN_CA ||
                         number == SSL_AD_CERTIFICATE_UNKNOWN;
  return {ErrorCode::tls_alert,
          fmt::format("client refused with TLS alert {} ({}){}", alert_name(number), number,
                      distrusts ? "; it does not trust our certificate" : "")};
}

std::optional<Error> client_not_tls(std::span<const std::byte> first_bytes) {
  const std::string_view bytes = as_text(first_bytes);
  if (begins_with_record(bytes)) {
    return std::nullopt;
  }
  return Error{ErrorCode::tls_not_tls,
               fmt::format("client does not speak TLS: it sent \"{}\"", escape(bytes, 24))};
}

std::optional<Error> not_tls(std::span<const std::byte> first_bytes) {
  const std::string_view bytes = as_text(first_bytes);
  if (begins_with_record(bytes)) {
    return std::nullopt;
  }
  const std::string what = bytes.starts_with("HTTP/")
                               ? "it answered in plain HTTP"
                               : fmt::format("it sent \"{}\"", escape(bytes, 24));
  return Error{ErrorCode::tls_not_tls,
               fmt::format("server does not speak TLS on this port: {}", what)};
}

}  // namespace wskit::net
