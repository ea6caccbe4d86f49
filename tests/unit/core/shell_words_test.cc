// SPDX-License-Identifier: MIT
#include "core/shell_words.h"

#include "tests/support/catch.h"

using namespace wskit;
using Words = std::vector<std::string>;

namespace {

Words split(std::string_view command) {
  return split_shell_words(command).value();
}

std::string refusal(std::string_view command) {
  const auto words = split_shell_words(command);
  REQUIRE_FALSE(words);
  CHECK(words.error().code == ErrorCode::usage);
  return words.error().message;
}

}  // namespace

TEST_CASE("words are parted by white space and by lines that go on") {
  CHECK(split("curl 'a b'  \\\n  -H\tx\\ y\n") == Words{"curl", "a b", "-H", "x y"});
  CHECK(split("").empty());
  CHECK(split(" '' \"\" a''b ") == Words{"", "", "ab"});
}

TEST_CASE("quotes keep what is in them as bash does") {
  CHECK(split(R"('a"\$b' "c'd\"e\\f\g" h\'i)") == Words{R"(a"\$b)", R"(c'd"e\f\g)", "h'i"});
  CHECK(split("\"a\\\nb\"") == Words{"ab"});
}

TEST_CASE("escapes of a dollar quotation are those of bash") {
  CHECK(split(R"($'it\'s\u0021 \n\t\\ \x41\101\u00e4\U0001F600 \q')") ==
        Words{"it's! \n\t\\ AA\xc3\xa4\xf0\x9f\x98\x80 q"});
}

TEST_CASE("what a shell would do more with is refused and not quoted") {
  for (const char* const command :
       {"a; hunter2", "a | b", "a > b", "a & b", "a $hunter2", "`a`", "a *", "(a)", "# a"}) {
    CHECK_THAT(refusal(command),
               Catch::Contains("outside of quotes") && !Catch::Contains("hunter2"));
  }
  CHECK(split("a#b~c") == Words{"a#b~c"});
  CHECK_THAT(refusal("\"a $hunter2\""), Catch::Contains("variable") && !Catch::Contains("hunter2"));
}

TEST_CASE("a quotation without an end is refused") {
  for (const char* const command : {"'a", "\"a", "$'a", "$'a\\"}) {
    CHECK_THAT(refusal(command), Catch::EndsWith("has no counterpart"));
  }
}
