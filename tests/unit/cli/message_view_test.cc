// SPDX-License-Identifier: MIT
#include "cli/message_view.h"

#include <algorithm>
#include <string>

#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::cli;
using namespace std::chrono_literals;

namespace {

constexpr Instant kStart{1h};

std::string shown(const script::MessageView& message, bool whole = false,
                  const report::TextOptions& text = {}) {
  MessageView view(text);
  view.start(kStart);
  return view.show(script::Direction::recv, message, kStart + 1'500ms, whole);
}

}  // namespace

TEST_CASE("text is shown as it is and harmless") {
  CHECK(shown({.payload = "caf\u00e9"}) == "< caf\u00e9\n");
  CHECK(shown({.payload = "\x1b[31m\r\x07"}) == "< \\x1b[31m\\x0d\\x07\n");
  CHECK(shown({.payload = "two\nlines"}) == "< two\n  lines\n");
  CHECK(shown({.payload = ""}) == "< \n");
}

TEST_CASE("JSON is laid out, unless told not to or it is none") {
  CHECK(shown({.payload = R"({"a":{"b":[1,2]}})"}) ==
        "< {\n    \"a\": {\n      \"b\": [1, 2]\n    }\n  }\n");
  CHECK(shown({.payload = "{not json}"}) == "< {not json}\n");
  MessageView view({});
  view.pretty = false;
  CHECK(view.show(script::Direction::send, {.payload = R"({"a":{"b":1}})"}, kStart) ==
        "> {\"a\":{\"b\":1}}\n");
}

TEST_CASE("text within JSON is harmless too") {
  CHECK(shown({.payload = "{\"a\":\"\\u001b[31m\u009b\"}"}) ==
        "< {\"a\": \"\\u001b[31m\\xc2\\x9b\"}\n");
}

TEST_CASE("binary is shown as bytes") {
  CHECK(shown({.type = script::MessageType::binary, .payload = std::string_view("\0\xff", 2)}) ==
        "< binary, 2 bytes: 00ff\n");
  CHECK_THAT(shown({.type = script::MessageType::binary, .payload = "0123456789abcdefg"}),
             Catch::StartsWith("< binary, 17 bytes\n  00000000  30 31"));
}

TEST_CASE("a long message is folded and says how to see it whole") {
  std::string lines;
  for (int i = 0; i < 100; ++i) {
    lines += "line " + std::to_string(i) + "\n";
  }
  const std::string folded = shown({.payload = lines});
  CHECK(std::ranges::count(folded, '\n') == MessageView::kFoldedLines + 1);
  CHECK_THAT(folded, Catch::Contains("  line 19\n  ... 790 bytes in all; /show shows them\n"));
  CHECK_THAT(shown({.payload = lines}, true), Catch::Contains("  line 99\n"));
}

TEST_CASE("one endless line is folded between two code points") {
  std::string umlauts;
  for (int i = 0; i < 5000; ++i) {
    umlauts += "\u00e4";
  }
  const std::string folded = shown({.payload = umlauts});
  CHECK(folded.size() < 4000);
  CHECK_THAT(folded, Catch::Contains("\u00e4\n  ... "));
}

TEST_CASE("times are shown from the start, from the last message, or by the clock") {
  MessageView view({});
  view.start(kStart);
  view.timestamps = Timestamps::rel;
  CHECK(view.show(script::Direction::recv, {.payload = "x"}, kStart + 1'500ms) == "+1.500 < x\n");
  view.timestamps = Timestamps::delta;
  CHECK(view.show(script::Direction::recv, {.payload = "x"}, kStart + 1'750ms) == "+0.250 < x\n");
  view.timestamps = Timestamps::iso;
  const std::string iso = view.show(script::Direction::recv, {.payload = "x"}, kStart);
  CHECK(iso.size() == std::string("2026-01-20T15:30:45.123Z < x\n").size());
  CHECK_THAT(iso, Catch::EndsWith("Z < x\n"));
}

TEST_CASE("of what is folded no more is laid out than is shown") {
  // 256 MiB: laid out whole it would take seconds and more than a gigabyte.
  const std::string zeros(std::size_t{256} << 20U, '\0');
  const std::string dump = shown({.type = script::MessageType::binary, .payload = zeros});
  CHECK(dump.size() < 4000);
  CHECK_THAT(dump, Catch::StartsWith("< binary, 268435456 bytes\n  00000000  00 00") &&
                       Catch::EndsWith("  ... 268435456 bytes in all; /show shows them\n"));
  const std::string text = shown({.payload = zeros});
  CHECK(text.size() < 4000);
  CHECK_THAT(text, Catch::EndsWith("  ... 268435456 bytes in all; /show shows them\n"));
}
