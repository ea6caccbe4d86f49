// SPDX-License-Identifier: MIT
// That the proxy changes no byte of a load test's connections, seen from outside.
#include <csignal>
#include <cstddef>
#include <string>
#include <vector>

#include "tests/cli/scratch_file.h"
#include "tests/interop/byte_log.h"

using namespace wskit;
using namespace wskit::test;

namespace {

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) {
    ++found;
  }
  return found;
}

/// The proxy records, which is what would change bytes: it unmasks them in place.
void check_bench(bool tls, const std::vector<std::string>& options,
                 const std::vector<std::string>& more_of_proxy = {}) {
  const ScratchFile recording("relay-bytes.jsonl");
  std::vector<std::string> of_proxy{"--record", recording.path()};
  of_proxy.insert(of_proxy.end(), more_of_proxy.begin(), more_of_proxy.end());
  LoggedProxy proxy(tls, of_proxy);
  std::vector<std::string> arguments{
      "bench",  proxy.url(), "-c", "100",      "-n",
      "20000",  "--window",  "4",  "--cacert", test_certificate("ca.pem"),
      "--json", "-",         "-q"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  const Json result = result_of(test::wskit(arguments));
  CHECK(result["counts"]["ok"] == 20'000);
  const Json outer = proxy.outer.finish();
  const Json inner = proxy.inner.finish();
  CHECK(outer.size() == 100);
  CHECK(differences(outer, inner) == "");
  std::uint64_t up = 0;
  std::uint64_t down = 0;
  for (const auto& connection : outer) {
    up += connection["up"][0].get<std::uint64_t>();
    down += connection["down"][0].get<std::uint64_t>();
  }
  CHECK(up >= result["counts"]["wire_bytes_sent"].get<std::uint64_t>());
  CHECK(down >= result["counts"]["wire_bytes_received"].get<std::uint64_t>());
  proxy.proxy.process().signal(SIGTERM);
  CHECK(proxy.proxy.process().wait().code == 0);
  const std::string lines = recording.content();
  CHECK(count(lines, R"("dir":"send","type":"binary")") +
            count(lines, R"("dir":"send","type":"text")") >=
        20'000);
  CHECK(count(lines, R"("dir":"recv","type":"binary")") +
            count(lines, R"("dir":"recv","type":"text")") >=
        20'000);
  CHECK(count(lines, "violation") == 0);
}

}  // namespace

TEST_CASE("no byte of a load test of 100 connections changes in the proxy") {
  check_bench(false, {"--size", "1000", "--binary"});
}

TEST_CASE("no byte of a compressed load test of 100 connections changes in the proxy") {
  check_bench(false, {"--size", "200", "--compress"});
}

TEST_CASE("no byte changes in a proxy whose faults strike nothing") {
  check_bench(false, {"--size", "200", "--compress"},
              {"--fault", "delay:1s,percent:0,dir:both", "--fault", "no-pong,percent:0,dir:both",
               "--fault", "close,after:100000,dir:both"});
}

TEST_CASE("no byte of a load test of 100 connections over TLS changes in the proxy") {
  check_bench(true, {"--size", "1000", "--binary"});
}
