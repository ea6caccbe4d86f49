// SPDX-License-Identifier: MIT
#include "relay/fault_rule.h"

#include <chrono>
#include <string>
#include <string_view>

#include "relay/fault_form.h"
#include "tests/support/catch.h"

using namespace wskit;
using namespace std::chrono_literals;
using relay::FaultKind;
using relay::FaultRule;
using relay::parse_fault;

namespace {

std::string why(std::string_view text) {
  const auto rule = parse_fault(text);
  REQUIRE_FALSE(rule.has_value());
  CHECK(rule.error().code == ErrorCode::usage);
  return rule.error().message;
}

}  // namespace

TEST_CASE("a rule has a kind, a value and keys") {
  const FaultRule rule =
      parse_fault("close:4001,after:3,match:/room/*,percent:10,dir:send,conn:2").value();
  CHECK(rule.kind == FaultKind::close);
  CHECK(rule.text == "close:4001,after:3,match:/room/*,percent:10,dir:send,conn:2");
  CHECK(rule.number == 4001);
  CHECK(rule.after == 3);
  CHECK(rule.match == "/room/*");
  CHECK(rule.percent == 10);
  CHECK((rule.send && !rule.recv));
  CHECK(rule.first_connection == 2);
  CHECK(rule.last_connection == 2);
}

TEST_CASE("what a rule leaves out is the server's messages, on all connections, each time") {
  const FaultRule rule = parse_fault("drop").value();
  CHECK((rule.recv && !rule.send));
  CHECK(rule.is_for(1, "/any"));
  CHECK(rule.is_for(1'000'000, ""));
  CHECK(rule.percent == 100);
  CHECK(rule.after == 0);
  CHECK(rule.times == 0);
  CHECK(rule.every == 1);
}

TEST_CASE("every kind of fault is found by its name, with the value that its form says") {
  using enum relay::FaultValue;
  for (const relay::FaultForm& form : relay::fault_forms()) {
    INFO(form.name);
    if (form.may_lack_value) {
      CHECK(parse_fault(form.name).value().kind == form.kind);
    } else {
      CHECK_THAT(why(form.name), Catch::Contains("needs a value"));
    }
    const std::string with_value = std::string(form.name) + ":";
    for (const auto& [value, text] :
         {std::pair(duration, "5ms"), std::pair(size, "1k"), std::pair(count, "3"),
          std::pair(code, "65535"), std::pair(status, "404"), std::pair(token, "chat"),
          std::pair(bit, "3"), std::pair(opcode, "11"), std::pair(length, "64"),
          std::pair(flaw, "wrong-name")}) {
      if (form.value == value) {
        CHECK(parse_fault(with_value + text).value().kind == form.kind);
      }
    }
    CHECK_FALSE(why(with_value + "\x01").empty());
  }
}

