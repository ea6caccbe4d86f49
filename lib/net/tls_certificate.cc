// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "core/bytes.h"
#include "net/tls_error.h"

namespace wskit::net {
namespace {

constexpr std::size_t kMaxNames = 8;
constexpr std::size_t kMaxNameBytes = 80;

std::string common_name(const X509_NAME* subject) {
  const int index = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (index < 0) {
    return "(no name)";
  }
  const ASN1_STRING* const text = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, index));
  return escape({reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                 static_cast<std::size_t>(ASN1_STRING_length(text))},
                kMaxNameBytes);
}

std::string date(const ASN1_TIME* time) {
  std::tm fields{};
  if (ASN1_TIME_to_tm(time, &fields) != 1) {
    return "unreadable date";
  }
  return fmt::format("{:04}-{:02}-{:02}", fields.tm_year + 1900, fields.tm_mon + 1, fields.tm_mday);
}

std::string ip_text(const ASN1_OCTET_STRING* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = ASN1_STRING_length(address) == 4 ? AF_INET : AF_INET6;
  if (family == AF_INET6 && ASN1_STRING_length(address) != 16) {
    return "unreadable address";
  }
  inet_ntop(family, ASN1_STRING_get0_data(address), text.data(), text.size());
  return text.data();
}

std::string name_text(const GENERAL_NAME* entry) {
  int type = 0;
  const void* const value = GENERAL_NAME_get0_value(entry, &type);
  if (type == GEN_IPADD) {
    return ip_text(static_cast<const ASN1_OCTET_STRING*>(value));
  }
  if (type != GEN_DNS) {
    return {};
  }
  const auto* const text = static_cast<const ASN1_STRING*>(value);
  return escape({reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                 static_cast<std::size_t>(ASN1_STRING_length(text))},
                kMaxNameBytes);
}

std::vector<std::string> host_names(const X509* certificate) {
  const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> entries(
      static_cast<GENERAL_NAMES*>(
          X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
      &GENERAL_NAMES_free);
  std::vector<std::string> names;
  const int count = entries ? sk_GENERAL_NAME_num(entries.get()) : 0;
  for (int i = 0; i < count; ++i) {
    if (auto name = name_text(sk_GENERAL_NAME_value(entries.get(), i)); !name.empty()) {
      names.push_back(std::move(name));
    }
  }
  return names;
}

std::string wrong_name(const X509* certificate, std::string_view name) {
  std::vector<std::string> names = host_names(certificate);
  if (names.empty()) {
    return fmt::format(
        "certificate names no host ({} in its subject does not count, RFC 9525); ask for one with "
        "a subjectAltName",
        common_name(X509_get_subject_name(certificate)));
  }
  const std::size_t more = names.size() - std::min(names.size(), kMaxNames);
  names.resize(names.size() - more);
  return fmt::format("certificate is not for {} but for {}{}", name, fmt::join(names, ", "),
                     more == 0 ? "" : fmt::format(" and {} more", more));
}

std::string whose(X509_STORE_CTX& store, const X509* certificate) {
  if (X509_STORE_CTX_get_error_depth(&store) == 0) {
    return "certificate";
  }
  return fmt::format("certificate of the authority \"{}\"",
                     common_name(X509_get_subject_name(certificate)));
}

std::string certificate_reason(X509_STORE_CTX& store, std::string_view name) {
  const int error = X509_STORE_CTX_get_error(&store);
  const X509* const certificate = X509_STORE_CTX_get_current_cert(&store);
  if (certificate == nullptr) {
    return fmt::format("certificate: {}", X509_verify_cert_error_string(error));
  }
  switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return fmt::format("{} has expired ({})", whose(store, certificate),
                         date(X509_get0_notAfter(certificate)));
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return fmt::format("{} is not valid before {}", whose(store, certificate),
                         date(X509_get0_notBefore(certificate)));
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return "certificate is self-signed; --cacert FILE trusts it";
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return fmt::format("{} is not trusted; --cacert FILE trusts it", whose(store, certificate));
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return fmt::format(
          "certificate is signed by the unknown authority \"{}\"; --cacert FILE trusts it",
          common_name(X509_get_issuer_name(certificate)));
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return wrong_name(certificate, name);
    default:
      return fmt::format("{}: {}", whose(store, certificate), X509_verify_cert_error_string(error));
  }
}

}  // namespace

Error certificate_error(x509_store_ctx_st& store, std::string_view name) {
  return {ErrorCode::tls_certificate,
          fmt::format("{}; --insecure skips the check", certificate_reason(store, name))};
}

}  // namespace wskit::net
