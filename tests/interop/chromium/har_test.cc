// SPDX-License-Identifier: MIT
// What a browser exports of its WebSockets, as a recording and as a script. The file is written by
// Playwright from what Debian's Chromium tells.
#include <array>
#include <filesystem>
#include <string>

#include "tests/cli/scratch_file.h"
#include "tests/cli/wskit.h"
#include "tests/interop/chromium/run_page.h"

using namespace wskit;
using namespace wskit::test;

namespace {

/// Playwright leaves the two empty messages of echo.html out.
constexpr int kEmptyMessages = 2;

std::string chromium() {
  for (const char* const path : {"/usr/bin/chromium", "/usr/bin/chromium-browser"}) {
    if (std::filesystem::exists(path)) {
      return path;
    }
  }
  skip("chromium is not installed; scripts/deps test does it");
}

/// Exports what echo.html does with each URL, and gives how many messages it sent to one.
int export_har(const ScratchFile& archive, const std::array<std::string, 2>& urls) {
  const std::string here = WSKIT_CHROMIUM_DIRECTORY;
  if (!std::filesystem::exists(here + "/../node_modules/playwright-core/package.json")) {
    skip("npm's playwright-core is not installed; scripts/npm-packages does it");
  }
  Process process({"/usr/bin/env", "node", here + "/record_har.js", chromium(), here + "/echo.html",
                   archive.path(), urls[0], urls[1]});
  const Exit exit = process.wait(std::chrono::seconds(90));
  INFO(exit.err);
  REQUIRE(exit.code == 0);
  const Json pages = parse_json(exit.out).value();
  for (const Json& page : pages) {
    REQUIRE(page["same"] == page["sent"]);
  }
  return pages[0]["sent"].get<int>() - kEmptyMessages;
}

/// That the recording has so many messages sent to its server, and all come back.
void check_replay(const ScratchFile& recording, const EchoProcess& server, int sent) {
  const Exit replayed =
      test::wskit({"replay", recording.path(), server.url(), "--check", "--json", "-", "-q"});
  INFO(replayed.err);
  CHECK(replayed.code == 0);
  CHECK(result_of(replayed)["counts"]["sent"] == sent);
  CHECK(result_of(replayed)["check"]["compared"] == sent);
}

}  // namespace

TEST_CASE("a HAR file of a real browser replays, and becomes a script that passes") {
  const EchoProcess server({"--allow-origin", "*"});
  const ScratchFile archive("chromium.har");
  const ScratchFile recording("chromium.jsonl");
  const ScratchFile script("chromium.wst");
  const std::string feed = server.url() + "feed";
  const int sent = export_har(archive, {server.url() + "chat", feed});
  REQUIRE(test::wskit({"record", "--import", archive.path(), "-o", recording.path()}).code == 0);
  CHECK_THAT(recording.content(), Catch::Contains("\"conn\":2,\"ev\":\"open\""));
  check_replay(recording, server, 2 * sent);
  REQUIRE(test::wskit({"record", "--convert", recording.path(), script.path()}).code == 0);
  const Exit tested = test::wskit({"test", script.path()});
  INFO(tested.out + tested.err);
  CHECK(tested.code == 0);
  REQUIRE(
      test::wskit({"record", "--import", archive.path(), "--url", "/fe+d$", "-o", recording.path()})
          .code == 0);
  CHECK_THAT(recording.content(),
             Catch::Contains(feed) && !Catch::Contains("/chat") && !Catch::Contains("\"conn\":2"));
  check_replay(recording, server, sent);
}
