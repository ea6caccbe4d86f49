// SPDX-License-Identifier: MIT
#pragma once

#include <cstdio>
#include <memory>
#include <string>

#include <openssl/pem.h>

#include "net/tls_context.h"
#include "tests/support/catch.h"
#include "tests/support/tls_peer.h"

namespace wskit::test {

/// A certificate of make-certificates with its key, for servers of ours.
class TestIdentity {
 public:
  explicit TestIdentity(const std::string& name = "server")
      : certificate_(PEM_read_X509(open(name + ".pem").get(), nullptr, nullptr, nullptr),
                     &X509_free),
        key_(PEM_read_PrivateKey(open(name + ".key").get(), nullptr, nullptr, nullptr),
             &EVP_PKEY_free) {
    REQUIRE(certificate_ != nullptr);
    REQUIRE(key_ != nullptr);
  }

  [[nodiscard]] net::TlsIdentity get() const {
    return {.certificate = certificate_.get(), .key = key_.get()};
  }

 private:
  using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;
  static File open(const std::string& name) {
    File file(std::fopen(certificate_path(name).c_str(), "r"), &std::fclose);
    REQUIRE(file != nullptr);
    return file;
  }

  std::unique_ptr<X509, decltype(&X509_free)> certificate_;
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
};

}  // namespace wskit::test
