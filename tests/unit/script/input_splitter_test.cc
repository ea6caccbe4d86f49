// SPDX-License-Identifier: MIT
#include "script/input_splitter.h"

#include <string>
#include <vector>

#include "core/bytes.h"
#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::script;

namespace {

struct Split {
  std::vector<std::string> pieces;
  std::optional<Error> error;
};

/// The pieces of `input`, fed in parts of `step` bytes.
Split split(InputFormat format, std::string_view input, std::size_t step,
            std::size_t max_bytes = 1000) {
  InputSplitter splitter(format, max_bytes);
  Split result;
  const auto drain = [&] {
    while (true) {
      const auto piece = splitter.next();
      if (!piece) {
        result.error = piece.error();
      }
      if (!piece || !*piece) {
        return;
      }
      result.pieces.emplace_back(**piece);
    }
  };
  for (std::size_t at = 0; at < input.size() && !result.error; at += step) {
    splitter.feed(as_bytes(input.substr(at, step)));
    drain();
  }
  splitter.end();
  if (!result.error) {
    drain();
    CHECK(splitter.done() == !result.error.has_value());
    CHECK(splitter.count() == result.pieces.size());
  }
  return result;
}

const std::string kNul(1, '\0');

}  // namespace

TEST_CASE("lines are messages wherever the reads were cut") {
  const std::string input = "one\n\ntwo with \"quotes\"\r\nlast without an end";
  for (std::size_t step = 1; step <= input.size(); ++step) {
    INFO(step);
    CHECK(split(InputFormat::line, input, step).pieces ==
          std::vector<std::string>{"one", "", "two with \"quotes\"\r", "last without an end"});
  }
}

TEST_CASE("a line's end at the end of the input begins no further message") {
  CHECK(split(InputFormat::line, "one\n", 2).pieces == std::vector<std::string>{"one"});
  CHECK(split(InputFormat::line, "", 1).pieces.empty());
  CHECK(split(InputFormat::line, "\n", 1).pieces == std::vector<std::string>{""});
}

TEST_CASE("messages between NUL bytes keep their line ends") {
  const std::string input = "a\nb" + kNul + kNul + "c";
  for (std::size_t step = 1; step <= input.size(); ++step) {
    CHECK(split(InputFormat::null, input, step).pieces ==
          std::vector<std::string>{"a\nb", "", "c"});
  }
}

TEST_CASE("messages behind their lengths may hold any byte") {
  const std::string input = kNul + kNul + kNul + "\x03" + "\n" + kNul + "x" + kNul + kNul + kNul +
                            kNul + kNul + kNul + kNul + "\x01" + "y";
  for (std::size_t step = 1; step <= input.size(); ++step) {
    CHECK(split(InputFormat::len32, input, step).pieces ==
          std::vector<std::string>{"\n" + kNul + "x", "", "y"});
  }
}

TEST_CASE("a length whose bytes are missing at the end is an error that names the message") {
  const Split cut = split(InputFormat::len32, kNul + kNul + kNul + "\x03" + "ab", 3);
  REQUIRE(cut.error.has_value());
  CHECK(cut.error->code == ErrorCode::usage);
  CHECK_THAT(cut.error->message, Catch::Contains("message 1 is cut off"));
}

TEST_CASE("a message of the greatest length passes and one byte more does not") {
  const std::string longest(100, 'x');
  for (const std::size_t step : {std::size_t{1}, std::size_t{7}, std::size_t{500}}) {
    CHECK(split(InputFormat::line, longest + "\n", step, 100).pieces.size() == 1);
    const Split too_long = split(InputFormat::line, "ok\n" + longest + "x\n", step, 100);
    CHECK(too_long.pieces == std::vector<std::string>{"ok"});
    REQUIRE(too_long.error.has_value());
    CHECK(too_long.error->code == ErrorCode::too_big);
    CHECK_THAT(too_long.error->message, Catch::Contains("message 2 is longer than 100 bytes"));
  }
}

TEST_CASE("a length beyond the greatest is refused before its bytes come") {
  const Split refused = split(InputFormat::len32, "\xff\xff\xff\xff", 4, 100);
  REQUIRE(refused.error.has_value());
  CHECK(refused.error->code == ErrorCode::too_big);
}
