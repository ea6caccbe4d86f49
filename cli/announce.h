// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "core/error.h"

namespace CLI {
class App;
}

namespace wskit::cli {

/// --ready-file of whatever listens.
void add_ready_file(CLI::App& app, std::string& ready_file, const std::string& group);

/// Says where connections are accepted: in the ready file, if its name is not empty, and as the
/// first line of standard output, which whoever started us waits for.
[[nodiscard]] Expected<void> announce(const std::string& url, const std::string& ready_file);

}  // namespace wskit::cli
