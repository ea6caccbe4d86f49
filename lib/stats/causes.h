// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "core/error.h"

namespace wskit::stats {

/// How often each cause occurred, by the name of its ErrorCode.
using Causes = std::map<std::string, std::uint64_t>;

inline void raise(Causes& causes, ErrorCode code, std::uint64_t count = 1) {
  causes[std::string(name(code))] += count;
}

}  // namespace wskit::stats
