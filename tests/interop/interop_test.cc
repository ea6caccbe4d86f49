// SPDX-License-Identifier: MIT
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "core/json.h"
#include "tests/support/catch.h"
#include "tests/support/process.h"

using namespace wskit;
using namespace wskit::test;

namespace {

const std::string kTestDirectory = WSKIT_INTEROP_DIRECTORY;

/// The same load test, whatever the server.
Json bench(const std::string& url, std::vector<std::string> more) {
  more.insert(more.begin(),
              {WSKIT_BINARY, "bench", url, "-c", "20", "-n", "2000", "--json", "-", "-q"});
  const Exit exit = run(more);
  INFO(exit.err);
  REQUIRE(exit.code == 0);
  return parse_json(exit.out).value();
}

void check_load(const std::string& url) {
  REQUIRE_THAT(url, Catch::StartsWith("ws://127.0.0.1:"));
  const std::vector<std::vector<std::string>> runs{
      {"--text"},
      {"--binary"},
      {"--size", "70000", "--window", "2"},
      {"--window", "16"},
      {"-r", "2000"},
      {"--payload", "hello, \xc3\xa4\xe2\x82\xac"},
      {"--match", "id", "--payload", R"({"id":1,"method":"add"})"},
      {"--compress", "--size", "500"},
  };
  for (const auto& options : runs) {
    INFO(options.front() << " " << options.back());
    const Json result = bench(url, options);
    CHECK(result["counts"]["ok"] == 2000);
    CHECK(result["counts"]["scheduled"] == 2000);
    CHECK(result["verdict"]["sums_hold"] == true);
    if (options.front() == "--compress") {
      // The filler is the same in all messages: with context takeover it costs a few bytes.
      CHECK(result["counts"]["wire_bytes_sent"] < 2000 * 500 / 4);
      CHECK(result["counts"]["wire_bytes_received"] < 2000 * 500 / 4);
    }
  }
}

bool can_run(const std::vector<std::string>& command) {
  return run(command).code == 0;
}

}  // namespace

TEST_CASE("bench runs unchanged against python websockets") {
  if (!can_run({"/usr/bin/python3", "-c", "import websockets"})) {
    skip("python3-websockets is not installed");
  }
  Process server({"/usr/bin/python3", kTestDirectory + "/websockets_echo.py"});
  check_load(server.read_line());
}

TEST_CASE("bench runs unchanged against npm ws") {
  const std::string modules = kTestDirectory + "/node_modules";
  if (!std::filesystem::exists(modules + "/ws/package.json")) {
    skip("npm's ws is not installed; scripts/npm-packages does it");
  }
  setenv("WSKIT_NODE_MODULES", modules.c_str(), 1);
  Process server({"/usr/bin/env", "node", kTestDirectory + "/ws_echo.js"});
  check_load(server.read_line());
}
