// SPDX-License-Identifier: MIT
#include "serve/jwt_key.h"

#include <algorithm>
#include <array>
#include <climits>
#include <string>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "serve/openssl.h"
#include "serve/openssl_pointers.h"

namespace wskit::serve {
namespace {

using DigestPointer = std::unique_ptr<EVP_MD_CTX, OpensslFree<EVP_MD_CTX_free>>;
using NumberPointer = std::unique_ptr<BIGNUM, OpensslFree<BN_free>>;
using PairPointer = std::unique_ptr<ECDSA_SIG, OpensslFree<ECDSA_SIG_free>>;

constexpr std::size_t kSha256Bytes = 32;
constexpr std::size_t kMinSecretBytes = kSha256Bytes;
constexpr int kMinRsaBits = 2048;
constexpr std::size_t kP256Bytes = 32;  // of r, and of s
// A sequence of two integers, each of which may need a zero byte in front.
constexpr std::size_t kMaxP256DerBytes = 2 + 2 * (2 + 1 + kP256Bytes);

struct AlgorithmName {
  std::string_view name;
  JwtAlgorithm algorithm;
};

constexpr std::array kAlgorithmNames{
    AlgorithmName{"HS256", JwtAlgorithm::hs256},   AlgorithmName{"RS256", JwtAlgorithm::rs256},
    AlgorithmName{"ES256", JwtAlgorithm::es256},   AlgorithmName{"EdDSA", JwtAlgorithm::eddsa},
    AlgorithmName{"Ed25519", JwtAlgorithm::eddsa},
};

const unsigned char* octets(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

std::unexpected<Error> refuse_key(std::string why) {
  ERR_clear_error();
  return fail(ErrorCode::usage, std::move(why));
}

BioPointer read_from(std::string_view pem) {
  return BioPointer(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

KeyPointer read_public_key(std::string_view pem) {
  auto text = read_from(pem);
  const X509Pointer certificate(PEM_read_bio_X509(text.get(), nullptr, no_passphrase, nullptr));
  if (certificate != nullptr) {
    return KeyPointer(X509_get_pubkey(certificate.get()));
  }
  text = read_from(pem);
  return KeyPointer(PEM_read_bio_PUBKEY(text.get(), nullptr, no_passphrase, nullptr));
}

Expected<JwtAlgorithm> accept_rsa(const EVP_PKEY* key) {
  const int bits = EVP_PKEY_get_bits(key);
  if (bits < kMinRsaBits) {
    return refuse_key(
        fmt::format("an RSA key of {} bits; RS256 needs {} (RFC 7518)", bits, kMinRsaBits));
  }
  return JwtAlgorithm::rs256;
}

Expected<JwtAlgorithm> accept_ec(const EVP_PKEY* key) {
  std::array<char, 64> curve{"an unnamed curve"};
  (void)EVP_PKEY_get_group_name(key, curve.data(), curve.size(), nullptr);
  if (std::string_view(curve.data()) != SN_X9_62_prime256v1) {
    return refuse_key(fmt::format("an EC key on {}; ES256 needs P-256 (prime256v1)", curve.data()));
  }
  return JwtAlgorithm::es256;
}

Expected<JwtAlgorithm> algorithm_for(const EVP_PKEY* key) {
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
      return accept_rsa(key);
    case EVP_PKEY_EC:
      return accept_ec(key);
    case EVP_PKEY_ED25519:
      return JwtAlgorithm::eddsa;
    default:
      break;
  }
  const char* const type = EVP_PKEY_get0_type_name(key);
  return refuse_key(fmt::format("a key of type {}; RSA, P-256 and Ed25519 keys can be used",
                                type == nullptr ? "unknown" : type));
}

// JSON Web Signatures have the two numbers one after the other, OpenSSL wants them in DER.
std::string to_der(std::string_view pair) {
  NumberPointer r(BN_bin2bn(octets(pair), kP256Bytes, nullptr));
  NumberPointer s(BN_bin2bn(octets(pair) + kP256Bytes, kP256Bytes, nullptr));
  const PairPointer signature(ECDSA_SIG_new());
  if (r == nullptr || s == nullptr || signature == nullptr ||
      ECDSA_SIG_set0(signature.get(), r.get(), s.get()) != 1) {
    return {};
  }
  (void)r.release();  // it owns both now
  (void)s.release();
  std::array<unsigned char, kMaxP256DerBytes> der{};
  unsigned char* end = der.data();
  const int size = i2d_ECDSA_SIG(signature.get(), &end);
  return {der.begin(), der.begin() + std::max(size, 0)};
}

bool verify_mac(std::string_view secret, std::string_view message, std::string_view mac) {
  std::array<unsigned char, kSha256Bytes> expected{};
  return mac.size() == kSha256Bytes &&
         HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), octets(message),
              message.size(), expected.data(), nullptr) != nullptr &&
         CRYPTO_memcmp(expected.data(), mac.data(), kSha256Bytes) == 0;
}

bool verify_signature(EVP_PKEY* key, const EVP_MD* digest, std::string_view message,
                      std::string_view signature) {
  const DigestPointer context(EVP_MD_CTX_new());
  const bool good = context != nullptr &&
                    EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key) == 1 &&
                    EVP_DigestVerify(context.get(), octets(signature), signature.size(),
                                     octets(message), message.size()) == 1;
  ERR_clear_error();  // a signature that is not good leaves some
  return good;
}

}  // namespace

