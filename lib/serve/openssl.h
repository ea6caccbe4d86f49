// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace wskit::serve {

/// Why OpenSSL's last call on this thread failed; clears its queue of errors.
[[nodiscard]] std::string last_openssl_error();

/// For readers of PEM, which would ask the terminal for a passphrase.
int no_passphrase(char* text, int size, int writing, void* user);

}  // namespace wskit::serve
