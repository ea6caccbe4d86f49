// SPDX-License-Identifier: MIT
#include <csignal>
#include <string>
#include <vector>

#include "stats/hdr_encoding.h"
#include "tests/cli/wskit.h"

using namespace wskit;
using namespace wskit::test;

namespace {

Exit bench(const std::string& url, std::vector<std::string> more) {
  more.insert(more.begin(), {"bench", url});
  return test::wskit(more);
}

}  // namespace

TEST_CASE("a fixed rate schedules and accounts for exactly rate times duration messages") {
  EchoProcess server;
  const Exit exit = bench(server.url(), {"-r", "2000", "-d", "2s", "--json", "-", "-q"});
  CHECK(exit.code == 0);
  const Json counts = result_of(exit)["counts"];
  CHECK(counts["scheduled"] == 4000);
  CHECK(counts["sent"] == 4000);
  CHECK(counts["ok"] == 4000);
}

TEST_CASE("stages, arrivals and warm-up stand in the result") {
  EchoProcess server;
  const Exit exit = bench(server.url(), {"--stages", "500ms:200,500ms:400", "--poisson", "--warmup",
                                         "500ms", "--json", "-", "-q"});
  const Json result = result_of(exit);
  CHECK(result["run"]["rate"] == nullptr);
  CHECK(result["run"]["stages"] == "500ms:200,500ms:400");
  CHECK(result["run"]["poisson"] == true);
  CHECK(result["phases"]["warmup"]["duration_s"] == 0.5);
}

TEST_CASE("the histograms have the precision and the range that are asked for") {
  EchoProcess server({"--delay", "30ms"});
  for (const int digits : {1, 4}) {
    const Exit exit = bench(server.url(), {"-c", "2", "-n", "20", "--hdr-digits",
                                           std::to_string(digits), "--json", "-", "-q"});
    CHECK(exit.code == 0);
    const Json metrics = result_of(exit)["metrics"];
    for (const char* metric : {"service", "connect_total"}) {
      const auto histogram = stats::decode_v2_base64(metrics[metric]["hdr"].get<std::string>());
      REQUIRE(histogram.has_value());
      CHECK(histogram->config().digits == digits);
    }
  }
  const Exit narrow = bench(server.url(), {"-c", "2", "-n", "20", "-t", "2", "--hdr-max", "10ms",
                                           "--threshold", "p50<1h", "--json", "-", "-q"});
  CHECK(narrow.code == 1);
  const Json service = result_of(narrow)["metrics"]["service"];
  CHECK(service["count"] == 0);
  CHECK(service["overflow"] == 20);
  for (const char* wrong : {"0", "5", "three"}) {
    CHECK(bench(server.url(), {"--hdr-digits", wrong}).code == 2);
  }
  CHECK_THAT(bench(server.url(), {"--hdr-max", "100us"}).err, Catch::Contains("1ms to 24h"));
}

TEST_CASE("every kind of payload and matching is answered by an echo server") {
  EchoProcess server;
  const std::vector<std::vector<std::string>> kinds{
      {"--text"},
      {"--binary", "--size", "16"},
      {"--size", "100k"},
      {"--payload", "hello"},
      {"--payload", "[1,2]"},
      {"--match", "id", "--payload", R"({"id":0,"method":"x"})"},
      {"--match", "id=/meta/n", "--payload", R"({"meta":{"n":"0"}})"},
      {"--compress"},
      {"--window", "16"},
      {"-t", "2"},
  };
  for (auto kind : kinds) {
    INFO(kind.back());
    kind.insert(kind.end(), {"-n", "500", "-c", "5", "--json", "-", "-q"});
    const Exit exit = bench(server.url(), kind);
    CHECK(exit.code == 0);
    CHECK(result_of(exit)["counts"]["ok"] == 500);
  }
}

TEST_CASE("a thread without a share of the messages ends with the others") {
  EchoProcess server;
  const Exit exit = bench(server.url(), {"-n", "1", "-c", "2", "-t", "2", "--json", "-", "-q"});
  CHECK(exit.code == 0);
  CHECK(result_of(exit)["counts"]["ok"] == 1);
}

