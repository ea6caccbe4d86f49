// SPDX-License-Identifier: MIT
#include "core/library_version.h"

#include <fmt/core.h>

#include "core/json.h"

namespace wskit {

std::vector<LibraryVersion> core_libraries() {
  constexpr int kMajor = FMT_VERSION / 10'000;
  constexpr int kMinor = FMT_VERSION / 100 % 100;
  constexpr int kPatch = FMT_VERSION % 100;
  return {{"fmt", fmt::format("{}.{}.{}", kMajor, kMinor, kPatch)},
          {"nlohmann-json", fmt::format("{}.{}.{}", NLOHMANN_JSON_VERSION_MAJOR,
                                        NLOHMANN_JSON_VERSION_MINOR, NLOHMANN_JSON_VERSION_PATCH)}};
}

}  // namespace wskit
