// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <string>

namespace wskit::cli {

/// wskit and every library that it runs with, by name: the "versions" of a result file.
[[nodiscard]] std::map<std::string, std::string> versions();

/// What --version prints, without its last line end: versions and the input and output backends of
/// this kernel.
[[nodiscard]] std::string version_text();

}  // namespace wskit::cli
