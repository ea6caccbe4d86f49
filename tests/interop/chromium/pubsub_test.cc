// SPDX-License-Identifier: MIT
// A browser's own WebSocket, EventSource and fetch against `wskit serve pubsub`.
#include "tests/cli/pubsub_process.h"
#include "tests/interop/chromium/run_page.h"

using namespace wskit;
using namespace wskit::test;

TEST_CASE("a browser publishes and subscribes over WebSocket, EventSource and fetch") {
  const PubSubProcess server({"--allow-origin", "*", "--threads", "2"});
  const Json seen = run_page("pubsub.html", {"url=" + server.url("/t/room")});
  const Json all = Json::array({"one", "two", "three"});
  CHECK(seen["socket"] == all);
  CHECK(seen["events"] == all);
  CHECK(seen["sameCursor"] == true);
  CHECK(seen["poll"] == Json::array({"two", "three"}));
}
