// SPDX-License-Identifier: MIT
#include "script/player_failure.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "script/script_lines.h"
#include "script/shown.h"

namespace wskit::script {

std::string describe(const Script& script, const Failure& failure) {
  std::string text;
  const auto out = std::back_inserter(text);
  if (failure.place.line != 0) {
    std::string line = shown_line(trimmed(script.line(failure.place)), 1).text;
    std::ranges::replace(line, '\t', ' ');
    fmt::format_to(out, "{}:{}: {}\n", script.files[failure.place.file], failure.place.line, line);
  }
  if (!failure.nearest.empty()) {
    // One that was taken, and of which a predicate does not hold, is not near but the one.
    const bool taken = failure.nearest.front().difference.empty();
    fmt::format_to(out, "{}:\n", taken ? "what came" : "nearest of what came");
  }
  for (const Failure::Candidate& candidate : failure.nearest) {
    fmt::format_to(out, "  {}\n", candidate.message);
    if (!candidate.difference.empty()) {
      fmt::format_to(out, "    {}\n", candidate.difference);
    }
  }
  if (failure.unread > 0) {
    fmt::format_to(out, "unread: {}\n", failure.unread);
  }
  for (const std::string& message : failure.mailbox) {
    fmt::format_to(out, "  {}\n", message);
  }
  if (failure.unread > failure.mailbox.size()) {
    fmt::format_to(out, "  ... {} more\n", failure.unread - failure.mailbox.size());
  }
  return text;
}

}  // namespace wskit::script
