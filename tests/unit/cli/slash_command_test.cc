// SPDX-License-Identifier: MIT
#include "cli/slash_command.h"

#include <string>

#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::cli;

TEST_CASE("a line is a command, or a message with two slashes for one") {
  const TypedLine command = read_typed_line("/close  4000 bye now");
  CHECK(command.command == "close");
  CHECK(command.text == "4000 bye now");
  CHECK(read_typed_line("/help").command == "help");
  CHECK(read_typed_line("//x").text == "/x");
  CHECK(read_typed_line("//x").command.empty());
  CHECK(read_typed_line(" /x").text == " /x");
  CHECK(read_typed_line("/text  two  spaces ").text == "two  spaces ");
}

TEST_CASE("bytes are typed as digits or base64") {
  CHECK(typed_message("hex", "00 fF:0a,1b")->payload == std::string("\0\xff\n\x1b", 4));
  CHECK(typed_message("hex", "")->payload.empty());
  CHECK(typed_message("b64", "AP8=")->payload == std::string("\0\xff", 2));
  CHECK(typed_message("text", "/x")->type == script::MessageType::text);
  CHECK_FALSE(typed_message("hex", "0").has_value());
  CHECK_FALSE(typed_message("hex", "0g").has_value());
  CHECK_FALSE(typed_message("b64", "?").has_value());
}

TEST_CASE("close takes a code and a reason that may be sent") {
  CHECK(typed_close("")->code == wire::CloseCode::normal);
  CHECK(typed_close("4000")->code == wire::CloseCode(4000));
  CHECK(typed_close("1001 going now")->payload == "going now");
  CHECK_FALSE(typed_close("1006").has_value());
  CHECK_FALSE(typed_close("99").has_value());
  CHECK_FALSE(typed_close("bye").has_value());
  CHECK_FALSE(typed_close("1000 " + std::string(124, 'x')).has_value());
}

TEST_CASE("Tab completes what is unambiguous and lists the rest") {
  CHECK(complete_command("/cl").rest == "ose ");
  CHECK(complete_command("/he").rest.empty());
  CHECK(complete_command("/he").candidates == "/help  /hex  /headers");
  CHECK(complete_command("/s").candidates == "/save  /show  /stats  /set");
  CHECK(complete_command("/st").rest == "ats ");
  CHECK(complete_command("/zz").candidates.empty());
  CHECK(complete_command("he").rest.empty());
}
