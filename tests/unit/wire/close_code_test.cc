// SPDX-License-Identifier: MIT
#include "wire/close_code.h"

#include "tests/support/catch.h"
#include "tests/unit/wire/bytes.h"

namespace wskit::wire {
namespace {

using test::raw;

/// RFC 6455 7.4.1 and 7.4.2, and the codes 1012 to 1014 of the IANA registry.
bool listed(std::uint32_t code) {
  for (const std::uint32_t defined :
       {1000U, 1001U, 1002U, 1003U, 1007U, 1008U, 1009U, 1010U, 1011U, 1012U, 1013U, 1014U}) {
    if (code == defined) {
      return true;
    }
  }
  return code / 1000 == 3 || code / 1000 == 4;
}

TEST_CASE("Of all 65536 close codes exactly the listed ones are sent and accepted") {
  std::size_t wrong = 0;
  std::size_t allowed = 0;
  for (std::uint32_t value = 0; value <= 0xFFFF; ++value) {
    const auto code = static_cast<CloseCode>(value);
    const auto parsed = parse_close_payload(raw({value >> 8, value & 0xFFU}));
    const auto made = ClosePayload::make(code);
    const bool accepted = parsed.has_value() && parsed->code == code;
    const bool refused = !parsed && parsed.error() == Violation::close_bad_code && !made;
    wrong += listed(value) ? !(accepted && made && allowed_on_wire(code)) : !refused;
    allowed += listed(value) ? 1U : 0U;
  }
  CHECK(wrong == 0);
  CHECK(allowed == 12 + 2000);
}

TEST_CASE("A close payload carries its code and reason") {
  const auto payload = ClosePayload::make(CloseCode::going_away, "b\xC3\xBCrobedarf");
  REQUIRE(payload.has_value());
  const auto status = parse_close_payload(payload->bytes());
  REQUIRE(status.has_value());
  CHECK(status->code == CloseCode::going_away);
  CHECK(status->reason == "b\xC3\xBCrobedarf");
}

TEST_CASE("An empty close payload has no status") {
  CHECK(ClosePayload().bytes().empty());
  const auto status = parse_close_payload({});
  REQUIRE(status.has_value());
  CHECK(status->code == CloseCode::no_status);
  CHECK(status->reason.empty());
}

TEST_CASE("Half a close code and a reason that is not UTF-8 are refused") {
  CHECK(parse_close_payload(raw({0x03})).error() == Violation::close_one_byte);
  CHECK(parse_close_payload(raw({0x03, 0xE8, 0xC3})).error() == Violation::close_bad_utf8);
  CHECK(parse_close_payload(raw({0x03, 0xE8, 0xFF, 'x'})).error() == Violation::close_bad_utf8);
}

TEST_CASE("A close reason to send is UTF-8 and has at most 123 bytes") {
  CHECK(ClosePayload::make(CloseCode::normal, std::string(123, 'x')).has_value());
  const auto too_long = ClosePayload::make(CloseCode::normal, std::string(124, 'x'));
  REQUIRE(!too_long.has_value());
  CHECK(too_long.error().code == ErrorCode::usage);
  CHECK(too_long.error().message == "close reason has 124 bytes; at most 123 fit");
  CHECK(!ClosePayload::make(CloseCode::normal, "\xFF").has_value());
  CHECK(ClosePayload::make(static_cast<CloseCode>(1005)).error().message ==
        "close code 1005 (no status received) must not be sent; use 1000-1003, 1007-1014 or "
        "3000-4999");
}

TEST_CASE("A close reason is cut at the edge of a code point") {
  CHECK(cut_close_reason("short") == "short");
  CHECK(cut_close_reason(std::string(200, 'x')) == std::string(123, 'x'));
  const std::string two = std::string(122, 'x') + "\xC3\xBC";
  CHECK(cut_close_reason(two) == std::string(122, 'x'));
  const std::string fits = std::string(121, 'x') + "\xC3\xBC" + "y";
  CHECK(cut_close_reason(fits) == std::string(121, 'x') + "\xC3\xBC");
  const std::string four = std::string(120, 'x') + "\xF0\x9D\x84\x9E";
  CHECK(cut_close_reason(four) == std::string(120, 'x'));
}

TEST_CASE("Close codes have names") {
  CHECK(name(CloseCode::going_away) == "going away");
  CHECK(name(CloseCode::try_again_later) == "try again later");
  CHECK(name(static_cast<CloseCode>(3001)) == "library or framework");
  CHECK(name(static_cast<CloseCode>(4999)) == "private use");
  CHECK(name(static_cast<CloseCode>(2999)) == "reserved");
  CHECK(name(static_cast<CloseCode>(5000)) == "out of range");
  CHECK(name(static_cast<CloseCode>(999)) == "out of range");
}

}  // namespace
}  // namespace wskit::wire
