// SPDX-License-Identifier: MIT
// What a load test says of a server whose behaviour is known, on real sockets: lower bounds are
// hard, upper ones loose.
#include <string>
#include <vector>

#include "core/json.h"
#include "tests/cli/wskit.h"
#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::test;

namespace {

constexpr double kMillisecond = 1000;  // in the microseconds of a result file

Json bench_json(const std::string& url, std::vector<std::string> more) {
  more.insert(more.begin(), {WSKIT_BINARY, "bench", url, "--json", "-", "-q"});
  Process process(more);
  const Exit exit = process.wait(std::chrono::seconds(100));
  INFO(exit.err);
  REQUIRE(exit.code == 0);
  return parse_json(exit.out).value();
}

double metric(const Json& result, const std::string& name, const std::string& percentile) {
  return result["metrics"][name][percentile].get<double>();
}

}  // namespace

TEST_CASE("a server that answers after 20 ms is seen to do so") {
  EchoProcess server({"--delay", "20ms"});
  const Json result = bench_json(server.url(), {"-r", "1000", "-d", "5s"});
  for (const std::string name : {"response", "service"}) {
    INFO(name);
    CHECK(metric(result, name, "min") >= 20 * kMillisecond);
    CHECK(metric(result, name, "p50") >= 20 * kMillisecond);
    CHECK(metric(result, name, "p50") <= 22 * kMillisecond);
  }
  CHECK(result["counts"]["ok"] == 5000);
}

TEST_CASE("the open model shows a server that stands still and the closed model hides it") {
  EchoProcess server({"--stall", "5s,1s"});
  const Json open = bench_json(server.url(), {"-r", "1000", "-d", "10s"});
  CHECK(metric(open, "response", "p50") < 50 * kMillisecond);
  CHECK(metric(open, "response", "p90") >= 300 * kMillisecond);
  CHECK(metric(open, "response", "p99") >= 800 * kMillisecond);
  CHECK(metric(open, "response", "p99") <= 1300 * kMillisecond);
  CHECK(open["counts"]["scheduled"] == 10'000);
  CHECK(open["counts"]["ok"] == 10'000);

  const Json closed = bench_json(server.url(), {"-c", "50", "-d", "10s"});
  CHECK(metric(closed, "service", "p99") < 300 * kMillisecond);
  CHECK(metric(closed, "service", "max") >= 800 * kMillisecond);
}

TEST_CASE("five thousand messages a second for ten seconds are exactly 50000") {
  EchoProcess server;
  const Json result = bench_json(server.url(), {"-r", "5000", "-d", "10s"});
  CHECK(result["counts"]["scheduled"] == 50'000);
  CHECK(result["counts"]["sent"] == 50'000);
  CHECK(result["counts"]["ok"] == 50'000);
  CHECK(result["verdict"]["sums_hold"] == true);
}

TEST_CASE("one process holds 1000 and 15000 connections and each is used") {
  EchoProcess server;
  for (const int connections : {1000, 15'000}) {
    const Json result = bench_json(
        server.url(), {"-c", std::to_string(connections), "-n", std::to_string(2 * connections)});
    CHECK(result["connections"]["opened"] == connections);
    CHECK(result["counts"]["ok"] == 2 * connections);
  }
}
