// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "core/error.h"

namespace wskit::cli {

/// Opens those of the descriptors 0, 1 and 2 that are closed on /dev/null, for reading: no file or
/// socket takes their number, and writing to them fails as it did. First thing in main().
void reserve_standard_descriptors();

/// Writes to standard output and flushes it. Fails with ErrorCode::unwritable_file and the reason.
[[nodiscard]] Expected<void> print(std::string_view text);

/// Writes to standard error; if that fails there is nobody to tell.
void say(std::string_view text) noexcept;

}  // namespace wskit::cli
