// SPDX-License-Identifier: MIT
// The log of wskit serve.
#include <chrono>
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

const Json& line_with(const std::vector<Json>& lines, const std::string& event,
                      const std::string& target = "") {
  for (const Json& line : lines) {
    if (line.value("event", "") == event && line.value("target", "").starts_with(target)) {
      return line;
    }
  }
  FAIL("no event " << event);
  return lines.front();
}

bool stream(RawClient& client, const std::string& request) {
  return client.request(request).starts_with("HTTP/1.1 200");
}

/// In a chunk.
bool reads(RawClient& client, const std::string& text) {
  auto chunk = client.read_chunk();
  while (chunk && chunk->find(text) == std::string::npos) {
    chunk = client.read_chunk();
  }
  return chunk.has_value();
}

std::size_t count_of(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += what.size()) {
    ++count;
  }
  return count;
}

/// Waits until standard error has it so often.
bool says(PubSubProcess& server, const std::string& text, std::size_t times) {
  const auto deadline = std::chrono::steady_clock::now() + RawClient::kPatience;
  while (count_of(server.process().err(), text) < times) {
    if (std::chrono::steady_clock::now() > deadline) {
      return false;
    }
    (void)server.process().read_line(std::chrono::milliseconds(20));
  }
  return true;
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

TEST_CASE("a server logs the end of streams, and of polls whose client has left") {
  PubSubProcess server({"--log", "json", "--drain-time", "1s"});
  const auto port =
      static_cast<std::uint16_t>(std::stoi(server.url("").substr(server.url("").rfind(':') + 1)));
  RawClient events(port);
  REQUIRE(stream(events, "GET /t/a HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n"));
  {
    RawClient lines(port);
    REQUIRE(stream(lines, "GET /t/a?stream=1 HTTP/1.1\r\nHost: x\r\n\r\n"));
    RawClient poll(port);
    REQUIRE(poll.send("GET /t/b?wait=1m HTTP/1.1\r\nHost: x\r\n\r\n"));
    CHECK(run({"/usr/bin/env", "curl", "-sS", "--max-time", "20", "-d", "hello",
               server.http_url("/t/a")})
              .code == 0);
    CHECK(reads(lines, "hello"));
  }
  CHECK(reads(events, "hello"));
  CHECK(says(server, "by\":\"peer", 2));
  server.process().signal(SIGTERM);
  const Exit exit = server.process().wait();
  CHECK(exit.code == 0);
  const std::vector<Json> lines = lines_of(exit.err);
  const Json& left = line_with(lines, "end", "/t/a?stream=1");
  CHECK(left["by"] == "peer");
  CHECK(left["messages"] == 1);
  CHECK(left["bytes"].get<int>() > 5);
  CHECK(left["method"] == "GET");
  CHECK(left["peer"].get<std::string>().starts_with("127.0.0.1:"));
  const Json& given_up = line_with(lines, "end", "/t/b");
  CHECK(given_up["by"] == "peer");
  CHECK(given_up["messages"] == 0);
  const Json& stopped = lines.back();
  CHECK(stopped["event"] == "end");
  CHECK(stopped["by"] == "server");
  CHECK(stopped["reason"] == "the server is stopping");
  CHECK(stopped["seconds"].get<double>() > 0);
  // What was answered as a whole was told of then.
  CHECK(count_of(exit.err, "\"event\":\"end\"") == 3);
}
