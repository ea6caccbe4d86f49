// SPDX-License-Identifier: MIT
#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "core/bytes.h"
#include "net/certificate.h"
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

std::string wrong_name(const X509* certificate, std::string_view name) {
  std::vector<std::string> names = describe(*certificate).names;
  for (std::string& host : names) {
    host = escape(host, kMaxNameBytes);
  }
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

}  // namespace

std::string distrust_reason(x509_store_ctx_st& store, std::string_view name) {
  const int error = X509_STORE_CTX_get_error(&store);
  const X509* const certificate = X509_STORE_CTX_get_current_cert(&store);
  if (certificate == nullptr) {
    return fmt::format("certificate: {}", X509_verify_cert_error_string(error));
  }
  switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return fmt::format("{} has expired ({})", whose(store, certificate),
                         date_text(describe(*certificate).not_after));
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return fmt::format("{} is not valid before {}", whose(store, certificate),
                         date_text(describe(*certificate).not_before));
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

Error certificate_error(std::string_view reason) {
  return {ErrorCode::tls_certificate, fmt::format("{}; --insecure skips the check", reason)};
}

}  // namespace wskit::net
