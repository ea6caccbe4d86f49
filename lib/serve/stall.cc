// SPDX-License-Identifier: MIT
#include "serve/stall.h"

#include <fmt/format.h>

#include "core/parse.h"

namespace wskit::serve {

Expected<StallOptions> parse_stall(std::string_view text) {
  const std::size_t comma = text.find(',');
  if (comma == std::string_view::npos) {
    return fail(ErrorCode::usage,
                fmt::format("stall '{}': use EVERY,FOR, for example 5s,1s", text));
  }
  const auto every = parse_duration(text.substr(0, comma));
  const auto length = parse_duration(text.substr(comma + 1));
  if (!every || !length) {
    return std::unexpected((every ? length : every).error());
  }
  if (length->count() <= 0 || *length >= *every) {
    return fail(ErrorCode::usage,
                fmt::format("stall '{}': the server has to stand still for some of the time and "
                            "not for all of it",
                            text));
  }
  return StallOptions{*every, *length};
}

Instant StallSchedule::period_end(Instant now) const {
  return start_ + ((now - start_) / options_.every + 1) * options_.every;
}

std::optional<Instant> StallSchedule::stalled_until(Instant now) const {
  const Instant end = period_end(now);
  return now >= end - options_.length ? std::optional(end) : std::nullopt;
}

Instant StallSchedule::next_begin(Instant now) const {
  const Instant begin = period_end(now) - options_.length;
  return begin > now ? begin : begin + options_.every;
}

}  // namespace wskit::serve
