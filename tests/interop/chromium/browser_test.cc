// SPDX-License-Identifier: MIT
// A browser in front of the proxy.
#include <string>

#include "tests/cli/proxy_process.h"
#include "tests/cli/wskit.h"
#include "tests/interop/chromium/run_page.h"

using namespace wskit;
using namespace wskit::test;

TEST_CASE("a browser's session through the proxy is the same as without it") {
  const EchoProcess server({"--allow-origin", "*"});
  const ProxyProcess proxy(server.url());
  const Json direct = run_page("echo.html", {"url=" + server.url(), "protocols=a,b"});
  const Json through = run_page("echo.html", {"url=" + proxy.url(), "protocols=a,b"});
  CHECK(through == direct);
  CHECK(through["same"] == through["sent"]);
  CHECK(through["protocol"] == "a");
  CHECK(through["extensions"] == "permessage-deflate");
  CHECK(through["code"] == 1000);
  CHECK(through["clean"] == true);
}
