// SPDX-License-Identifier: MIT
// A browser in front of the proxy.
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>

#include <unistd.h>

#include "tests/cli/proxy_process.h"
#include "tests/cli/wskit.h"
#include "tests/interop/byte_log.h"
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

namespace {

/// A session between two logs of bytes, which must be the same; the recording has it all.
void check_session(bool tls) {
  const std::string recording = "/tmp/wskit-browser-" + std::to_string(::getpid()) + ".jsonl";
  LoggedProxy proxy(tls, {"--record", recording});
  const Json session = run_page("echo.html", {"--insecure", "url=" + proxy.url()});
  CHECK(session["same"] == session["sent"]);
  CHECK(session["clean"] == true);
  const Json outer = proxy.outer.finish();
  const Json inner = proxy.inner.finish();
  CHECK(outer.size() == 1);
  CHECK(differences(outer, inner) == "");
  CHECK(outer.front()["up"][0].get<std::size_t>() > 1'000'000);
  proxy.proxy.process().signal(SIGTERM);
  CHECK(proxy.proxy.process().wait().code == 0);
  std::ifstream file(recording);
  std::size_t sent = 0;
  std::size_t received = 0;
  for (std::string line; std::getline(file, line);) {
    const bool data = line.find(R"("type":"text")") != std::string::npos ||
                      line.find(R"("type":"binary")") != std::string::npos;
    CHECK(line.find("violation") == std::string::npos);
    sent += data && line.find(R"("dir":"send")") != std::string::npos ? 1U : 0U;
    received += data && line.find(R"("dir":"recv")") != std::string::npos ? 1U : 0U;
  }
  std::filesystem::remove(recording);
  CHECK(sent == session["sent"].get<std::size_t>());
  CHECK(received == sent);
}

}  // namespace

TEST_CASE("no byte of a browser's session changes in the proxy") {
  check_session(false);
}

TEST_CASE("no byte of a browser's session over TLS changes in the proxy") {
  check_session(true);
}