/// Either a secret or a public key.
struct JwtKey::Material {
  std::string secret;
  KeyPointer key;

  explicit Material(std::string_view text) : secret(text) {}
  explicit Material(KeyPointer public_key) : key(std::move(public_key)) {}
  Material(const Material&) = delete;
  Material& operator=(const Material&) = delete;
  ~Material() { OPENSSL_cleanse(secret.data(), secret.size()); }
};

std::optional<JwtAlgorithm> parse_jwt_algorithm(std::string_view name) {
  const auto* const found = std::ranges::find(kAlgorithmNames, name, &AlgorithmName::name);
  return found == kAlgorithmNames.end() ? std::nullopt : std::optional(found->algorithm);
}

std::string_view name(JwtAlgorithm algorithm) {
  return std::ranges::find(kAlgorithmNames, algorithm, &AlgorithmName::algorithm)->name;
}

Expected<JwtKey> JwtKey::from_secret(std::string_view secret) {
  if (secret.size() < kMinSecretBytes) {
    return refuse_key(
        fmt::format("a secret of {} bytes; HS256 needs {} (RFC 7518), for example from "
                    "openssl rand -base64 32",
                    secret.size(), kMinSecretBytes));
  }
  if (secret.size() > INT_MAX) {
    return refuse_key("the secret is too long");
  }
  return JwtKey(JwtAlgorithm::hs256, std::make_shared<const Material>(secret));
}

Expected<JwtKey> JwtKey::from_pem(std::string_view pem) {
  if (pem.size() > INT_MAX) {
    return refuse_key("the file is too long");
  }
  KeyPointer key = read_public_key(pem);
  if (key == nullptr) {
    return refuse_key(pem.find("PRIVATE KEY-----") == std::string_view::npos
                          ? "no public key and no certificate in PEM"
                          : "a private key; a server has the public one, from "
                            "openssl pkey -in FILE -pubout");
  }
  const auto algorithm = algorithm_for(key.get());
  if (!algorithm) {
    return std::unexpected(algorithm.error());
  }
  ERR_clear_error();  // of the attempts to read it as something else
  return JwtKey(*algorithm, std::make_shared<const Material>(std::move(key)));
}

bool JwtKey::verify(std::string_view message, std::string_view signature) const {
  switch (algorithm_) {
    case JwtAlgorithm::hs256:
      return verify_mac(material_->secret, message, signature);
    case JwtAlgorithm::rs256:
      return verify_signature(material_->key.get(), EVP_sha256(), message, signature);
    case JwtAlgorithm::es256:
      return signature.size() == 2 * kP256Bytes &&
             verify_signature(material_->key.get(), EVP_sha256(), message, to_der(signature));
    case JwtAlgorithm::eddsa:
      return verify_signature(material_->key.get(), nullptr, message, signature);
  }
  return false;
}

}  // namespace wskit::serve
