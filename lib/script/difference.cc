// SPDX-License-Identifier: MIT
#include "script/difference.h"

#include <algorithm>

#include <fmt/format.h>

#include "script/mismatch.h"
#include "script/shown.h"

namespace wskit::script {

std::optional<Difference> difference(std::string_view expected, std::string_view got) {
  if (expected == got) {
    return std::nullopt;
  }
  constexpr std::size_t kAround = 40;
  const auto [in_expected, in_got] = std::ranges::mismatch(expected, got);
  const auto same = static_cast<std::size_t>(in_expected - expected.begin());
  const std::size_t at = character_boundary(expected, same);
  const auto rest = [at](std::string_view text) {
    return at >= text.size() ? std::string("the end") : shown(text.substr(at), kAround);
  };
  const std::size_t longest = std::max(expected.size(), got.size());
  return Difference{
      .distance = longest - same,
      .text = fmt::format("at byte {}: expected {}, got {}", at + 1, rest(expected), rest(got))};
}

std::optional<Difference> difference(const Json& expected, const Json& got, bool subset) {
  const auto mismatch =
      first_mismatch(expected, got, {}, subset ? Members::expected : Members::all);
  if (!mismatch) {
    return std::nullopt;
  }
  return difference(*mismatch);
}

Difference difference(const Mismatch& mismatch) {
  return {.distance = mismatch.distance,
          .text = fmt::format("{}{}expected {}, got {}", mismatch.place.empty() ? "" : "at ",
                              mismatch.place.empty() ? "" : mismatch.place + ": ",
                              mismatch.expected, mismatch.got)};
}

}  // namespace wskit::script
