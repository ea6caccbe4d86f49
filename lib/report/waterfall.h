// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "core/clock.h"
#include "report/terminal.h"

namespace wskit::report {

/// One step of something that took time, from its beginning to its end after the common start.
struct Step {
  std::string label;
  Nanoseconds from{0};
  Nanoseconds to{0};
  Style style = Style::plain;
};

/// A line for each step, ended by a newline: label, how long it took and, with `picture`, a bar
/// where it lies between the start and the end of all. What took any time shows at least a sliver.
[[nodiscard]] std::string draw_waterfall(const std::vector<Step>& steps, bool picture,
                                         const TextOptions& options);

}  // namespace wskit::report
