// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace wskit {

/// A library that wskit stands on, in the version it runs with.
struct LibraryVersion {
  std::string name;
  std::string version;
};

/// What lib/core uses; every folder with libraries of its own has such a function.
[[nodiscard]] std::vector<LibraryVersion> core_libraries();

}  // namespace wskit
