// SPDX-License-Identifier: MIT
// The page at / of `wskit serve pubsub`, in a browser.
#include <string>
#include <vector>

#include "core/json.h"
#include "tests/cli/pubsub_process.h"
#include "tests/cli/scratch_file.h"
#include "tests/interop/chromium/run_page.h"

using namespace wskit;
using namespace wskit::test;

namespace {

/// What pubsub_page.py prints of that use of the page.
Json use_page(const std::string& use, const PubSubProcess& server) {
  return run_browser({"pubsub_page.py", use, server.http_url("/")});
}

void check_quiet(const Json& seen) {
  CHECK(seen["problems"] == Json::array());
  CHECK(seen["foreign"] == Json::array());
}

}  // namespace

TEST_CASE("the page shows other clients and topics, watches one, and publishes by keyboard alone") {
  const PubSubProcess server({"--threads", "2"});
  Process client({WSKIT_BINARY, "listen", server.url("/t/room?after=0")});
  REQUIRE(run({WSKIT_BINARY, "send", server.url("/t/room"), "one", "-1"}).code == 0);
  REQUIRE(client.read_line() == "one");
  const Json seen = use_page("use", server);
  INFO(dump_json(seen, 2));
  check_quiet(seen);
  CHECK(seen["connections_before"] == "1 connection");
  CHECK(seen["log"].get<std::string>().find("one") == std::string::npos);
  CHECK(seen["state"] == "room: 2 messages, 0 gaps; connected");
  CHECK(seen["about"].get<std::string>().find("2 threads") != std::string::npos);
}

TEST_CASE("the page shows what topics and payloads say, and does not do it") {
  const PubSubProcess server;
  const Json seen = use_page("hostile", server);
  INFO(dump_json(seen, 2));
  check_quiet(seen);
  CHECK(seen["hacked"] == "undefined");
  CHECK(seen["images"] == 0);
  CHECK(seen["scripts"] == 1);
  CHECK(seen["topic"] == R"(<img src=x onerror="window.hacked=1">)");
  CHECK(seen["log"].get<std::string>().find(
            R"(<script>window.hacked=1</script>\u202etxt.exe\u0007)") != std::string::npos);
}

TEST_CASE("the page goes on where its connection broke, and says so where messages are gone") {
  const PubSubProcess server({"--history", "2"});
  const Json seen = use_page("resume", server);
  INFO(dump_json(seen, 2));
  CHECK(seen["complete"] == "room: 3 messages, 0 gaps; connected");
  CHECK(seen["incomplete"] == "room: 5 messages, 1 gap; connected");
}

TEST_CASE("the page asks for a token, uses it everywhere, and keeps it nowhere") {
  const ScratchFile tokens("page-tokens");
  tokens.write("admin ann\n");
  const PubSubProcess server({"--auth-tokens", tokens.path()});
  const Json seen = use_page("token", server);
  INFO(dump_json(seen, 2));
  CHECK_FALSE(seen["refused"].get<std::string>().empty());
  CHECK(seen["url"] == server.http_url("/"));
  CHECK(seen["stored"] == 0);
}

TEST_CASE("the page switches faults on and off, or says that the server has none") {
  const PubSubProcess server;
  const Json seen = use_page("faults", server);
  INFO(dump_json(seen, 2));
  if (seen["on"] == true) {
    CHECK(seen["refused"].get<std::string>().find("nonsense") != std::string::npos);
  } else {
    CHECK(seen["why"].get<std::string>().starts_with("Not switched on"));
  }
}

TEST_CASE("the page is light or dark as the browser wants it, and fits on 360 pixels") {
  const PubSubProcess server;
  const Json seen = use_page("looks", server);
  INFO(dump_json(seen, 2));
  check_quiet(seen);
  CHECK(seen["light"]["ground"] != seen["dark"]["ground"]);
  CHECK(seen["light"]["text"] != seen["dark"]["text"]);
  for (const char* const look : {"light", "dark", "narrow", "narrow-dark"}) {
    CHECK(seen[look]["overflow"].get<int>() <= 0);
  }
}