TEST_CASE("a threshold that holds exits with 0 and one that does not with 1") {
  EchoProcess server;
  const std::vector<std::string> run{"-n", "200", "-c", "2", "--json", "-", "-q"};
  auto holds = run;
  holds.insert(holds.end(), {"--threshold", "p99<10s", "--threshold", "errors<0.1%", "--threshold",
                             "rate>1", "--threshold", "connect_total.p95<20s"});
  CHECK(bench(server.url(), holds).code == 0);
  auto fails = run;
  fails.insert(fails.end(), {"--threshold", "p99<1ns"});
  const Exit exit = bench(server.url(), fails);
  CHECK(exit.code == 1);
  CHECK(result_of(exit)["verdict"]["thresholds"][0]["ok"] == false);
  CHECK_THAT(exit.err, Catch::StartsWith("wskit bench: threshold p99<1ns does not hold: ") &&
                           Catch::EndsWith("s\n"));
}

TEST_CASE("an interrupt ends the run in order and still reports") {
  EchoProcess server;
  Process process({WSKIT_BINARY, "bench", server.url(), "-r", "100", "-d", "1h", "--json", "-",
                   "-q", "--warmup", "1ms"});
  // The server's own account says that the run is under way; there is no output before the end.
  REQUIRE(test::wskit({"bench", server.url(), "-n", "100", "-q"}).code == 0);
  process.signal(SIGINT);
  const Exit exit = process.wait();
  CHECK(exit.code == 130);
  const Json result = result_of(exit);
  CHECK(result["run"]["interrupted"] == true);
  CHECK(result["verdict"]["sums_hold"] == true);
}

TEST_CASE("a server that is killed in mid-run exits with 56 and every message is accounted for") {
  EchoProcess server;
  Process process(
      {WSKIT_BINARY, "bench", server.url(), "-r", "500", "-d", "4s", "--json", "-", "-q"});
  REQUIRE(test::wskit({"bench", server.url(), "-n", "1000", "-q"}).code == 0);
  server.process().signal(SIGKILL);
  const Exit exit = process.wait();
  CHECK(exit.code == 56);
  const Json result = result_of(exit);
  CHECK(result["counts"]["scheduled"] == 2000);
  CHECK(result["verdict"]["sums_hold"] == true);
  CHECK(result["counts"]["unsent"] > 0);
}

TEST_CASE("the memory of the generator is its own, not that of whoever started it") {
  EchoProcess server;
  constexpr std::size_t kHeldHere = std::size_t{256} << 20;
  const std::vector<char> held(kHeldHere, 'x');
  const Exit exit = bench(server.url(), {"-n", "10", "-c", "1", "--json", "-", "-q"});
  const auto most = result_of(exit)["generator"]["max_rss_bytes"].get<std::size_t>();
  CHECK(held.back() == 'x');
  CHECK(most > 0);
  CHECK(most < kHeldHere / 2);
}

TEST_CASE("the text says the verdict first") {
  EchoProcess server;
  const Exit exit = bench(server.url(), {"-n", "100", "-c", "1", "--threshold", "p99<1ns"});
  CHECK_THAT(exit.out, Catch::StartsWith("FAILED"));
  CHECK(exit.err.empty());
}

TEST_CASE("nothing is drawn on a pipe") {
  EchoProcess server;
  const Exit exit = bench(server.url(), {"-d", "1s", "-c", "1"});
  CHECK(exit.err.empty());
  CHECK_THAT(exit.out, !Catch::Contains("\x1b"));
  CHECK_THAT(exit.out, !Catch::Contains("\r"));
}

TEST_CASE("every default is stated in the help") {
  const Exit exit = test::wskit({"bench", "--help"});
  CHECK(exit.code == 0);
  for (const char* part : {"--connections", "=50", "=10s", "=64", "--threshold", "--source"}) {
    CHECK_THAT(exit.out, Catch::Contains(part));
  }
}

TEST_CASE("the version names every library and the backends") {
  const Exit exit = test::wskit({"--version"});
  CHECK(exit.code == 0);
  for (const char* part : {"wskit ", "libwebsockets 4", "openssl 3", "zlib 1", "liburing 2",
                           "fmt 9", "nlohmann-json 3", "cli11 2", "libev 4", "io: epoll"}) {
    CHECK_THAT(exit.out, Catch::Contains(part));
  }
  CHECK_THAT(exit.out, !Catch::Contains("-\n"));
  CHECK_THAT(exit.out, !Catch::EndsWith("\n\n"));
}
