// SPDX-License-Identifier: MIT
#include "net/tls_options.h"

namespace wskit::net {

std::string_view name(TlsVersion version) noexcept {
  return version == TlsVersion::tls1_2 ? "TLS 1.2" : "TLS 1.3";
}

}  // namespace wskit::net
