// SPDX-License-Identifier: MIT
#pragma once

#include "stats/run_result.h"

namespace wskit::load {

/// What this process has cost so far: user and system time, and the most memory that it has held
/// at one time (the kernel's VmHWM). Says nothing about single threads.
[[nodiscard]] stats::Generator usage_of_process();

}  // namespace wskit::load
