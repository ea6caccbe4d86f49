// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "core/library_version.h"

namespace wskit::wire {

/// zlib.
[[nodiscard]] std::vector<LibraryVersion> libraries();

}  // namespace wskit::wire