TEST_CASE("values are what they say") {
  CHECK(parse_fault("delay:50ms,jitter:10ms").value().time == 50ms);
  CHECK(parse_fault("delay:50ms,jitter:10ms").value().jitter == 10ms);
  CHECK(parse_fault("close:none").value().number == std::nullopt);
  CHECK(parse_fault("close").value().number == 1011);
  CHECK(parse_fault("bandwidth:64k").value().number == 65'536);
  CHECK(parse_fault("stall").value().time == std::nullopt);
  CHECK(parse_fault("stall:2s").value().time == 2s);
  CHECK(parse_fault("stall:2s").value().send);
  CHECK(parse_fault("subprotocol:none").value().word == "none");
  CHECK(parse_fault("rst,at:200ms").value().at == 200ms);
  const FaultRule both = parse_fault("drop,dir:both,every:2,times:5").value();
  CHECK((both.send && both.recv));
  CHECK(both.every == 2);
  CHECK(both.times == 5);
}

TEST_CASE("a backslash takes the meaning of a comma or a backslash away") {
  const FaultRule rule = parse_fault(R"(reject:503,header:Retry-After: 5,body:a\,b\\c\d)").value();
  CHECK(rule.body == R"(a,b\c\d)");
  REQUIRE(rule.headers.size() == 1);
  CHECK(rule.headers[0] == wire::Header{.name = "Retry-After", .value = "5"});
  CHECK(parse_fault("close:4000,reason:one: two").value().reason == "one: two");
}

TEST_CASE("connections are one, a range, or all from one on") {
  const auto first_and_last = [](const char* text) {
    const FaultRule rule = parse_fault(text).value();
    return std::pair(rule.first_connection, rule.last_connection);
  };
  CHECK(first_and_last("drop,conn:7") == std::pair<std::uint64_t, std::uint64_t>(7, 7));
  CHECK(first_and_last("drop,conn:2-5") == std::pair<std::uint64_t, std::uint64_t>(2, 5));
  const FaultRule rule = parse_fault("drop,conn:3-").value();
  CHECK_FALSE(rule.is_for(2, "/"));
  CHECK(rule.is_for(3, "/"));
  CHECK(rule.is_for(1'000'000'000, "/"));
}

TEST_CASE("what is no rule is refused with what could be written") {
  CHECK_THAT(why(""), Catch::Contains("'' is no fault; there are tls-delay, "));
  CHECK_THAT(why("clos"), Catch::Contains("'clos' is no fault") && Catch::Contains(" close, "));
  CHECK_THAT(why("fin:1"), Catch::Contains("fin takes no value"));
  CHECK_THAT(why("delay"), Catch::Contains("delay needs a value"));
  CHECK_THAT(why("close:65536"), Catch::Contains("65536"));
  CHECK_THAT(why("close:4000,jitter:1s"),
             Catch::Contains("'jitter' is no key of close; it has match conn percent dir after at "
                             "reason"));
  CHECK_THAT(why("close:4001,after:3,after:4"), Catch::Contains("after is there twice"));
  CHECK_THAT(why("close:4001,dir:send,at:1s,dir:recv"), Catch::Contains("dir is there twice"));
  CHECK(parse_fault("reject,header:A: 1,header:B: 2").value().headers.size() == 2);
  CHECK_THAT(why("close:4000,after"), Catch::Contains("after needs a value"));
  CHECK_THAT(why("close:none,reason:x"), Catch::Contains("a reason has a code before it"));
  CHECK_THAT(why("drop,percent:101"), Catch::Contains("percent: '101' is no number from 0 to 100"));
  CHECK_THAT(why("drop,percent:nan"), Catch::Contains("0 to 100"));
  CHECK_THAT(why("drop,dir:up"), Catch::Contains("none of send, recv and both"));
  CHECK_THAT(why("drop,conn:5-2"), Catch::Contains("conn: "));
  CHECK_THAT(why("drop,match:"), Catch::Contains("/room/*"));
  CHECK_THAT(why("reserved-opcode:9"), Catch::Contains("opcode 9 is not reserved"));
  CHECK_THAT(why("reject:101"), Catch::Contains("101"));
  CHECK_THAT(why("reject:503,header:a b: c"), Catch::Contains("is no header"));
  CHECK_THAT(why("oversize:1G"), Catch::Contains("bytes"));
  CHECK_THAT(why("delay:1ms,jitter:2ms"), Catch::Contains("no longer than the delay"));
  CHECK_THAT(why("upgrade-delay:1s,dir:send"), Catch::Contains("'dir' is no key"));
}

TEST_CASE("a file has a rule on each line, and comments") {
  const auto rules = relay::parse_fault_file("# first\n\nclose:4001,after:3\r\ndelay:5ms").value();
  REQUIRE(rules.size() == 2);
  CHECK(rules[0].kind == FaultKind::close);
  CHECK(rules[1].kind == FaultKind::delay);
  const auto bad = relay::parse_fault_file("drop\nnothing\n");
  REQUIRE_FALSE(bad.has_value());
  CHECK_THAT(bad.error().message, Catch::StartsWith("line 2: 'nothing' is no fault"));
}

TEST_CASE("a rule is for the paths that its pattern fits") {
  const auto fits = [](const std::string& rule, std::string_view path) {
    return relay::parse_fault(rule).value().is_for(1, path);
  };
  CHECK(fits("close", ""));
  CHECK(fits("close,match:/room/*", "/room/1"));
  CHECK(fits("close,match:/room/*", "/room/"));
  CHECK_FALSE(fits("close,match:/room/*", "/rooms"));
  CHECK(fits("close,match:*/b*c", "/a/b/b/xc"));
  CHECK_FALSE(fits("close,match:*/b*c", "/a/b/b/xcd"));
  CHECK(fits("close,match:/room/?", "/room/1"));
  CHECK_FALSE(fits("close,match:/room/?", "/room/12"));
}
