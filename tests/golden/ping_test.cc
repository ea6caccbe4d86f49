// SPDX-License-Identifier: MIT
// Compares the outputs of `wskit ping` with files of this directory.
#include "report/ping_json.h"
#include "report/ping_text.h"
#include "stats/ping_result.h"
#include "tests/golden/golden_file.h"
#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::report;
using namespace std::chrono_literals;
using stats::PingResult;
using wskit::test::check_golden;

namespace {

/// 2026-11-24T12:00:00Z.
constexpr std::chrono::sys_seconds kNow{std::chrono::seconds(1'795'521'600)};

void add_check(PingResult& result, std::string_view limit) {
  result.checks.push_back(
      stats::check_limit(stats::parse_round_trip_limit(limit).value(), result.round_trips));
}

/// All went well.
PingResult good() {
  PingResult result;
  result.url = "wss://ws.example/chat";
  result.start = kNow;
  result.peer = "[2001:db8::7]:443";
  result.opening = stats::OpeningTimes{
      .dns = 4200us, .connect = 11ms, .tls = 25ms, .upgrade = 14ms, .first_byte = 13500us};
  result.tls_version = "TLS 1.3";
  result.cipher = "TLS_AES_256_GCM_SHA384";
  result.chain = {{.subject = "CN = ws.example",
                   .issuer = "C = XX, O = Example Trust, CN = Example R3",
                   .names = {"ws.example", "www.ws.example", "2001:db8::7"},
                   .key = "EC prime256v1",
                   .not_before = kNow - 40 * 24h,
                   .not_after = kNow + 50 * 24h},
                  {.subject = "C = XX, O = Example Trust, CN = Example R3",
                   .issuer = "C = XX, O = Example Trust, CN = Example Root",
                   .names = {},
                   .key = "RSA 2048",
                   .not_before = kNow - 1000 * 24h,
                   .not_after = kNow + 900 * 24h}};
  result.subprotocol = "chat.v2";
  result.compression = "permessage-deflate; server_no_context_takeover";
  for (const Nanoseconds time : {11200us, 10900us, 12100us, 11000us}) {
    result.round_trips.sent();
    result.round_trips.answered(time);
  }
  add_check(result, "p99:50ms");
  result.checks.push_back(stats::check_expiry(result.chain, 14, kNow));
  return result;
}

/// As bad as it can be, over a connection that opened.
PingResult bad() {
  PingResult result = good();
  result.url = "wss://ws.example/\x1b[31m";
  result.location = "wss://elsewhere.example/\x1b[1m";
  result.opening->redirects = 20ms;
  result.proxy = "socks5h://127.0.0.1:1080";
  result.peer = "127.0.0.1:1080";
  result.chain.resize(1);
  result.chain[0].subject = "CN = \x1b]0;title\x07";
  result.chain[0].not_after = kNow - 24h;
  result.distrust = "certificate has expired (2026-11-23)";
  result.compression.clear();
  for (int i = 0; i < 3; ++i) {
    result.round_trips.sent();
  }
  result.round_trips.lost();
  result.round_trips.lost();
  result.round_trips.unmatched();
  result.checks.clear();
  for (const char* limit : {"5ms", "avg:20ms", "p50:20ms", "p99:50ms"}) {
    add_check(result, limit);
  }
  result.checks.push_back(stats::check_expiry(result.chain, 14, kNow));
  result.error = Error{ErrorCode::closed_remote, "the server closed with 1011 (internal error)"};
  result.interrupted = true;
  return result;
}

/// No WebSocket came of it.
PingResult refused() {
  PingResult result = bad();
  result.peer.clear();
  result.opening.reset();
  result.tls_version.clear();
  result.cipher.clear();
  result.subprotocol.clear();
  result.round_trips = {};
  result.checks.clear();
  result.error = Error{ErrorCode::tls_certificate, "certificate has expired (2026-11-23)"};
  return result;
}

std::string text_of(const PingResult& result, bool picture, const TextOptions& options) {
  return ping_opening_text(result, picture, options) + certificates_text(result, kNow, options) +
         pong_line(1, 11200us, options) + lost_line(2, options) +
         ping_summary_text(result, options);
}

}  // namespace

TEST_CASE("the text of a ping that went well is as agreed") {
  check_golden("ping.txt", text_of(good(), true, {}));
  check_golden("ping-plain.txt",
               text_of(good(), false, {.colour = false, .unicode = false, .width = 60}));
}

TEST_CASE("the text of a ping in which all goes wrong is as agreed") {
  check_golden("ping-broken-colour.txt", text_of(bad(), true, {.colour = true}));
  check_golden("ping-refused.txt", certificates_text(refused(), kNow, {}));
}

TEST_CASE("the JSON of a ping is as agreed") {
  check_golden("ping.json", write_ping_json(good()));
  check_golden("ping-broken.json", write_ping_json(bad()));
  check_golden("ping-refused.json", write_ping_json(refused()));
}

TEST_CASE("conditions that do not hold are said in one line each") {
  CHECK(broken_checks(good()).empty());
  CHECK(broken_checks(bad()) ==
        std::vector<std::string>{"5ms does not hold: infinite: pongs are missing",
                                 "avg:20ms does not hold: infinite: pongs are missing",
                                 "p99:50ms does not hold: infinite: pongs are missing",
                                 "expiry:14 does not hold: expired 1 day ago"});
}
