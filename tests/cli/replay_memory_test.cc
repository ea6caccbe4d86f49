// SPDX-License-Identifier: MIT
#include <fstream>
#include <string>

#include "tests/cli/scratch_file.h"
#include "tests/cli/wskit.h"

using namespace wskit;
using namespace wskit::test;

namespace {

/// The peak of resident memory, in KiB, of checking a recording of so many messages against an echo
/// server.
long peak_of(const EchoProcess& server, int messages) {
  const ScratchFile file("replay-memory.jsonl");
  {
    std::ofstream out(file.path());
    out << "{\"wskit\":1}\n";
    for (int i = 0; i < messages; ++i) {
      const std::string rest = R"(,"type":"text","data":"message )" + std::to_string(i) + "\"}\n";
      out << R"({"t":0,"dir":"send")" << rest << R"({"t":0,"dir":"recv")" << rest;
    }
  }
  const ScratchFile usage("replay-memory-usage");
  Process replay({WSKIT_PYTHON, WSKIT_CLI_TESTS "/child_usage.py", usage.path(), WSKIT_BINARY,
                  "replay", file.path(), server.url(), "--pace", "asap", "--check", "-q"});
  const Exit exit = replay.wait(std::chrono::seconds(110));
  INFO(exit.err);
  REQUIRE(exit.code == 0);
  return std::stol(usage.content());
}

}  // namespace

TEST_CASE("a recording of 1,000,000 messages is played and checked in constant memory") {
  const EchoProcess server;
  const long small = peak_of(server, 20'000);
  const long large = peak_of(server, 500'000);
  INFO(small << " and " << large << " KiB");
  CHECK(large < small + 8 * 1024);
  CHECK(large < 64 * 1024);
}
