// SPDX-License-Identifier: MIT
// Faults that clients of wskit proxy ask for themselves.
#include <csignal>
#include <string>
#include <vector>

#include "core/json.h"
#include "tests/cli/proxy_process.h"
#include "tests/cli/scratch_file.h"
#include "tests/cli/wskit.h"
#include "tests/support/raw_client.h"

using namespace wskit;
using namespace wskit::test;

namespace {

/// A proxy in front of a server that has no faults.
struct Asked {
  explicit Asked(const std::vector<std::string>& options) : proxy(server.url(), options) {}

  [[nodiscard]] std::string http(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(proxy.port()) + path;
  }
  [[nodiscard]] int close_code(std::string_view path) const {
    RawClient client(proxy.port());
    REQUIRE(client.upgrade({}, path));
    REQUIRE(client.send_frame(0x81, "hello"));
    const auto frame = client.read_frame();
    REQUIRE(frame.has_value());
    return frame->opcode == 8 ? static_cast<int>(frame->close_code()) : 0;
  }

  EchoProcess server{{"--allow-faults", "off"}};
  ProxyProcess proxy;
};

/// Status and body.
std::string fetch(std::vector<std::string> arguments) {
  const std::vector<std::string> front{"/usr/bin/env", "curl", "-sS",          "--max-time",
                                       "20",           "-w",   "%{http_code}", "--proto-redir",
                                       "=http"};
  arguments.insert(arguments.begin(), front.begin(), front.end());
  return run(arguments).out;
}

}  // namespace

TEST_CASE("a proxy passes on what asks for faults unless it is told to heed it") {
  const Asked asked({});
  CHECK_THAT(fetch({asked.http("/faults")}), Catch::EndsWith("403"));
  RawClient client(asked.proxy.port());
  CHECK(client.request(upgrade_request({}, "/?fault=close:4001")).starts_with("HTTP/1.1 403 "));
}

TEST_CASE("clients of a proxy ask for faults by URL, and for others over HTTP") {
  const Asked asked({"--allow-faults", "auto"});
  CHECK(asked.close_code("/?fault=close:4001") == 4001);
  CHECK(asked.close_code("/") == 0);
  RawClient wrong(asked.proxy.port());
  CHECK(wrong.request(upgrade_request({}, "/?fault=nothing")).starts_with("HTTP/1.1 400 "));

  CHECK(fetch({asked.http("/faults")}) == "{\"faults\":[]}\n200");
  CHECK(fetch({"-d", "close:4002,match:/a", asked.http("/faults")}) ==
        "{\"id\":1,\"rule\":\"close:4002,match:/a\"}\n201");
  CHECK(asked.close_code("/a") == 4002);
  CHECK(asked.close_code("/b") == 0);
  CHECK(fetch({asked.http("/faults/1")}) ==
        "{\"id\":1,\"rule\":\"close:4002,match:/a\",\"fired\":1}\n200");
  CHECK(fetch({"-X", "DELETE", asked.http("/faults/1")}) == "204");
  CHECK(asked.close_code("/a") == 0);
  CHECK_THAT(fetch({"-X", "DELETE", asked.http("/faults/1")}), Catch::EndsWith("404"));
  CHECK_THAT(fetch({"-X", "PUT", "-d", "fin", asked.http("/faults")}), Catch::EndsWith("405"));
  CHECK_THAT(fetch({"-d", "nothing", asked.http("/faults")}),
             Catch::StartsWith("'nothing' is no fault; there are") && Catch::EndsWith("400"));
  CHECK_THAT(
      fetch({"-d", "epoch-changed", asked.http("/faults")}),
      Catch::StartsWith("epoch-changed is for wskit serve pubsub") && Catch::EndsWith("400"));
}

TEST_CASE("a proxy hears no pages of other origins about faults, and no endless rules") {
  const Asked asked({"--allow-faults", "on"});
  CHECK_THAT(fetch({"-H", "Origin: http://evil.example", "-d", "fin", asked.http("/faults")}),
             Catch::EndsWith("403"));
  CHECK_THAT(fetch({"-d", std::string(70'000, 'x'), asked.http("/faults")}),
             Catch::EndsWith("400"));
  CHECK_THAT(fetch({"-H", "Transfer-Encoding: chunked", "-d", "fin", asked.http("/faults")}),
             Catch::EndsWith("400"));
  CHECK(fetch({asked.http("/faults")}) == "{\"faults\":[]}\n200");
}

TEST_CASE("a proxy counts all that was asked for in its report") {
  const ScratchFile report("asked.json");
  Asked asked({"--allow-faults", "on", "--fault-report", report.path(), "--drain-time", "0s"});
  CHECK(asked.close_code("/?fault=close:4001") == 4001);
  CHECK_THAT(fetch({"-d", "close:4002", asked.http("/faults")}), Catch::EndsWith("201"));
  CHECK(asked.close_code("/") == 4002);
  CHECK(fetch({"-X", "DELETE", asked.http("/faults")}) == "204");
  asked.proxy.process().signal(SIGTERM);
  CHECK(asked.proxy.process().wait().code == 0);
  CHECK(parse_json(report.content()).value() ==
        parse_json(R"({"wskit_faults":1,"faults":[{"rule":"close:4001","fired":1},
                                                {"rule":"close:4002","fired":1}]})")
            .value());
}
