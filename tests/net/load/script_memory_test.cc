// SPDX-License-Identifier: MIT
// What a script costs for each connection, counted in allocations.
#include <chrono>
#include <cstdlib>
#include <new>

#include <malloc.h>

#include "load/script_session.h"
#include "load/session.h"
#include "tests/net/load/script_plan.h"
#include "tests/net/load/sim_run.h"
#include "tests/support/catch.h"

namespace {

std::size_t live_bytes = 0;

[[gnu::noinline]] void* counted(std::size_t bytes) {
  void* const block = std::malloc(bytes);
  if (block == nullptr) {
    throw std::bad_alloc();
  }
  live_bytes += malloc_usable_size(block);
  return block;
}

[[gnu::noinline]] void uncounted(void* block) {
  live_bytes -= malloc_usable_size(block);
  std::free(block);
}

}  // namespace

void* operator new(std::size_t bytes) {
  return counted(bytes);
}
void operator delete(void* block) noexcept {
  uncounted(block);
}
void operator delete(void* block, std::size_t /*bytes*/) noexcept {
  uncounted(block);
}

using namespace wskit;
using namespace wskit::test;
using namespace std::chrono_literals;

namespace {

/// Where nothing is under way: what the connections need for themselves.
std::size_t bytes_in_use(load::Plan plan, std::uint32_t connections) {
  plan.connections = connections;
  SimLoop loop;
  const SimEchoServer server(loop, {.remembers = false});
  SimRun run(loop, server, plan);
  run.run_until(5s);
  REQUIRE(run.worker().open_connections() == connections);
  const std::size_t bytes = live_bytes;
  run.worker().interrupt();
  run.run_rest();
  return bytes;
}

/// What each further connection takes, without what the run itself does.
std::size_t bytes_each(const load::Plan& plan) {
  constexpr std::uint32_t kMore = 1000;
  const std::size_t few = bytes_in_use(plan, 100);
  const std::size_t many = bytes_in_use(plan, 100 + kMore);
  REQUIRE(many > few);
  return (many - few) / kMore;
}

}  // namespace

TEST_CASE("a script takes at most 2 KiB for each connection") {
  auto scripted = script_plan(
      "step login\n> {\"user\":\"u{{conn}}\",\"id\":\"{{uuid}}\"}\n< json {}\n"
      "    capture user = jsonpath \"$.user\"\n    capture id = jsonpath \"$.id\"\n"
      "set room = {{uuid}}\nstep talk\nrepeat 3 {\n> {{user}} in {{room}}: {{id}}\n"
      "< [2s] ~ /(?<who>u[0-9]+) in/\nsleep 20s\n}\non * json {\"type\":\"ping\"} > "
      "{\"type\":\"pong\"}\n",
      1);
  scripted.timeout = 2s;
  // Connections that are open, and have no message yet.
  const load::Plan idle{.model = stats::Model::open, .rate = 1e-3, .duration = 1h, .timeout = 2s};
  const std::size_t without = bytes_each(idle);
  const std::size_t with = bytes_each(scripted);
  REQUIRE(with + sizeof(load::Session) > without);
  // All that a session of the other kind consists of here.
  const std::size_t each = with + sizeof(load::Session) - without;
  WARN("sizeof " << sizeof(load::ScriptSession) << ", in all " << each << " bytes a connection");
  CHECK(each > sizeof(load::ScriptSession) / 2);
  CHECK(each <= 2048);
}
