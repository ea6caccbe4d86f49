// SPDX-License-Identifier: MIT
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include <unistd.h>

#include "tests/cli/wskit.h"

using namespace wskit;
using namespace wskit::test;

TEST_CASE("a full standard output is said and exits with 23") {
  const EchoProcess server;
  for (const std::string& words :
       {"bench " + server.url() + " -n 10 -q --json -", "bench " + server.url() + " -n 10",
        std::string("serve echo --listen 127.0.0.1:0"), std::string("--version"),
        std::string("bench --help")}) {
    INFO(words);
    const Exit exit = in_shell(words + " >/dev/full");
    CHECK(exit.code == 23);
    CHECK_THAT(exit.err, Catch::Contains("standard output: No space left on device"));
    CHECK(std::ranges::count(exit.err, '\n') == 1);
  }
}

TEST_CASE("no socket takes the number of a closed standard stream") {
  const Exit exit = in_shell("serve echo --listen 127.0.0.1:0 >&-");
  CHECK(exit.code == 23);
  CHECK_THAT(exit.err, Catch::Contains("Bad file descriptor"));
}

TEST_CASE("a result file does not take the number of a closed standard stream") {
  EchoProcess server;
  const std::string file =
      std::filesystem::temp_directory_path() / ("wskit-streams-" + std::to_string(::getpid()));
  const Exit exit = in_shell("bench " + server.url() + " -n 10 --json " + file + " >&-");
  CHECK(exit.code == 23);
  CHECK_THAT(exit.err, Catch::Contains("Bad file descriptor"));
  std::ifstream content(file);
  const auto json = parse_json(std::string(std::istreambuf_iterator<char>(content), {}));
  std::filesystem::remove(file);
  REQUIRE(json.has_value());
  CHECK((*json)["counts"]["ok"] == 10);
}

TEST_CASE("an error that cannot be said keeps its exit code") {
  CHECK(in_shell("bench ws://127.0.0.1:1/ 2>&-").code == 7);
  CHECK(in_shell("bench ws://127.0.0.1:1/ 2>/dev/full").code == 7);
}
