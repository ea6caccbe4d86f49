// SPDX-License-Identifier: MIT
#include "wire/deflate_negotiation.h"

#include <string>
#include <vector>

#include "tests/support/catch.h"
#include "wire/extensions.h"

using namespace wskit;
using namespace wskit::wire;

namespace {

Extension one(const std::string& header) {
  const auto extensions = parse_extensions(header);
  REQUIRE(extensions.has_value());
  REQUIRE(extensions->size() == 1);
  return extensions->front();
}

DeflateParameters parameters(bool server_no_takeover, bool client_no_takeover, int server_bits,
                             int client_bits) {
  return {server_no_takeover, client_no_takeover, server_bits, client_bits};
}

/// The answer's header, or empty when every offer is declined.
std::string answer(const std::string& offers, const DeflatePolicy& policy = {}) {
  const auto answer = answer_deflate(parse_extensions(offers).value(), policy);
  return answer ? to_header(answer->extension) : "";
}

}  // namespace

TEST_CASE("extension headers are parsed with quoted values and lists") {
  const auto extensions = parse_extensions(R"( a , b; c;d = 1 ; e="f", ,g;h="\i" )");
  REQUIRE(extensions.has_value());
  CHECK(*extensions == std::vector<Extension>{{"a", {}},
                                              {"b", {{"c", {}}, {"d", "1"}, {"e", "f"}}},
                                              {"g", {{"h", "i"}}}});
  CHECK(parse_extensions("")->empty());
  CHECK(to_header((*extensions)[1]) == "b; c; d=1; e=f");
}

TEST_CASE("extension headers outside the grammar are refused") {
  for (const char* header :
       {"a;", "a;;b", ";b", "a b", "a;b=", "a;b=\"\"", "a;b=\"c", "a;b=\"c d\"", "a=b", "a;b=c d",
        "a;=b", "\"a\"", "a;b=\"c\"d", "\xc3\xa4"}) {
    INFO(header);
    const auto extensions = parse_extensions(header);
    REQUIRE_FALSE(extensions.has_value());
    CHECK(extensions.error().code == ErrorCode::upgrade_bad_extension);
  }
}

TEST_CASE("a client accepts what fits its offer") {
  struct Good {
    DeflateOffer offer;
    std::string answer;
    DeflateParameters agreed;
  };
  const std::vector<Good> table{
      {{}, "", parameters(false, false, 15, 15)},
      {{}, "; server_no_context_takeover", parameters(true, false, 15, 15)},
      {{}, "; client_no_context_takeover", parameters(false, true, 15, 15)},
      {{}, "; server_max_window_bits=8", parameters(false, false, 8, 15)},
      {{}, "; client_max_window_bits=8", parameters(false, false, 15, 8)},
      {{}, "; client_max_window_bits=\"9\"", parameters(false, false, 15, 9)},
      {{},
       "; server_max_window_bits=15; client_max_window_bits=15",
       parameters(false, false, 15, 15)},
      {{},
       "; client_max_window_bits=10; server_no_context_takeover; server_max_window_bits=12; "
       "client_no_context_takeover",
       parameters(true, true, 12, 10)},
      {{.server_no_context_takeover = true},
       "; server_no_context_takeover",
       parameters(true, false, 15, 15)},
      {{.client_no_context_takeover = true}, "", parameters(false, true, 15, 15)},
      {{.server_max_window_bits = 10},
       "; server_max_window_bits=10",
       parameters(false, false, 10, 15)},
      {{.server_max_window_bits = 10},
       "; server_max_window_bits=9",
       parameters(false, false, 9, 15)},
      {{.server_max_window_bits = 15}, "", parameters(false, false, 15, 15)},
      {{.client_max_window_bits = 12}, "", parameters(false, false, 15, 12)},
      {{.client_max_window_bits = 12},
       "; client_max_window_bits=11",
       parameters(false, false, 15, 11)},
      {{.allow_client_max_window_bits = false}, "", parameters(false, false, 15, 15)},
  };
  for (const Good& good : table) {
    CAPTURE(to_header(to_extension(good.offer)), good.answer);
    const std::vector<DeflateOffer> offers{good.offer};
    const auto agreed = accept_deflate(one("permessage-deflate" + good.answer), offers);
    REQUIRE(agreed.has_value());
    CHECK(*agreed == good.agreed);
  }
}

