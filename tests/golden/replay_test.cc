// SPDX-License-Identifier: MIT
#include <chrono>

#include "report/replay_json.h"
#include "report/replay_text.h"
#include "stats/replay_result.h"
#include "tests/golden/golden_file.h"
#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::report;
using namespace std::chrono_literals;
using stats::ReplayDifference;
using stats::ReplayResult;
using wskit::test::check_golden;

namespace {

/// At its own pace, and as it was recorded.
ReplayResult good_replay() {
  ReplayResult result;
  result.file = "chat.jsonl";
  result.url = "wss://ws.example/chat";
  result.pace = "original";
  // 2026-11-24T12:00:00Z
  result.start = stats::WallClock(std::chrono::seconds(1'795'521'600));
  result.duration_s = 12.5;
  result.rounds = 1;
  result.connections = 2;
  result.sent = 1200;
  result.received = result.recorded = 1300;
  result.sent_bytes = 34'000;
  result.received_bytes = 45'000;
  result.deviation.emplace();
  for (int i = 0; i < 1200; ++i) {
    result.deviation->record(40us + i * 100ns);
  }
  result.deviation->record(3ms);
  result.check.emplace();
  result.check->compared = 1300;
  return result;
}

/// With every kind of difference, texts of the server's, and an error.
ReplayResult bad_replay() {
  ReplayResult result = good_replay();
  result.pace = "x2.5";
  result.file = "chat\x1b[1m.jsonl";
  stats::ReplayCheck& check = *result.check;
  check.different = 12;
  check.missing = 1;
  check.unexpected = 1;
  check.first = {{.kind = ReplayDifference::Kind::different,
                  .line = 17,
                  .connection = 2,
                  .expected = R"(text {"user":"ann","users":[1,2,3]})",
                  .got = R"(text {"user":"bob","users":[1,2,3]})",
                  .place = "/user",
                  .expected_there = R"("ann")",
                  .got_there = R"("bob")"},
                 {.kind = ReplayDifference::Kind::missing,
                  .line = 1234,
                  .connection = 1,
                  .expected = "close 1000 bye"},
                 {.kind = ReplayDifference::Kind::unexpected,
                  .line = 1233,
                  .connection = 1,
                  .got = "binary 00 01 02"}};
  result.error = Error{ErrorCode::reset, "receive from 127.0.0.1:9001: Connection reset by peer"};
  result.interrupted = true;
  return result;
}

/// Without times and without a check.
ReplayResult fast() {
  ReplayResult result = good_replay();
  result.pace = "asap";
  result.rounds = 3;
  result.deviation.reset();
  result.check.reset();
  return result;
}

}  // namespace

TEST_CASE("the text of a replay is as agreed") {
  check_golden("replay.txt", replay_text(good_replay(), {}));
  check_golden("replay-broken-colour.txt", replay_text(bad_replay(), {.colour = true}));
  check_golden("replay-asap.txt",
               replay_text(fast(), {.colour = false, .unicode = false, .width = 60}));
}

TEST_CASE("the JSON of a replay is as agreed") {
  check_golden("replay.json", write_replay_json(good_replay()));
  check_golden("replay-broken.json", write_replay_json(bad_replay()));
  check_golden("replay-asap.json", write_replay_json(fast()));
}
