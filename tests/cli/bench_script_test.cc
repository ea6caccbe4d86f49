// SPDX-License-Identifier: MIT
#include <string>
#include <utility>
#include <vector>

#include "tests/cli/canned_server.h"
#include "tests/cli/script_file.h"
#include "tests/cli/wskit.h"

using namespace wskit;
using namespace wskit::test;

namespace {

const std::string kChat =
    "test chat\nstep login\n> {\"user\":\"{{name}}{{conn}}\"}\n< json {}\n"
    "    capture user = jsonpath \"$.user\"\nstep talk\n> hi {{user}}\n< hi {{user}}\n";

Exit bench_script(const std::string& url, const ScriptFile& script, std::vector<std::string> more) {
  more.insert(more.begin(), {"bench", url, "--script", script.path()});
  return test::wskit(more);
}

Json result(const std::string& url, const ScriptFile& script, std::vector<std::string> more) {
  more.insert(more.end(), {"--json", "-", "-q"});
  return result_of(bench_script(url, script, more));
}

}  // namespace

TEST_CASE("bench plays a script in a loop and measures its steps") {
  const EchoProcess server;
  const ScriptFile script(kChat);
  const Json run =
      result(server.url(), script, {"-c", "5", "-t", "2", "-n", "200", "--var", "name=u"});
  CHECK(run["counts"]["ok"] == 200);
  CHECK(run["run"]["match"] == "script");
  const Json& played = run["script"];
  CHECK(played["test"] == "chat");
  CHECK(played["started"] == 200);
  CHECK(played["completed"] == 200);
  REQUIRE(played["steps"].size() == 2);
  for (const char* const name : {"login", "talk"}) {
    const Json& step = played["steps"][name == std::string("login") ? 0 : 1];
    CHECK(step["name"] == name);
    CHECK(step["latency"]["count"] == 200);
    CHECK(step["failed"] == 0);
  }
  CHECK(run["connections"]["opened"] == 5);
}

TEST_CASE("the report has a line for each step, and the first failure with its line") {
  const EchoProcess server;
  const ScriptFile script("step good\n> a\n< a\nstep bad\n> b\nstrict < c\n");
  const Exit exit = bench_script(server.url(), script, {"-c", "1", "-n", "2", "--color", "never"});
  // Not one iteration went well.
  CHECK(exit.code == 1);
  CHECK_THAT(exit.out, Catch::Contains("2 iterations started: 0 completed, 2 failed, 0 cut off"));
  CHECK_THAT(exit.out, Catch::Contains("\n  good                     2 "));
  CHECK_THAT(exit.out, Catch::Contains("\n  bad                      0 "));
  CHECK_THAT(exit.out, Catch::Contains("2  unmet in bad\n"));
  CHECK_THAT(exit.out, Catch::Contains("connection 1, iteration 1: the next message is another"));
  CHECK_THAT(exit.out, Catch::Contains("t.wst:6: strict < c\n"));
}

TEST_CASE("bench says when no connection of a script could be opened again, and exits with 56") {
  bool upgraded = false;
  const CannedServer server([&upgraded](const std::string& request) {
    return std::exchange(upgraded, true) ? "HTTP/1.1 503 Gone\r\nContent-Length: 0\r\n\r\n"
                                         : accept_answer(request,
                                                         "\x81\x01"
                                                         "a");
  });
  const ScriptFile script("< [100ms] a\n");
  const Exit exit = bench_script(server.url(), script, {"-c", "1", "-n", "10", "-q"});
  CHECK(exit.code == 56);
  CHECK_THAT(exit.err, Catch::Contains("the connection was lost: ") && Catch::Contains("503"));
}

TEST_CASE("thresholds hold for steps") {
  const EchoProcess server;
  const ScriptFile script("step good\n> a\n< a\nstep bad\n> b\nstrict < c\n");
  const std::vector<std::string> once{"-c", "1", "-n", "1", "-q", "--threshold"};
  const auto with = [&](const std::string& threshold) {
    auto more = once;
    more.push_back(threshold);
    return bench_script(server.url(), script, more);
  };
  CHECK(with("step.good.p99<10s").err.empty());
  CHECK_THAT(with("step.bad.p99<10s").err, Catch::Contains("does not hold: infinite"));
  const Exit unknown = with("step.none.p99<1s");
  CHECK(unknown.code == 2);
  CHECK_THAT(unknown.err, Catch::Contains("no step 'none'; there are good, bad"));
}

TEST_CASE("a script that is none for load tests ends before anything is sent") {
  // Nobody listens: a connection would end with another code.
  const std::string url = "ws://127.0.0.1:9/";
  const auto complaint = [&url](const std::string& text, const std::vector<std::string>& more) {
    const Exit exit = bench_script(url, ScriptFile(text), more);
    CHECK(exit.code == 2);
    CHECK(exit.out.empty());
    return exit.err;
  };
  CHECK_THAT(complaint("test a\n> 1\ntest b\n> 2\n", {}),
             Catch::Contains("2 tests") && Catch::Contains("--test 'a'"));
  CHECK_THAT(complaint("test a\n> 1\n", {"--test", "b"}), Catch::Contains("no test 'b'"));
  CHECK_THAT(complaint("client a, b\na> 1\nb< 1\n", {}), Catch::Contains("2 clients"));
  CHECK_THAT(complaint("http GET http://127.0.0.1:9/\n> 1\n", {}), Catch::Contains("t.wst:1: "));
  CHECK_THAT(complaint("> 1\nreconnect\n", {}), Catch::Contains("t.wst:2: "));
  CHECK_THAT(complaint("> {{nobody}}\n", {}), Catch::Contains("t.wst:1:"));
  CHECK_THAT(complaint("header X: {{conn}}\n> 1\n", {}), Catch::Contains("header X"));
  CHECK_THAT(complaint("> 1\n", {"-r", "100"}), Catch::Contains("--rate"));
  CHECK_THAT(complaint("> 1\n", {"--window", "2"}), Catch::Contains("--window"));
  CHECK(test::wskit({"bench", url, "--test", "a"}).code == 2);
  CHECK(test::wskit({"bench", url, "--script", "/nonexistent.wst"}).code != 0);
}

TEST_CASE("the test that is named is played, with the script's headers and subprotocol") {
  const EchoProcess server({"--subprotocol", "chat.v2"});
  const ScriptFile script(
      "protocol chat.v2\ntest a\n> 1\nstrict < 2\ntest b\nheader X-Token: {{token}}\n> 3\n< 3\n");
  const Json run =
      result(server.url(), script, {"--test", "b", "--var", "token=t", "-c", "2", "-n", "10"});
  CHECK(run["script"]["test"] == "b");
  CHECK(run["script"]["completed"] == 10);
  CHECK(run["run"]["subprotocol"] == "chat.v2");
}

TEST_CASE("one process plays a script on 10000 connections") {
  const EchoProcess server;
  const ScriptFile script(kChat);
  const Json run = result(server.url(), script,
                          {"-c", "10000", "-n", "20000", "--var", "name=u", "--timeout", "60s"});
  CHECK(run["connections"]["opened"] == 10'000);
  CHECK(run["script"]["started"] == 20'000);
  CHECK(run["script"]["completed"] == 20'000);
  CHECK(run["script"]["steps"][1]["latency"]["count"] == 20'000);
  CHECK(run["verdict"]["sums_hold"] == true);
}
