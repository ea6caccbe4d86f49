// SPDX-License-Identifier: MIT
#include "tests/golden/example_cases.h"

#include <chrono>
#include <string>
#include <string_view>

namespace wskit::test {
namespace {

using namespace std::chrono_literals;
using stats::CaseFailure;
using stats::CaseResult;
using stats::CaseRun;
using stats::CaseStatus;

CaseRun empty_run() {
  CaseRun run;
  // 2026-11-24T12:00:00.25Z.
  run.start = stats::WallClock(std::chrono::seconds(1'795'521'600) + 250ms);
  run.duration = 1234567us;
  run.seed = 18'446'744'073'709'551'615U;
  run.command = "wskit test --shuffle tests/chat.wst ./smoke.wst";
  run.version = "0.1.0";
  return run;
}

CaseResult passed(std::string_view file, std::string_view name) {
  CaseResult result;
  result.file = file;
  result.name = name;
  result.line = 5;
  result.duration = 12'345'678ns;
  return result;
}

CaseResult not_passed(CaseResult result, CaseStatus status, CaseFailure failure) {
  result.status = status;
  result.failure = std::move(failure);
  return result;
}

}  // namespace

CaseRun example_cases() {
  CaseRun run = empty_run();
  run.cases.push_back(passed("tests/chat.wst", "login"));
  run.cases.push_back(
      not_passed(passed("tests/chat.wst", "room fan-out"), CaseStatus::failed,
                 {.file = "tests/rooms.wst",
                  .line = 17,
                  .column = 9,
                  .message = "no message is {\"say\":\"hi\"} within 1 s",
                  .details = "nearest: {\"say\":\"ho\"}\n              ^ \"ho\" is not \"hi\"\n\n"
                             "  left in the mailbox: 1 message\n"}));
  run.cases.push_back(
      not_passed(passed("smoke.wst", "echo"), CaseStatus::errored,
                 {.file = "smoke.wst", .message = "connect ws://127.0.0.1:1: connection refused"}));
  run.cases.push_back(not_passed(passed("tests/chat.wst", "silence"), CaseStatus::skipped,
                                 {.message = "--fail-fast: a case before it failed"}));
  for (const std::uint32_t repetition : {1U, 2U}) {
    CaseResult again = passed("smoke.wst", "binary");
    again.repetition = repetition;
    run.cases.push_back(again);
  }
  CaseResult unsaid = passed("smoke.wst", "not run");
  unsaid.status = CaseStatus::skipped;
  run.cases.push_back(unsaid);
  return run;
}

CaseRun awkward_cases() {
  CaseRun run = empty_run();
  run.command = "wskit test '\x1b[31m' \"a&b\"\n# not ok";
  for (const std::string_view text :
       {std::string_view("'single' \"double\" <&> `back`"), std::string_view("]]> and <![CDATA["),
        std::string_view("# SKIP me, # toDo me, \\# and \\"),
        std::string_view("ok 7 - line\nnot ok 8 - another\r\n1..0\rBail out!"),
        std::string_view("emoji 😀, größe, 漢字, \u202e right to left"),
        std::string_view("not UTF-8: \xff\xc3\x28 \xed\xa0\x80"),
        std::string_view("control: \0\x01\x1b[31m\x07\x7f\t\xc2\x9b 31m", 25),
        std::string_view("no characters: \xef\xbf\xbe \xef\xbf\xbf \xef\xbf\xbd"),
        std::string_view("100%25, a:b,c::error::d"), std::string_view("---\n...\n  - ? {}"),
        std::string_view(" "), std::string_view()}) {
    run.cases.push_back(not_passed(passed("../dir.d/" + std::string(text), text),
                                   CaseStatus::failed,
                                   {.file = "../dir.d/" + std::string(text),
                                    .line = 1,
                                    .column = 2,
                                    .message = std::string(text),
                                    .details = " first: 'x'\n" + std::string(text) + "\n\n last"}));
  }
  CaseResult skipped = run.cases[2];
  skipped.status = CaseStatus::skipped;
  run.cases.push_back(skipped);
  return run;
}

}  // namespace wskit::test
