// SPDX-License-Identifier: MIT
#include "net/tls_context.h"

#include <sys/stat.h>

#include <cstdio>

#include "tests/net/tls/memory_pair.h"
#include "tests/support/catch.h"

using namespace wskit::test;
using wskit::Error;
using wskit::ErrorCode;
using wskit::net::TlsContext;
using wskit::net::TlsOptions;
using wskit::net::TlsVersion;

namespace {

Error refused(const TlsOptions& options) {
  const auto context = TlsContext::create(options);
  REQUIRE_FALSE(context);
  return context.error();
}

}  // namespace

TEST_CASE("options that contradict each other are refused") {
  TlsOptions options;
  SECTION("versions") {
    options.min_version = TlsVersion::tls1_3;
    options.max_version = TlsVersion::tls1_2;
    CHECK(refused(options).code == ErrorCode::usage);
    CHECK(refused(options).message == "lowest version TLS 1.3 is above the highest, TLS 1.2");
  }
  SECTION("a key without a certificate") {
    options.key_file = "client.key";
    CHECK(refused(options).code == ErrorCode::usage);
    CHECK(refused(options).message == "key client.key without a certificate");
  }
  SECTION("the key of another certificate") {
    options.certificate_file = certificate_path("client.pem");
    options.key_file = certificate_path("server.key");
    CHECK(refused(options).code == ErrorCode::usage);
    CHECK(refused(options).message.ends_with("server.key does not belong to certificate " +
                                             certificate_path("client.pem")));
  }
}

TEST_CASE("unknown ciphers are refused by name") {
  TlsOptions options;
  options.ciphers = "NO-SUCH";
  CHECK(refused(options).code == ErrorCode::usage);
  CHECK(refused(options).message == "ciphers 'NO-SUCH': no cipher match");
  options.ciphers.clear();
  options.ciphersuites = "NO-SUCH";
  CHECK(refused(options).code == ErrorCode::usage);
  CHECK(refused(options).message == "ciphersuites 'NO-SUCH': no cipher match");
}

TEST_CASE("files that cannot be read are named with the reason") {
  TlsOptions options;
  SECTION("trusted certificates that are not there") {
    options.ca_file = "/no/such/ca.pem";
    CHECK(refused(options).message ==
          "read trusted certificates from /no/such/ca.pem: No such file or directory");
  }
  SECTION("trusted certificates that are none") {
    options.ca_file = certificate_path("ca.key");
    CHECK(refused(options).message ==
          "read trusted certificates from " + options.ca_file + ": no certificate or crl found");
  }
  SECTION("a certificate that is not there") {
    options.certificate_file = "/no/such/client.pem";
    CHECK(refused(options).message ==
          "read certificate /no/such/client.pem: No such file or directory");
  }
  SECTION("a key that is not there") {
    options.certificate_file = certificate_path("client.pem");
    options.key_file = "/no/such/client.key";
    CHECK(refused(options).message == "read key /no/such/client.key: No such file or directory");
  }
  SECTION("a certificate without its key") {
    options.certificate_file = certificate_path("client.pem");
    CHECK(refused(options).message == "read key " + options.certificate_file + ": unsupported");
  }
  SECTION("a directory") {
    options.ca_file = certificate_path("");
    CHECK(refused(options).message ==
          "read trusted certificates from " + options.ca_file + ": Is a directory");
  }
  SECTION("an encrypted key without a password") {
    options.certificate_file = certificate_path("client.pem");
    options.key_file = certificate_path("client-encrypted.key");
    CHECK(refused(options).message ==
          "key " + options.key_file + " is encrypted; --pass gives its password");
  }
  SECTION("an encrypted key with the wrong password") {
    options.certificate_file = certificate_path("client.pem");
    options.key_file = certificate_path("client-encrypted.key");
    options.key_password = "wrong";
    CHECK(refused(options).message ==
          "key " + options.key_file + " cannot be read with that password");
  }
  CHECK(refused(options).code == ErrorCode::unreadable_file);
}

TEST_CASE("a key log is made for its owner alone and must be writable") {
  TlsOptions options;
  options.key_log_file = certificate_path("key-log-mode-test");
  std::remove(options.key_log_file.c_str());
  CHECK(TlsContext::create(options));
  struct stat file{};
  REQUIRE(::stat(options.key_log_file.c_str(), &file) == 0);
  CHECK((file.st_mode & 0777) == 0600);
  std::remove(options.key_log_file.c_str());

  options.key_log_file = "/no/such/keys";
  CHECK(refused(options).code == ErrorCode::unwritable_file);
  CHECK(refused(options).message == "write the key log /no/such/keys: No such file or directory");
}

TEST_CASE("a CA directory is used as well as a file") {
  TlsOptions options;
  options.ca_directory = WSKIT_TEST_CERTIFICATES;
  // It is not hashed, so that nothing is found: the directory replaces the system's trust.
  MemoryPair pair(options, TlsServerContext());
  pair.settle();
  CHECK(pair.client->error.code == ErrorCode::tls_certificate);
}
