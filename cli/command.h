// SPDX-License-Identifier: MIT
#pragma once

#include <functional>

namespace wskit::cli {

/// What the command line asked for: parsing only stores it, main runs it; its result is the
/// process's exit code.
using Command = std::function<int()>;

}  // namespace wskit::cli
