// SPDX-License-Identifier: MIT
#include "script/message_format.h"

#include <string>

#include "tests/support/catch.h"

using namespace wskit::script;

namespace {

std::string shown(MessageFormat format, std::string_view payload, bool binary = false,
                  Loss loss = Loss::none) {
  std::string out;
  CHECK(append_payload(out, format, payload, binary) == loss);
  return out;
}

}  // namespace

TEST_CASE("text is printed as it is, a message a line") {
  CHECK(shown(MessageFormat::text, "{\"a\":1}") == "{\"a\":1}\n");
  CHECK(shown(MessageFormat::text, "") == "\n");
}

TEST_CASE("what a line cannot hold is told") {
  CHECK(shown(MessageFormat::text, "a\nb", false, Loss::line_end) == "a\nb\n");
  const std::string_view bytes("\0\x01\xff", 3);
  CHECK(shown(MessageFormat::text, bytes, true, Loss::binary) == "AAH/\n");
}

TEST_CASE("the forms that hold any byte lose nothing") {
  const std::string_view bytes("\0\x01 \n\xff", 5);
  CHECK(shown(MessageFormat::hex, bytes, true) == "0001200aff\n");
  CHECK(shown(MessageFormat::base64, bytes, true) == "AAEgCv8=\n");
  CHECK(shown(MessageFormat::raw, bytes, true) == bytes);
}

TEST_CASE("a dump looks like that of hexdump -C") {
  CHECK(shown(MessageFormat::hexdump, "0123456789abcdefXY\n") ==
        "00000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|\n"
        "00000010  58 59 0a                                          |XY.|\n"
        "00000013\n");
}

TEST_CASE("formats are found by their names") {
  CHECK(message_format("hexdump") == MessageFormat::hexdump);
  CHECK_FALSE(message_format("json").has_value());
}
