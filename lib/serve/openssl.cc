// SPDX-License-Identifier: MIT
#include "serve/openssl.h"

#include <openssl/err.h>

namespace wskit::serve {

std::string last_openssl_error() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  const char* reason = ERR_reason_error_string(code);
  return reason == nullptr ? "unknown error" : reason;
}

// NOLINTNEXTLINE(readability-non-const-parameter): OpenSSL says what its type is.
int no_passphrase(char* /*text*/, int /*size*/, int /*writing*/, void* /*user*/) {
  return -1;
}

}  // namespace wskit::serve
