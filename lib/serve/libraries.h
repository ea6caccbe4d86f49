// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "core/library_version.h"

namespace wskit::serve {

/// libwebsockets and libev.
[[nodiscard]] std::vector<LibraryVersion> libraries();

}  // namespace wskit::serve
