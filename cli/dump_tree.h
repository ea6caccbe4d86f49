// SPDX-License-Identifier: MIT
#pragma once

#include "core/json.h"

namespace CLI {
class App;
}

namespace wskit::cli {

/// The commands and options of `app` as the program knows them, hidden ones left out: what man
/// pages and completions are generated from (scripts/generate-docs).
[[nodiscard]] Json dump_tree(const CLI::App& app);

/// Adds the hidden option --dump-options, which prints dump_tree(app) and ends parsing.
void add_dump_option(CLI::App& app);

}  // namespace wskit::cli