TEST_CASE("a client refuses what does not fit its offer or breaks the rules") {
  struct Bad {
    DeflateOffer offer;
    std::string answer;
  };
  const std::vector<Bad> table{
      {{}, "; x"},
      {{}, "; x=1"},
      {{}, "; Server_No_Context_Takeover"},
      {{}, "; server_no_context_takeover=1"},
      {{}, "; client_no_context_takeover=true"},
      {{}, "; server_no_context_takeover; server_no_context_takeover"},
      {{}, "; client_no_context_takeover; client_no_context_takeover"},
      {{}, "; server_max_window_bits=10; server_max_window_bits=10"},
      {{}, "; client_max_window_bits=10; client_max_window_bits=10"},
      {{}, "; server_max_window_bits"},
      {{}, "; client_max_window_bits"},
      {{}, "; server_max_window_bits=7"},
      {{}, "; server_max_window_bits=16"},
      {{}, "; server_max_window_bits=010"},
      {{}, "; server_max_window_bits=+9"},
      {{}, "; server_max_window_bits=9x"},
      {{}, "; server_max_window_bits=99999999999"},
      {{}, "; client_max_window_bits=0"},
      {{}, "; client_max_window_bits=x"},
      {{.allow_client_max_window_bits = false}, "; client_max_window_bits=15"},
      {{.server_no_context_takeover = true}, ""},
      {{.server_max_window_bits = 10}, ""},
      {{.server_max_window_bits = 10}, "; server_max_window_bits=11"},
      {{.client_max_window_bits = 12}, "; client_max_window_bits=13"},
  };
  for (const Bad& bad : table) {
    CAPTURE(to_header(to_extension(bad.offer)), bad.answer);
    const std::vector<DeflateOffer> offers{bad.offer};
    const auto agreed = accept_deflate(one("permessage-deflate" + bad.answer), offers);
    REQUIRE_FALSE(agreed.has_value());
    CHECK(agreed.error().code == ErrorCode::upgrade_bad_extension);
  }
}

TEST_CASE("an answer to a fallback offer is accepted") {
  const std::vector<DeflateOffer> offers{{.server_max_window_bits = 10}, {}};
  CHECK(accept_deflate(one("permessage-deflate; server_max_window_bits=10"), offers) ==
        parameters(false, false, 10, 15));
  CHECK(accept_deflate(one("permessage-deflate"), offers) == parameters(false, false, 15, 15));
}

TEST_CASE("a server answers an offer with what was asked and what its policy asks") {
  const DeflatePolicy frugal{.server_no_context_takeover = true,
                             .client_no_context_takeover = true,
                             .server_max_window_bits = 11,
                             .client_max_window_bits = 10};
  struct Case {
    std::string offer;
    DeflatePolicy policy;
    std::string answer;
  };
  const std::vector<Case> table{
      {"", {}, ""},
      {"; client_max_window_bits", {}, ""},
      {"; client_max_window_bits=15", {}, ""},
      {"; client_max_window_bits=9", {}, "; client_max_window_bits=9"},
      {"; server_max_window_bits=15", {}, "; server_max_window_bits=15"},
      {"; server_max_window_bits=8", {}, "; server_max_window_bits=8"},
      {"; server_no_context_takeover", {}, "; server_no_context_takeover"},
      {"; client_no_context_takeover", {}, "; client_no_context_takeover"},
      {"", frugal,
       "; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=11"},
      {"; client_max_window_bits", frugal,
       "; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=11; "
       "client_max_window_bits=10"},
      {"; client_max_window_bits=9; server_max_window_bits=12", frugal,
       "; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=11; "
       "client_max_window_bits=9"},
  };
  for (const Case& c : table) {
    CAPTURE(c.offer);
    CHECK(answer("permessage-deflate" + c.offer, c.policy) == "permessage-deflate" + c.answer);
  }
}

TEST_CASE("a server passes over offers that are invalid and takes the next") {
  CHECK(answer("permessage-deflate; x, permessage-deflate; server_max_window_bits=7, other, "
               "permessage-deflate; client_max_window_bits=1, "
               "permessage-deflate; server_max_window_bits=10, permessage-deflate") ==
        "permessage-deflate; server_max_window_bits=10");
  CHECK(answer("permessage-deflate; x=y") == "");
  CHECK(answer("x-webkit-deflate-frame") == "");
  CHECK(answer("") == "");
}

TEST_CASE("both ends agree on the same parameters whatever is offered and asked") {
  const std::vector<std::optional<int>> windows{std::nullopt, 8, 9, 15};
  int agreed = 0;
  for (unsigned bits = 0; bits < 32; ++bits) {
    for (const auto& server_window : windows) {
      for (const auto& client_window : windows) {
        const std::vector<DeflateOffer> offers{
            {.server_no_context_takeover = (bits & 1U) != 0,
             .client_no_context_takeover = (bits & 2U) != 0,
             .server_max_window_bits = server_window,
             .allow_client_max_window_bits = (bits & 4U) != 0 || client_window.has_value(),
             .client_max_window_bits = client_window}};
        const DeflatePolicy policy{.server_no_context_takeover = (bits & 8U) != 0,
                                   .client_no_context_takeover = (bits & 16U) != 0,
                                   .server_max_window_bits = server_window.value_or(12),
                                   .client_max_window_bits = client_window.value_or(11)};
        const std::vector<Extension> sent{one(to_header(to_extension(offers.front())))};
        const auto chosen = answer_deflate(sent, policy);
        REQUIRE(chosen.has_value());
        const auto accepted = accept_deflate(one(to_header(chosen->extension)), offers);
        REQUIRE(accepted.has_value());
        CHECK(*accepted == chosen->parameters);
        ++agreed;
      }
    }
  }
  CHECK(agreed == 512);
}

TEST_CASE("what was agreed on is written without its defaults") {
  CHECK(describe(DeflateParameters()) == "permessage-deflate");
  CHECK(describe({.server_no_context_takeover = true,
                  .client_no_context_takeover = true,
                  .server_max_window_bits = 9,
                  .client_max_window_bits = 12}) ==
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
        "server_max_window_bits=9; client_max_window_bits=12");
}
