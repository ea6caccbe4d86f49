// SPDX-License-Identifier: MIT
#include "serve/certificate.h"

#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "serve/openssl.h"
#include "serve/openssl_pointers.h"

namespace wskit::serve {
namespace {

using ExtensionPointer = std::unique_ptr<X509_EXTENSION, OpensslFree<X509_EXTENSION_free>>;

constexpr long kHour = 3600;
constexpr long kValidSeconds = 30 * 24 * kHour;

std::unexpected<Error> refuse(std::string_view what, const std::string& file,
                              std::string_view why) {
  return fail(ErrorCode::usage, fmt::format("{} {}: {}", what, file, why));
}

Expected<BioPointer> open_file(std::string_view what, const std::string& file) {
  if (std::error_code unknown; std::filesystem::is_directory(file, unknown)) {
    return refuse(what, file, std::generic_category().message(EISDIR));
  }
  BioPointer bio(BIO_new_file(file.c_str(), "r"));
  if (bio == nullptr) {
    const int error = errno;
    ERR_clear_error();
    return refuse(what, file, std::generic_category().message(error));
  }
  return bio;
}

std::string_view advice_on_key() {
  const int reason = ERR_GET_REASON(ERR_peek_last_error());
  return reason == PEM_R_BAD_PASSWORD_READ || reason == PEM_R_PROBLEMS_GETTING_PASSWORD
             ? "it needs a passphrase; remove it with openssl pkey -in FILE -out NEW"
             : "";
}

}  // namespace

struct Certificate::Parts {
  X509Pointer certificate;
  KeyPointer key;
  std::vector<X509Pointer> chain;
};

Expected<Certificate> Certificate::load(const std::string& certificate_file,
                                        const std::string& key_file) {
  auto parts = std::make_shared<Parts>();
  auto bio = open_file("certificate", certificate_file);
  if (!bio) {
    return std::unexpected(std::move(bio.error()));
  }
  parts->certificate.reset(PEM_read_bio_X509(bio->get(), nullptr, no_passphrase, nullptr));
  if (parts->certificate == nullptr) {
    return refuse("certificate", certificate_file,
                  "no certificate in PEM: " + last_openssl_error());
  }
  while (X509* next = PEM_read_bio_X509(bio->get(), nullptr, no_passphrase, nullptr)) {
    parts->chain.emplace_back(next);
  }
  ERR_clear_error();

  bio = open_file("key", key_file);
  if (!bio) {
    return std::unexpected(std::move(bio.error()));
  }
  parts->key.reset(PEM_read_bio_PrivateKey(bio->get(), nullptr, no_passphrase, nullptr));
  if (parts->key == nullptr) {
    const std::string advice(advice_on_key());
    const std::string reason = last_openssl_error();
    return refuse("key", key_file, advice.empty() ? "no private key in PEM: " + reason : advice);
  }
  if (X509_check_private_key(parts->certificate.get(), parts->key.get()) != 1) {
    ERR_clear_error();
    return refuse("key", key_file, "it does not belong to certificate " + certificate_file);
  }
  return Certificate(std::move(parts));
}

namespace {

bool add_extension(X509* certificate, int id, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const ExtensionPointer extension(X509V3_EXT_conf_nid(nullptr, &context, id, value));
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool set_random_serial(X509* certificate) {
  std::array<unsigned char, 8> bytes{};
  if (RAND_bytes(bytes.data(), bytes.size()) != 1) {
    return false;
  }
  std::uint64_t serial = 1;  // never zero
  for (const unsigned char byte : bytes) {
    serial = (serial << 7U) ^ byte;
  }
  return ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1U) == 1;
}

bool set_names(X509* certificate, const char* common_name) {
  X509_NAME* name = X509_get_subject_name(certificate);
  const auto* text = reinterpret_cast<const unsigned char*>(common_name);
  return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0) == 1 &&
         X509_set_issuer_name(certificate, name) == 1;
}

// Not a CA: a client that trusts it trusts this one server.
bool fill_in(X509* certificate, EVP_PKEY* key, CertificateFlaw flaw) {
  const bool expired = flaw == CertificateFlaw::expired;
  const bool misnamed = flaw == CertificateFlaw::wrong_name;
  const char* const names = misnamed ? "DNS:wrong.invalid" : "DNS:localhost,IP:127.0.0.1,IP:::1";
  return X509_set_version(certificate, X509_VERSION_3) == 1 && set_random_serial(certificate) &&
         X509_gmtime_adj(X509_getm_notBefore(certificate), expired ? -kValidSeconds : -kHour) !=
             nullptr &&
         X509_gmtime_adj(X509_getm_notAfter(certificate), expired ? -kHour : kValidSeconds) !=
             nullptr &&
         set_names(certificate, misnamed ? "wrong.invalid" : "localhost") &&
         X509_set_pubkey(certificate, key) == 1 &&
         add_extension(certificate, NID_basic_constraints, "critical,CA:FALSE") &&
         add_extension(certificate, NID_key_usage, "critical,digitalSignature") &&
         add_extension(certificate, NID_ext_key_usage, "serverAuth") &&
         add_extension(certificate, NID_subject_key_identifier, "hash") &&
         add_extension(certificate, NID_subject_alt_name, names) &&
         X509_sign(certificate, key, EVP_sha256()) != 0;
}

}  // namespace

Expected<Certificate> Certificate::make_self_signed(CertificateFlaw flaw) {
  auto parts = std::make_shared<Parts>();
  parts->key.reset(EVP_EC_gen("P-256"));
  parts->certificate.reset(X509_new());
  if (parts->key == nullptr || parts->certificate == nullptr ||
      !fill_in(parts->certificate.get(), parts->key.get(), flaw)) {
    return fail(ErrorCode::internal, "make a self-signed certificate: " + last_openssl_error());
  }
  return Certificate(std::move(parts));
}

Expected<FlawedCertificates> FlawedCertificates::make() {
  auto expired = Certificate::make_self_signed(CertificateFlaw::expired);
  if (!expired) {
    return std::unexpected(std::move(expired.error()));
  }
  auto wrong_name = Certificate::make_self_signed(CertificateFlaw::wrong_name);
  if (!wrong_name) {
    return std::unexpected(std::move(wrong_name.error()));
  }
  return FlawedCertificates{.expired = *std::move(expired), .wrong_name = *std::move(wrong_name)};
}

std::string Certificate::pem() const {
  const BioPointer memory(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(memory.get(), parts_->certificate.get());
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string Certificate::fingerprint() const {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  X509_digest(parts_->certificate.get(), EVP_sha256(), digest.data(), &size);
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    text += fmt::format("{}{:02X}", i == 0 ? "" : ":", digest.at(i));
  }
  return text;
}

X509* Certificate::certificate() const {
  return parts_->certificate.get();
}

EVP_PKEY* Certificate::key() const {
  return parts_->key.get();
}

std::vector<X509*> Certificate::chain() const {
  std::vector<X509*> links;
  for (const X509Pointer& link : parts_->chain) {
    links.push_back(link.get());
  }
  return links;
}

}  // namespace wskit::serve
