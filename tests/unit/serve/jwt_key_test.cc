// SPDX-License-Identifier: MIT
#include "serve/jwt_key.h"

#include <memory>
#include <string>
#include <string_view>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "core/base64.h"
#include "tests/support/catch.h"
#include "tests/support/jwt_examples.h"

using namespace wskit;
using namespace wskit::serve;
using namespace wskit::test;

namespace {

std::string_view message_of(std::string_view token) {
  return token.substr(0, token.rfind('.'));
}

std::string signature_of(std::string_view token) {
  return base64url_decode(token.substr(token.rfind('.') + 1)).value();
}

bool accepts(const JwtKey& key, std::string_view token) {
  return key.verify(message_of(token), signature_of(token));
}

// Takes over the key.
std::string to_pem(EVP_PKEY* key, bool is_private = false) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> owned(key, EVP_PKEY_free);
  const std::unique_ptr<BIO, decltype(&BIO_free)> memory(BIO_new(BIO_s_mem()), BIO_free);
  if (is_private) {
    PEM_write_bio_PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  } else {
    PEM_write_bio_PUBKEY(memory.get(), key);
  }
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string refusal_of_pem(std::string_view pem) {
  const auto key = JwtKey::from_pem(pem);
  return key ? "" : key.error().message;
}

}  // namespace

TEST_CASE("the signatures that RFC 7515 and RFC 8037 show are good") {
  CHECK(accepts(JwtKey::from_secret(base64url_decode(kRfcSecret).value()).value(), kRfcHs256));
  CHECK(accepts(JwtKey::from_pem(kRfcRsaKey).value(), kRfcRs256));
  CHECK(accepts(JwtKey::from_pem(kRfcEcKey).value(), kRfcEs256));
  CHECK(accepts(JwtKey::from_pem(kRfcEdKey).value(), kRfcEdDsa));
}

TEST_CASE("a signature is good for its message, its key and its full length alone") {
  const struct {
    JwtKey key;
    std::string_view token;
  } examples[] = {
      {JwtKey::from_secret(base64url_decode(kRfcSecret).value()).value(), kRfcHs256},
      {JwtKey::from_pem(kRfcRsaKey).value(), kRfcRs256},
      {JwtKey::from_pem(kRfcEcKey).value(), kRfcEs256},
      {JwtKey::from_pem(kRfcEdKey).value(), kRfcEdDsa},
  };
  for (const auto& [key, token] : examples) {
    const std::string signature = signature_of(token);
    CHECK_FALSE(key.verify("another message", signature));
    CHECK_FALSE(key.verify(message_of(token), ""));
    CHECK_FALSE(key.verify(message_of(token), signature + '\0'));
    CHECK_FALSE(key.verify(message_of(token), std::string(signature.size(), '\0')));
    CHECK_FALSE(key.verify(message_of(token), signature.substr(0, signature.size() - 1)));
    std::size_t taken = 0;
    for (std::size_t i = 0; i < signature.size(); ++i) {
      std::string changed = signature;
      changed[i] = static_cast<char>(changed[i] ^ 1);
      taken += key.verify(message_of(token), changed) ? 1U : 0U;
    }
    CHECK(taken == 0);
  }
}

TEST_CASE("a key is bound to the algorithm of its kind") {
  CHECK(JwtKey::from_secret(std::string(32, 'x')).value().algorithm() == JwtAlgorithm::hs256);
  CHECK(JwtKey::from_pem(kRfcRsaKey).value().algorithm() == JwtAlgorithm::rs256);
  CHECK(JwtKey::from_pem(kRfcEcKey).value().algorithm() == JwtAlgorithm::es256);
  CHECK(JwtKey::from_pem(kRfcEdKey).value().algorithm() == JwtAlgorithm::eddsa);
}

TEST_CASE("algorithms have the names of RFC 7518, RFC 8037 and RFC 9864, and none is not one") {
  CHECK(parse_jwt_algorithm("HS256") == JwtAlgorithm::hs256);
  CHECK(parse_jwt_algorithm("RS256") == JwtAlgorithm::rs256);
  CHECK(parse_jwt_algorithm("ES256") == JwtAlgorithm::es256);
  CHECK(parse_jwt_algorithm("EdDSA") == JwtAlgorithm::eddsa);
  CHECK(parse_jwt_algorithm("Ed25519") == JwtAlgorithm::eddsa);
  for (const char* const other : {"none", "None", "hs256", "HS512", "PS256", "ES384", ""}) {
    CHECK_FALSE(parse_jwt_algorithm(other));
  }
  CHECK(name(JwtAlgorithm::eddsa) == "EdDSA");
}

TEST_CASE("a secret that RFC 7518 calls too short is refused, and not quoted") {
  const auto key = JwtKey::from_secret("correct horse");
  REQUIRE_FALSE(key);
  CHECK(key.error().code == ErrorCode::usage);
  CHECK(key.error().message ==
        "a secret of 13 bytes; HS256 needs 32 (RFC 7518), for example from openssl rand -base64 "
        "32");
}

TEST_CASE("a key that no algorithm here can use is refused with what it is") {
  CHECK(refusal_of_pem(to_pem(EVP_RSA_gen(1024))) ==
        "an RSA key of 1024 bits; RS256 needs 2048 (RFC 7518)");
  CHECK(refusal_of_pem(to_pem(EVP_EC_gen("P-384"))) ==
        "an EC key on secp384r1; ES256 needs P-256 (prime256v1)");
  CHECK(refusal_of_pem(to_pem(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED448"))) ==
        "a key of type ED448; RSA, P-256 and Ed25519 keys can be used");
  CHECK(refusal_of_pem(to_pem(EVP_EC_gen("P-256"), true)) ==
        "a private key; a server has the public one, from openssl pkey -in FILE -pubout");
  for (const std::string_view text : {"", "hello", "-----BEGIN PUBLIC KEY-----\nAAAA\n"}) {
    CHECK(refusal_of_pem(text) == "no public key and no certificate in PEM");
  }
}
