// SPDX-License-Identifier: MIT
// Every fault, in every way to ask for it and wherever it is made, seen by programs that have
// nothing of ours: Python's plain sockets.
#include <csignal>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "core/json.h"
#include "tests/cli/proxy_process.h"
#include "tests/cli/pubsub_process.h"
#include "tests/cli/scratch_file.h"
#include "tests/cli/wskit.h"

using namespace wskit;
using namespace wskit::test;

namespace {

Exit python(const std::string& script, const std::vector<std::string>& arguments) {
  std::vector<std::string> words{WSKIT_PYTHON, WSKIT_INTEROP_DIRECTORY "/" + script};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return run(words);
}

void check_seen(const std::string& way, const std::string& url) {
  const Exit exit = python("fault_wire.py", {way, url});
  INFO(exit.err);
  CHECK_THAT(exit.out, Catch::EndsWith(" faults seen\n"));
  CHECK(exit.code == 0);
}

/// A rule for each fault, for one connection after the other, and the counts that it ends with.
struct Rules {
  ScratchFile file{"rules.txt"};
  ScratchFile report{"counts.json"};

  Rules() { file.write(python("fault_wire.py", {"--rules"}).out); }
  [[nodiscard]] std::vector<std::string> options() const {
    return {"--fault-file", file.path(), "--fault-report", report.path(), "--drain-time", "0s"};
  }
  /// Ends the server: each rule has happened, and is counted.
  void check_counts(Process& server) const {
    server.signal(SIGTERM);
    const Exit exit = server.wait();
    CHECK(exit.code == 0);
    const Json counts = parse_json(report.content()).value();
    for (const Json& fault : counts["faults"]) {
      const auto rule = fault["rule"].get<std::string>();
      INFO(rule);
      CHECK(fault["fired"].get<int>() > 0);
      CHECK_THAT(exit.err, Catch::Contains(": fault " + rule + " at "));
    }
    CHECK(counts["faults"].size() > 40);
  }
};

}  // namespace

TEST_CASE("each fault of serve echo is on the wire, asked for by URL, by rule and over HTTP") {
  const EchoProcess server;
  check_seen("url", server.url());
  check_seen("http", server.url());
  const Rules rules;
  EchoProcess ruled(rules.options());
  check_seen("rule", ruled.url());
  rules.check_counts(ruled.process());
}

TEST_CASE("each fault of serve pubsub is on the wire, asked for by URL, by rule and over HTTP") {
  const PubSubProcess server;
  check_seen("url", server.url("/t/room"));
  check_seen("http", server.url("/t/room"));
  const Rules rules;
  PubSubProcess ruled(rules.options());
  check_seen("rule", ruled.url("/t/room"));
  rules.check_counts(ruled.process());
}

TEST_CASE("each fault of the proxy is on the wire, asked for by URL, by rule and over HTTP") {
  const EchoProcess server;
  const ProxyProcess asked(server.url(), {"--allow-faults", "on"});
  check_seen("url", asked.url());
  check_seen("http", asked.url());
  const Rules rules;
  ProxyProcess proxy(server.url(), rules.options());
  check_seen("rule", proxy.url());
  rules.check_counts(proxy.process());
}

TEST_CASE("where no fault is asked for none is on the wire") {
  const EchoProcess server;
  CHECK(python("fault_wire.py", {"none", server.url()}).out == "0 faults seen\n");
  const ProxyProcess proxy(server.url());
  CHECK(python("fault_wire.py", {"none", proxy.url()}).out == "0 faults seen\n");
}

TEST_CASE("all faults that there are are looked for on the wire") {
  std::istringstream help(test::wskit({"proxy", "--help"}).out);
  std::set<std::string> kinds;
  bool behind = false;
  for (std::string line; std::getline(help, line);) {
    if (behind && line.starts_with("  ")) {
      kinds.insert(line.substr(2, line.find_first_of("[: ", 2) - 2));
    }
    behind = behind || line.starts_with("Faults, each");
  }
  std::string listed;
  for (const std::string& kind : kinds) {
    listed.append(kind).append("\n");
  }
  CHECK(python("fault_wire.py", {"--kinds"}).out == listed);
  CHECK(kinds.size() > 35);
}

TEST_CASE("clients of all protocols that come back are told what a fault has taken") {
  const PubSubProcess server;
  const Exit exit = python("fault_resume.py", {server.http_url("")});
  INFO(exit.err);
  CHECK(exit.out == "all told\n");
  CHECK(exit.code == 0);
}
