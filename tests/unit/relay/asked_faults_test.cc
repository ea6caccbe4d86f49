// SPDX-License-Identifier: MIT
#include "relay/asked_faults.h"

#include <string>
#include <string_view>

#include "tests/support/catch.h"

using namespace wskit;
using relay::FaultKind;
using relay::take_asked_faults;

namespace {

std::string why_not(std::string_view target, bool websocket = true,
                    const relay::FaultPlace& place = {.stands = true}) {
  const auto asked = take_asked_faults(target, websocket, place);
  REQUIRE_FALSE(asked.has_value());
  CHECK(asked.error().code == ErrorCode::usage);
  return asked.error().message;
}

bool goes_on(std::string_view target) {
  wire::HttpRequest request;
  request.target = target;
  return relay::goes_on(request);
}

}  // namespace

TEST_CASE("a target's faults are taken off it, and the rest of its query stays") {
  const auto asked =
      take_asked_faults("/t/a?after=0&fault=close:4001,after:3&x=%20&fault=drop", true, {}).value();
  CHECK(asked.target == "/t/a?after=0&x=%20");
  REQUIRE(asked.faults.size() == 2);
  CHECK(asked.faults[0]->rule.kind == FaultKind::close);
  CHECK(asked.faults[0]->rule.after == 3);
  CHECK(asked.faults[0]->id == 0);
  CHECK(asked.faults[1]->rule.kind == FaultKind::drop);
  CHECK(take_asked_faults("/echo?fault=fin", true, {}).value().target == "/echo");
  CHECK(take_asked_faults("/echo", true, {}).value().faults.empty());
}

TEST_CASE("a target asks for faults by the name of a field, not by what stands in others") {
  CHECK(relay::asks_for_faults("/?fault=fin"));
  CHECK(relay::asks_for_faults("/?a=1&fault="));
  CHECK_FALSE(relay::asks_for_faults("/fault=fin"));
  CHECK_FALSE(relay::asks_for_faults("/?default=fin"));
  CHECK_FALSE(relay::asks_for_faults("/?a=fault=fin"));
}

TEST_CASE("rules in a target may be percent-encoded") {
  const auto asked = take_asked_faults("/?fault=close%3A4001%2Creason%3Aa%26b", true, {}).value();
  CHECK(asked.faults.at(0)->rule.reason == "a&b");
  CHECK_THAT(why_not("/?fault=close%3"), Catch::Contains("two hexadecimal digits"));
}

TEST_CASE("a target is refused for what cannot be asked for, with the reason") {
  CHECK_THAT(why_not("/?fault=nothing"), Catch::StartsWith("fault=: 'nothing' is no fault"));
  CHECK_THAT(why_not("/?fault=drop", false),
             Catch::Contains("drop is for WebSockets") && Catch::Contains("reject, wrong-node"));
  CHECK_THAT(why_not("/?fault=fin,dir:send", false), Catch::Contains("is for WebSockets"));
  CHECK_THAT(why_not("/?fault=tls-delay:1s", true, {.tls = true, .stands = true}),
             Catch::Contains("comes too late"));
  CHECK_THAT(why_not("/?fault=epoch-changed"), Catch::Contains("is for wskit serve pubsub"));
  std::string many = "/?";
  for (int i = 0; i < 17; ++i) {
    many += "&fault=drop";
  }
  CHECK_THAT(why_not(many), Catch::Contains("16 faults at most"));
}

TEST_CASE("a request goes on when it has a cursor or a session, and not from the oldest") {
  CHECK(goes_on("/t/a?after=AbC"));
  CHECK(goes_on("/socket?sid=1"));
  CHECK(goes_on("/client/hubs/h?awps_connection_id=1"));
  CHECK_FALSE(goes_on("/t/a?after=0"));
  CHECK_FALSE(goes_on("/t/a?after="));
  CHECK_FALSE(goes_on("/t/after=1"));
  wire::HttpRequest request;
  request.target = "/t/a";
  request.headers.add("Last-Event-ID", "AbC");
  CHECK(relay::goes_on(request));
}
