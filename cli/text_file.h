// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "core/error.h"

namespace wskit::cli {

/// The whole content of a file. Fails with ErrorCode::unreadable_file and the system's reason.
[[nodiscard]] Expected<std::string> read_text_file(const std::string& path);

}  // namespace wskit::cli
