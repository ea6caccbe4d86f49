// SPDX-License-Identifier: MIT
// What a browser exports of its WebSockets, as a recording and as a script.
#include <string>

#include "tests/cli/scratch_file.h"
#include "tests/cli/wskit.h"
#include "tests/interop/chromium/run_page.h"

using namespace wskit;
using namespace wskit::test;

TEST_CASE("a HAR file of a real browser replays, and becomes a script that passes") {
  const EchoProcess server({"--allow-origin", "*"});
  const ScratchFile archive("chromium.har");
  const ScratchFile recording("chromium.jsonl");
  const ScratchFile script("chromium.wst");
  const Json page = run_page("echo.html", {"--har", archive.path(), "url=" + server.url()});
  REQUIRE(page["same"] == page["sent"]);
  REQUIRE(test::wskit({"record", "--import", archive.path(), "-o", recording.path()}).code == 0);
  const Exit replayed =
      test::wskit({"replay", recording.path(), server.url(), "--check", "--json", "-", "-q"});
  INFO(replayed.err);
  CHECK(replayed.code == 0);
  CHECK(result_of(replayed)["counts"]["sent"] == page["sent"]);
  REQUIRE(test::wskit({"record", "--convert", recording.path(), script.path()}).code == 0);
  const Exit tested = test::wskit({"test", script.path()});
  INFO(tested.out + tested.err);
  CHECK(tested.code == 0);
}
