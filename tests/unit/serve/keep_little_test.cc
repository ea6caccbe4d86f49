// SPDX-License-Identifier: MIT
#include "serve/keep_little.h"

#include "tests/support/catch.h"

using namespace wskit::serve;

TEST_CASE("a buffer that was large gives its memory back, whatever is kept of it") {
  for (const std::size_t keep : {0U, 1U, 16U, 100U}) {
    INFO(keep);
    std::string text(1'000'000, 'x');
    clear_keeping_little(text, keep);
    CHECK(text.size() == keep);
    CHECK(text.capacity() < 1'000);
  }
}

TEST_CASE("a buffer that was small keeps its memory") {
  std::string text(10'000, 'x');
  clear_keeping_little(text, 0);
  CHECK(text.empty());
  CHECK(text.capacity() >= 10'000);
}
