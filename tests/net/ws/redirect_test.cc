// SPDX-License-Identifier: MIT
#include "tests/net/ws/fixture.h"
#include "tests/support/catch.h"
#include "tests/support/sim_loop.h"
#include "ws/client.h"

using namespace std::chrono_literals;
using namespace wskit::test;
using wskit::ErrorCode;
namespace ws = wskit::ws;

namespace {

/// Keeps what it sees.
struct Watcher final : ws::HopWatcher {
  struct Seen {
    std::string target;
    std::string bytes;
    int status;
    wskit::Instant started;
    wskit::Instant ended;
    std::string error;
  };
  void on_hop(const ws::Hop& hop) override {
    seen.push_back({hop.request.options().uri.target, hop.bytes, hop.response.head.status,
                    hop.times.started, hop.ended, hop.error != nullptr ? hop.error->message : ""});
  }
  std::vector<Seen> seen;
};

ClientSetup following(unsigned max = 5) {
  ClientSetup setup;
  setup.options.redirects.max = max;
  return setup;
}

/// The request that came over the connection with that number, counted from 0.
std::string request_on(ClientUnderTest& test, std::size_t number) {
  run_until(test.loop, [&] {
    return test.server.ends.size() > number &&
           test.server.ends[number]->received.ends_with("\r\n\r\n");
  });
  return test.server.ends[number]->received;
}

void redirect(ClientUnderTest& test, std::size_t number, const std::string& location,
              const std::string& more = "Content-Length: 1000\r\n") {
  (void)request_on(test, number);
  test.server.ends[number]->write("HTTP/1.1 302 Found\r\nLocation: " + location + "\r\n" + more +
                                  "\r\n");
}

}  // namespace

WSKIT_LOOP_TEST("a client follows to where the answer points without waiting for its body") {
  Watcher watcher;
  ClientSetup setup = following();
  setup.options.watcher = &watcher;
  ClientUnderTest test(loop, setup);
  redirect(test, 0, "/login", "Content-Length: 1000\r\nSet-Cookie: a=1\r\n");
  CHECK(request_on(test, 1).starts_with("GET /login HTTP/1.1\r\n"));
  CHECK_THAT(request_on(test, 1), Catch::Contains("\r\nCookie: a=1\r\n"));
  redirect(test, 1, "http://" + test.server.address().to_string() + "/chat");
  const std::string last = request_on(test, 2);
  test.server.ends[2]->write(accepting_answer(last) + frame(0x81, "hi"));
  run_until(loop, [&] { return test.owner.events.size() == 2; });
  CHECK(test.owner.events == Events{"open", "text hi"});
  const auto& opened = *test.owner.opened;
  const auto& seen = watcher.seen;
  REQUIRE(seen.size() == 3);
  CHECK(seen[0].status == 302);
  CHECK(seen[1].target == "/login");
  CHECK(seen[2].bytes == last);
  CHECK(seen[2].status == 101);
  CHECK(seen[2].error.empty());
  CHECK(opened.began <= seen[0].started);
  CHECK(seen[0].ended <= opened.times.started);
  CHECK(opened.response.status == 101);
  run_until(loop, [&] { return test.server.ends[0]->eofs + test.server.ends[0]->errors > 0; });
}

WSKIT_LOOP_TEST("a client that does not follow says where the answer points and how to follow") {
  ClientUnderTest test(loop);
  redirect(test, 0, "wss://other/", "Content-Length: 0\r\n");
  test.await_end();
  CHECK(test.owner.error.code == ErrorCode::upgrade_http_status);
  CHECK(test.owner.error.message ==
        "the server answered 302 Found instead of upgrading, and points to wss://other/; -L "
        "follows it");
}

WSKIT_LOOP_TEST("redirects in a circle and too many of them are failures with the whole way") {
  SECTION("in a circle") {
    ClientUnderTest test(loop, following());
    redirect(test, 0, "/path?query");
    test.await_end();
    CHECK(test.owner.error.code == ErrorCode::upgrade_http_status);
    CHECK_THAT(test.owner.error.message,
               Catch::StartsWith("the redirects go round in a circle, ws://127.0.0.1:"));
    CHECK(test.owner.status == 302);
  }
  SECTION("too many") {
    ClientUnderTest test(loop, following(1));
    redirect(test, 0, "/1");
    redirect(test, 1, "/2");
    test.await_end();
    CHECK_THAT(test.owner.error.message, Catch::StartsWith("more than 1 redirects, "));
  }
}

WSKIT_LOOP_TEST("where a redirect leads is told when that fails") {
  Watcher watcher;
  ClientSetup setup = following();
  setup.options.watcher = &watcher;
  ClientUnderTest test(loop, setup);
  redirect(test, 0, "/next");
  (void)request_on(test, 1);
  test.server.ends[1]->write("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
  test.await_end();
  CHECK(test.owner.status == 401);
  REQUIRE(watcher.seen.size() == 2);
  CHECK(watcher.seen[0].error.empty());
  CHECK(watcher.seen[1].status == 401);
  CHECK(watcher.seen[1].error == test.owner.error.message);
}

TEST_CASE("one deadline covers all requests of an opening") {
  SimLoop loop;
  loop.network = {.to_listener = 3ms, .to_connector = 3ms};
  ClientSetup setup = following();
  setup.options.open_timeout = 100ms;
  const auto start = loop.now();
  ClientUnderTest test(loop, setup);
  redirect(test, 0, "/1");
  redirect(test, 1, "/2");
  (void)request_on(test, 2);
  REQUIRE(loop.now() - start < 90ms);
  loop.advance(100ms - (loop.now() - start) - 1ns);
  CHECK(test.owner.events.empty());
  loop.advance(1ns);
  REQUIRE(test.owner.ended());
  CHECK(test.owner.error.code == ErrorCode::upgrade_timeout);
}

TEST_CASE("a connection may be given up while a redirect is followed") {
  SimLoop loop;
  loop.network = {.to_listener = 3ms, .to_connector = 3ms};
  ClientUnderTest test(loop, following());
  redirect(test, 0, "/1");
  loop.advance(4ms);
  test.owner.connection.reset();
  loop.advance(20s);
  CHECK(test.owner.events.empty());
  CHECK(loop.streams() <= 2);
}
