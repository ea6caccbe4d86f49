// SPDX-License-Identifier: MIT
// Both programs with several threads each: ThreadSanitizer, where it runs, ends them with a code
// of its own. Nothing here depends on how fast that is.
#include <csignal>
#include <string>
#include <vector>

#include "tests/cli/wskit.h"

using namespace wskit;
using namespace wskit::test;

namespace {

std::vector<std::string> bench_command(const EchoProcess& server, std::vector<std::string> more) {
  const std::vector<std::string> front{WSKIT_BINARY, "bench", server.url(), "-t", "3",
                                       "-c",         "12",    "--json",     "-",  "-q"};
  more.insert(more.begin(), front.begin(), front.end());
  return more;
}

void stop(EchoProcess& server) {
  server.process().signal(SIGTERM);
  const Exit exit = server.process().wait();
  INFO(exit.err);
  CHECK(exit.code == 0);
}

}  // namespace

TEST_CASE("threads share the messages of a run and account for all of them") {
  const std::vector<std::vector<std::string>> runs{
      {"-n", "1200"},
      {"-n", "1200", "--window", "8", "--io", "epoll"},
      {"-r", "1200", "-d", "1s"},
      {"-r", "1200", "-d", "1s", "--poisson", "--io", "epoll"},
      {"-n", "1200", "--compress"},
  };
  EchoProcess server({"--threads", "2"});
  for (const auto& run : runs) {
    const Exit exit = test::run(bench_command(server, run));
    CHECK(exit.code == 0);
    const Json result = result_of(exit);
    CHECK(result["counts"]["ok"] == result["counts"]["scheduled"]);
    CHECK(result["verdict"]["sums_hold"] == true);
  }
  stop(server);
}

TEST_CASE("threads share a trust store and a resolver") {
  EchoProcess server({"--threads", "2", "--self-signed"});
  const Exit exit = test::run(bench_command(server, {"-n", "600", "-k"}));
  CHECK(exit.code == 0);
  CHECK(result_of(exit)["counts"]["ok"] == 600);
  stop(server);
}

TEST_CASE("an interrupt reaches every thread") {
  EchoProcess server({"--threads", "2"});
  Process process(bench_command(server, {"-r", "600", "-d", "1h"}));
  // The server's own account says that the run is under way; there is no output before the end.
  REQUIRE(test::run(bench_command(server, {"-n", "300"})).code == 0);
  process.signal(SIGINT);
  const Exit exit = process.wait();
  CHECK(exit.code == 130);
  CHECK(result_of(exit)["verdict"]["sums_hold"] == true);
  stop(server);
}

TEST_CASE("a server that is killed ends every thread") {
  EchoProcess server({"--threads", "2"});
  Process process(bench_command(server, {"-r", "600", "-d", "3s"}));
  REQUIRE(test::run(bench_command(server, {"-n", "300"})).code == 0);
  server.process().signal(SIGKILL);
  const Exit exit = process.wait();
  CHECK(exit.code == 56);
  CHECK(result_of(exit)["verdict"]["sums_hold"] == true);
}
