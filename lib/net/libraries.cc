// SPDX-License-Identifier: MIT
#include "net/libraries.h"

#include <openssl/crypto.h>

namespace wskit::net {

std::vector<LibraryVersion> libraries() {
  // liburing has no version in its headers; the build takes it from pkg-config.
  return {{"openssl", OpenSSL_version(OPENSSL_VERSION_STRING)},
          {"liburing", WSKIT_LIBURING_VERSION}};
}

}  // namespace wskit::net
