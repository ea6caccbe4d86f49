// SPDX-License-Identifier: MIT
#include "net/resolver.h"

#include <atomic>
#include <latch>
#include <thread>

#include <netdb.h>

#include "net/look_up.h"
#include "tests/support/catch.h"
#include "tests/support/fake_loop.h"

namespace wskit::net {
namespace {

using test::FakeLoop;
using Addresses = std::vector<SocketAddress>;
using Outcome = Expected<Addresses>;

SocketAddress resolved_address(std::string_view text, std::uint16_t port = 0) {
  return SocketAddress::ip(text, port).value();
}

/// Keeps the outcome of one resolve().
struct Asked {
  explicit Asked(Resolver& resolver, FakeLoop& loop, const std::string& host,
                 std::uint16_t port = 80, int family = AF_UNSPEC)
      : resolution(resolver.resolve(loop, {host, port, family}, [this](const Outcome& answer) {
          outcome = answer;
          ++answers;
        })) {}

  std::optional<Outcome> outcome;
  int answers = 0;
  std::unique_ptr<Resolution> resolution;
};

TEST_CASE("a name is looked up once for all who ask meanwhile and for a minute after") {
  std::atomic<int> look_ups = 0;
  std::latch all_asked(1);
  const auto resolver = Resolver::create([&](const std::string&, int family) -> Outcome {
    all_asked.wait();
    ++look_ups;
    return family == AF_UNSPEC ? Addresses{resolved_address("::1"), resolved_address("10.0.0.1")}
                               : Addresses{};
  });
  FakeLoop loop;
  Asked first(*resolver, loop, "ws.example", 1);
  Asked second(*resolver, loop, "ws.example", 2);
  all_asked.count_down();
  while (first.answers == 0 || second.answers == 0) {
    REQUIRE(loop.turn_when_posted());
  }
  REQUIRE(first.outcome->has_value());
  CHECK(**first.outcome == Addresses{resolved_address("::1", 1), resolved_address("10.0.0.1", 1)});
  CHECK(**second.outcome == Addresses{resolved_address("::1", 2), resolved_address("10.0.0.1", 2)});

  loop.advance(std::chrono::seconds(60));
  Asked later(*resolver, loop, "ws.example", 3);
  CHECK(later.answers == 0);
  loop.turn();
  CHECK(later.answers == 1);
  CHECK(look_ups == 1);

  loop.advance(std::chrono::nanoseconds(1));
  Asked stale(*resolver, loop, "ws.example", 3);
  REQUIRE(loop.turn_when_posted());
  CHECK(stale.answers == 1);
  CHECK(look_ups == 2);
}

TEST_CASE("a failed look-up is told to all who asked and is not remembered") {
  std::atomic<int> look_ups = 0;
  const auto resolver = Resolver::create([&](const std::string& host, int) -> Outcome {
    ++look_ups;
    return std::unexpected(look_up_error(host, EAI_NONAME, 0));
  });
  FakeLoop loop;
  for (int round = 1; round <= 2; ++round) {
    Asked asked(*resolver, loop, "no.such.host");
    REQUIRE(loop.turn_when_posted());
    REQUIRE(asked.outcome.has_value());
    REQUIRE_FALSE(asked.outcome->has_value());
    CHECK(asked.outcome->error().code == ErrorCode::dns_not_found);
    CHECK(asked.outcome->error().message == "resolve no.such.host: no such host");
    CHECK(look_ups == round);
    CHECK_FALSE(resolver->known({"no.such.host", 1, AF_UNSPEC}, loop.now()));
  }
}

TEST_CASE("a numeric host is answered in the next turn without a look-up") {
  const auto resolver = Resolver::create(
      [](const std::string&, int) -> Outcome { return fail(ErrorCode::internal, "looked up"); });
  FakeLoop loop;
  Asked v4(*resolver, loop, "127.0.0.1", 9001);
  Asked v6(*resolver, loop, "::1", 9001);
  Asked wrong_family(*resolver, loop, "::1", 9001, AF_INET);
  CHECK(v4.answers == 0);
  CHECK(loop.posted() == 3);
  loop.turn();
  CHECK(**v4.outcome == Addresses{resolved_address("127.0.0.1", 9001)});
  CHECK(**v6.outcome == Addresses{resolved_address("::1", 9001)});
  REQUIRE_FALSE(wrong_family.outcome->has_value());
  CHECK(wrong_family.outcome->error().code == ErrorCode::dns_not_found);
}

TEST_CASE("what is known at once are numeric hosts and answers of the last minute") {
  const auto resolver = Resolver::create(
      [](const std::string&, int) -> Outcome { return Addresses{resolved_address("10.0.0.1")}; });
  FakeLoop loop;
  const Instant start = loop.now();
  CHECK(resolver->known({"::1", 5, AF_UNSPEC}, start) == Addresses{resolved_address("::1", 5)});
  CHECK_FALSE(resolver->known({"::1", 5, AF_INET}, start));
  CHECK_FALSE(resolver->known({"ws.example", 5, AF_UNSPEC}, start));

  Asked asked(*resolver, loop, "ws.example");
  REQUIRE(loop.turn_when_posted());
  CHECK(resolver->known({"ws.example", 5, AF_UNSPEC}, start) ==
        Addresses{resolved_address("10.0.0.1", 5)});
  CHECK_FALSE(resolver->known({"ws.example", 5, AF_INET}, start));
  CHECK_FALSE(
      resolver->known({"ws.example", 5, AF_UNSPEC}, start + std::chrono::milliseconds(60'001)));
}

TEST_CASE("a Resolution destroyed before its answer never gets it") {
  std::latch go(1);
  const auto resolver = Resolver::create([&](const std::string&, int) -> Outcome {
    go.wait();
    return Addresses{resolved_address("10.0.0.1")};
  });
  FakeLoop loop;
  Asked before(*resolver, loop, "ws.example");
  Asked kept(*resolver, loop, "ws.example");
  before.resolution.reset();
  go.count_down();
  REQUIRE(loop.turn_when_posted());
  CHECK(before.answers == 0);
  CHECK(kept.answers == 1);

  Asked posted(*resolver, loop, "ws.example");
  CHECK(loop.posted() == 1);
  posted.resolution.reset();
  loop.turn();
  CHECK(posted.answers == 0);
}

TEST_CASE("a Resolution can be destroyed in its own answer") {
  const auto resolver = Resolver::create(
      [](const std::string&, int) -> Outcome { return Addresses{resolved_address("10.0.0.1")}; });
  FakeLoop loop;
  std::unique_ptr<Resolution> resolution;
  std::size_t addresses = 0;
  const std::string long_enough_to_be_on_the_heap(100, 'x');
  resolution =
      resolver->resolve(loop, {"ws.example", 1, AF_UNSPEC},
                        [&, captured = long_enough_to_be_on_the_heap](const Outcome& outcome) {
                          resolution.reset();
                          addresses = outcome->size() + captured.size();
                        });
  REQUIRE(loop.turn_when_posted());
  CHECK(addresses == 101);
}

TEST_CASE("a loop may go at any time after its Resolutions") {
  // Shared with a look-up that may still be under way at the end.
  const auto look_ups = std::make_shared<std::atomic<int>>(0);
  const auto resolver = Resolver::create([look_ups](const std::string&, int) -> Outcome {
    ++*look_ups;
    return Addresses{resolved_address("10.0.0.1")};
  });
  std::atomic<int> answers = 0;
  const auto ask_and_leave = [&](int thread) {
    for (int i = 0; i < 200; ++i) {
      FakeLoop loop;
      const auto host = std::to_string(thread) + "-" + std::to_string(i) + ".example";
      auto resolution =
          resolver->resolve(loop, {host, 1, AF_UNSPEC}, [&](const Outcome&) { ++answers; });
      if (i % 4 == 0) {
        (void)loop.turn_when_posted();
      } else if (i % 4 == 1) {
        loop.turn();
      }
    }
  };
  {
    std::jthread one(ask_and_leave, 1);
    std::jthread two(ask_and_leave, 2);
  }
  CHECK(answers >= 100);
  CHECK(*look_ups >= 100);
}

TEST_CASE("the resolver goes without waiting for a look-up that is under way") {
  // Shared with a thread that outlives this test's stack.
  const auto go = std::make_shared<std::latch>(1);
  const auto entered = std::make_shared<std::latch>(1);
  const auto left = std::make_shared<std::latch>(1);
  {
    const auto resolver = Resolver::create([=](const std::string&, int) -> Outcome {
      entered->count_down();
      go->wait();
      left->count_down();
      return Addresses{resolved_address("10.0.0.1")};
    });
    FakeLoop loop;
    Asked asked(*resolver, loop, "ws.example");
    entered->wait();
    asked.resolution.reset();
  }
  CHECK_FALSE(left->try_wait());
  go->count_down();
  left->wait();
}

TEST_CASE("each reason of getaddrinfo becomes one of two errors") {
  const auto code = [](int reason) { return look_up_error("h", reason, EMFILE).code; };
  CHECK(code(EAI_NONAME) == ErrorCode::dns_not_found);
  CHECK(code(EAI_NODATA) == ErrorCode::dns_not_found);
  CHECK(code(EAI_ADDRFAMILY) == ErrorCode::dns_not_found);
  CHECK(code(EAI_AGAIN) == ErrorCode::dns_failed);
  CHECK(code(EAI_FAIL) == ErrorCode::dns_failed);
  CHECK(look_up_error("h", EAI_SYSTEM, EMFILE).message == "resolve h: Too many open files");
  CHECK(look_up_error("h", EAI_AGAIN, 0).message ==
        "resolve h: Temporary failure in name resolution");
}

TEST_CASE("a name with a zero byte is not cut at it") {
  const auto outcome = look_up(std::string("127.0.0.1\0.example", 18), AF_UNSPEC);
  REQUIRE_FALSE(outcome.has_value());
  CHECK(outcome.error().code == ErrorCode::dns_not_found);
}

}  // namespace
}  // namespace wskit::net
