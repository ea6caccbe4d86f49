// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "report/terminal.h"

namespace wskit::cli {

/// How text for `descriptor` may look: colours go by `color` (auto, always, never), NO_COLOR and
/// whether it is a terminal, blocks by the locale, the width by the terminal.
[[nodiscard]] report::TextOptions text_options(const std::string& color, int descriptor);

}  // namespace wskit::cli
