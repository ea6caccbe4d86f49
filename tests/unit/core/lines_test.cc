// SPDX-License-Identifier: MIT
#include "core/lines.h"

#include <string>
#include <utility>
#include <vector>

#include "tests/support/catch.h"

using namespace wskit;

namespace {

using Numbered = std::vector<std::pair<std::size_t, std::string>>;

Numbered lines_of(std::string_view text) {
  Numbered lines;
  const auto add = [&lines](std::string_view line, std::size_t number) -> Expected<void> {
    lines.emplace_back(number, line);
    return {};
  };
  CHECK(for_each_line(text, add).has_value());
  return lines;
}

}  // namespace

TEST_CASE("lines come numbered and without their ends, the last with or without one") {
  CHECK(lines_of("").empty());
  CHECK(lines_of("a") == Numbered{{1, "a"}});
  CHECK(lines_of("a\n") == Numbered{{1, "a"}});
  CHECK(lines_of("a\r\n\n\rb\r\n") == Numbered{{1, "a"}, {2, ""}, {3, "\rb"}});
}

TEST_CASE("a line that is not taken ends the reading") {
  std::size_t taken = 0;
  const auto read = for_each_line("a\nb\nc\n", [&](std::string_view line, std::size_t) {
    ++taken;
    return line == "b" ? Expected<void>(fail(ErrorCode::usage, "no b")) : Expected<void>();
  });
  REQUIRE_FALSE(read.has_value());
  CHECK(read.error().message == "no b");
  CHECK(taken == 2);
}
