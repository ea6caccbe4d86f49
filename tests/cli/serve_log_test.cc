// SPDX-License-Identifier: MIT
// The log of wskit serve.
#include <csignal>
#include <cstdint>
#include <string>
#include <vector>

#include "core/json.h"
#include "tests/cli/pubsub_process.h"
#include "tests/cli/wskit.h"
#include "tests/support/raw_client.h"

using namespace wskit;
using namespace wskit::test;

namespace {

/// What a server says on standard error of a WebSocket that comes and goes, of one that is refused,
/// and of a request.
std::string log_of(const std::vector<std::string>& arguments) {
  PubSubProcess server(arguments);
  const auto port =
      static_cast<std::uint16_t>(std::stoi(server.url("").substr(server.url("").rfind(':') + 1)));
  {
    RawClient client(port);
    REQUIRE(client.upgrade({}, "/t/a?access_token=t0k3n"));
    REQUIRE(client.send_frame(0x88, std::string("\x0f\xa1") + "by \"now\""));
    CHECK(client.read_frame().has_value());
  }
  CHECK(RawClient(port).request(upgrade_request("", "/nowhere")).find("HTTP/1.1 4") == 0);
  const Exit asked =
      run({"/usr/bin/env", "curl", "-sS", "--max-time", "20", "-d", "x", server.http_url("/t/a")});
  CHECK(asked.code == 0);
  server.process().signal(SIGTERM);
  const Exit exit = server.process().wait();
  CHECK(exit.code == 0);
  return exit.err;
}

std::vector<Json> lines_of(const std::string& text) {
  std::vector<Json> lines;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = text.find('\n', at);
    lines.push_back(parse_json(text.substr(at, end - at)).value());
    at = end + 1;
  }
  return lines;
}

const Json& line_with(const std::vector<Json>& lines, const std::string& event) {
  for (const Json& line : lines) {
    if (line.value("event", "") == event) {
      return line;
    }
  }
  FAIL("no event " << event);
  return lines.front();
}

}  // namespace

TEST_CASE("a server logs connections, refusals and requests as JSON") {
  const std::vector<Json> lines = lines_of(log_of({"--log", "json"}));
  const Json& open = line_with(lines, "open");
  CHECK(open["id"] == 1);
  CHECK(open["level"] == "info");
  CHECK(open["peer"].get<std::string>().starts_with("127.0.0.1:"));
  CHECK(open["target"] == "/t/a?access_token=***");
  CHECK(open["time"].get<std::string>().ends_with("Z"));
  const Json& close = line_with(lines, "close");
  CHECK(close["id"] == 1);
  CHECK(close["code"] == 4001);
  CHECK(close["by"] == "peer");
  CHECK(close["reason"] == "by \"now\"");
  CHECK(close["seconds"].get<double>() >= 0);
  const Json& refuse = line_with(lines, "refuse");
  CHECK(refuse["status"].get<int>() >= 400);
  CHECK_FALSE(refuse["why"].get<std::string>().empty());
  const Json& request = line_with(lines, "request");
  CHECK(request["method"] == "POST");
  CHECK(request["target"] == "/t/a");
  CHECK(request["status"] == 200);
}

TEST_CASE("a server logs them as text, in one line each, and without --log not at all") {
  const std::string text = log_of({"--log", "text"});
  INFO(text);
  CHECK(text.find("Z open id=1 peer=127.0.0.1:") != std::string::npos);
  CHECK(text.find(" code=4001 by=peer reason=\"by \\\"now\\\"\"\n") != std::string::npos);
  CHECK(text.find("Z request peer=127.0.0.1:") != std::string::npos);
  CHECK(text.find("t0k3n") == std::string::npos);
  CHECK(log_of({}).empty());
}
