// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "core/library_version.h"

namespace wskit::net {

/// OpenSSL and liburing.
[[nodiscard]] std::vector<LibraryVersion> libraries();

}  // namespace wskit::net
