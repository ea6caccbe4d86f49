// SPDX-License-Identifier: MIT
#include "serve/client_authorities.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <openssl/x509.h>

#include "tests/support/catch.h"

using namespace wskit;

namespace {

using Names = std::vector<std::pair<const char*, std::string>>;

// The user that a certificate with such a subject is for.
std::string user_with(const Names& subject) {
  X509* const certificate = X509_new();
  X509_NAME* const name = X509_get_subject_name(certificate);
  for (const auto& [field, value] : subject) {
    X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(value.data()),
                               static_cast<int>(value.size()), -1, 0);
  }
  std::string user = serve::subject_of(certificate);
  X509_free(certificate);
  return user;
}

}  // namespace

TEST_CASE("the user of a client certificate is its common name") {
  CHECK(user_with({{"CN", "ann"}}) == "ann");
  CHECK(user_with({{"O", "Example"}, {"CN", "J\xC3\xB6rg"}}) == "J\xC3\xB6rg");
}

TEST_CASE("without one common name it is the whole subject") {
  CHECK(user_with({{"O", "Example, Inc."}, {"OU", "Sales"}}) == R"(OU=Sales,O=Example\, Inc.)");
  CHECK(user_with({{"CN", "ann"}, {"CN", "bob"}}) == "CN=bob,CN=ann");
}

TEST_CASE("a certificate whose name could be mistaken for another is for nobody") {
  CHECK(user_with({{"CN", std::string("ann\0.example", 12)}}).empty());
  CHECK(user_with({{"CN", "ann\n"}}).empty());
  CHECK(user_with({}).empty());
}
