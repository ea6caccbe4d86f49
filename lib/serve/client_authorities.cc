// SPDX-License-Identifier: MIT
#include "serve/client_authorities.h"

#include <climits>

#include <libwebsockets.h>  // and with it OpenSSL's TLS
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "serve/identity.h"
#include "serve/openssl.h"
#include "serve/openssl_pointers.h"

namespace wskit::serve {
namespace {

// Without one a client that is asked for a certificate could not resume its session.
constexpr std::string_view kSessionContext = "wskit";

std::string common_name_at(const X509_NAME* subject, int index) {
  const X509_NAME_ENTRY* const entry = X509_NAME_get_entry(subject, index);
  unsigned char* text = nullptr;
  const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(entry));
  std::string name;
  if (size > 0) {
    name.assign(reinterpret_cast<const char*>(text), static_cast<std::size_t>(size));
  }
  OPENSSL_free(text);
  return name;
}

std::string whole_name(const X509_NAME* subject) {
  const BioPointer buffer(BIO_new(BIO_s_mem()));
  constexpr unsigned long kFlags =
      XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB);
  if (buffer == nullptr || X509_NAME_print_ex(buffer.get(), subject, 0, kFlags) < 0) {
    return {};
  }
  char* text = nullptr;
  const long size = BIO_get_mem_data(buffer.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

}  // namespace

struct ClientAuthorities::Links {
  std::vector<X509Pointer> all;
};

Expected<ClientAuthorities> ClientAuthorities::from_pem(std::string_view pem) {
  if (pem.size() > INT_MAX) {
    return fail(ErrorCode::usage, "the file is too long");
  }
  const BioPointer text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  auto links = std::make_shared<Links>();
  while (X509* link = PEM_read_bio_X509(text.get(), nullptr, no_passphrase, nullptr)) {
    links->all.emplace_back(link);
  }
  const int reason = ERR_GET_REASON(ERR_peek_last_error());
  ERR_clear_error();
  if (links->all.empty() || reason != PEM_R_NO_START_LINE) {
    return fail(ErrorCode::usage,
                links->all.empty() ? "no certificate in PEM" : "one of the certificates is broken");
  }
  return ClientAuthorities(std::move(links));
}

std::vector<X509*> ClientAuthorities::certificates() const {
  std::vector<X509*> certificates;
  for (const X509Pointer& link : links_->all) {
    certificates.push_back(link.get());
  }
  return certificates;
}

bool ClientAuthorities::set_up(ssl_ctx_st* context) const {
  for (const X509Pointer& link : links_->all) {
    if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context), link.get()) != 1 ||
        SSL_CTX_add_client_CA(context, link.get()) != 1) {
      return false;
    }
  }
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_CLIENT_ONCE, nullptr);
  return SSL_CTX_set_session_id_context(
             context, reinterpret_cast<const unsigned char*>(kSessionContext.data()),
             kSessionContext.size()) == 1;
}

std::string subject_of(const x509_st* certificate) {
  const X509_NAME* const subject = X509_get_subject_name(certificate);
  const int first = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  const bool only = first >= 0 && X509_NAME_get_index_by_NID(subject, NID_commonName, first) < 0;
  const std::string user = only ? common_name_at(subject, first) : whole_name(subject);
  return check_user(user) ? user : std::string();
}

}  // namespace wskit::serve
