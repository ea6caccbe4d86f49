// SPDX-License-Identifier: MIT
#include "session/script_run.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "script/script_parser.h"
#include "tests/net/load/sim_echo_server.h"
#include "tests/net/session/sim_client.h"
#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::test;
using namespace std::chrono_literals;

namespace {

class SimScriptClient final : public session::ScriptClient {
 public:
  SimScriptClient(SimLoop& loop, const std::string& url) : client_(loop, url) {}
  [[nodiscard]] ws::Client& client() override { return client_.client(); }

 private:
  SimClient client_;
};

class SimScriptNetwork final : public session::ScriptNetwork {
 public:
  explicit SimScriptNetwork(SimLoop& loop) : loop_(loop) {}
  Expected<std::unique_ptr<session::ScriptClient>> client(
      const script::OpenRequest& request) override {
    return std::make_unique<SimScriptClient>(loop_, request.url);
  }
  Expected<std::unique_ptr<Request>> request(const script::PlayedHttpRequest& /*request*/,
                                             OnAnswer /*on_answer*/) override {
    return fail(ErrorCode::usage, "there is no HTTP");
  }

 private:
  SimLoop& loop_;
};

/// Plays a script whose {{now}} takes `spent`, and gives its failure.
std::optional<script::Failure> failure_of(const std::string& text, Nanoseconds spent,
                                          Nanoseconds max_time) {
  SimLoop loop;
  SimEchoServer server(loop);
  SimScriptNetwork network(loop);
  const auto parsed = script::parse_script("t.wst", text, {.has_url = true});
  REQUIRE(parsed.has_value());
  const std::function<std::int64_t()> slow_clock = [&loop, spent] {
    loop.spend(spent);
    return 1;
  };
  session::ScriptRun run({.script = *parsed,
                          .test = parsed->tests.front(),
                          .options = {.url = server.url(), .wall_clock = &slow_clock},
                          .loop = loop,
                          .network = network,
                          .max_time = max_time,
                          .on_done = [&loop] { loop.stop(); }});
  run.start();
  loop.run();
  return run.failure();
}

}  // namespace

TEST_CASE("a test whose last step takes longer than the test may has not passed") {
  const std::string script = "> a\n< a\n> {{now}}\n";
  CHECK_FALSE(failure_of(script, 900ms, 1s).has_value());
  const auto failure = failure_of(script, 1100ms, 1s);
  REQUIRE(failure.has_value());
  CHECK(failure->place.line == 3);
  CHECK(failure->message.starts_with("the test took longer than 1 s; --max-time"));
  CHECK_FALSE(failure_of(script, 1100ms, 0s).has_value());
}
