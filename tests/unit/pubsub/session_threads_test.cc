// SPDX-License-Identifier: MIT
// What nodes on threads of their own share beside messages; runs under ThreadSanitizer too.
#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "broker/memory_broker.h"
#include "pubsub/hub.h"
#include "pubsub/subscription_places.h"
#include "tests/support/catch.h"

using namespace wskit;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kTakers = 3;
constexpr int kTakes = 200;  // of each of them
const std::string kSession = "k";

/// Takes the session again and again, and gives it away, counted up by one, when it is wanted.
class SessionTaker {
 public:
  SessionTaker(broker::Broker& engine, std::atomic<int>& all) : all_(all), hub_(engine, [] {}) {}
  SessionTaker(const SessionTaker&) = delete;
  SessionTaker& operator=(const SessionTaker&) = delete;

  void run() {
    for (bool asked = false; all_ < kTakes * static_cast<int>(kTakers);) {
      if (!asked && got.size() < kTakes) {
        hub_.sessions().take(kSession, [&](Expected<std::optional<std::string>> session) {
          asked = false;
          on_taken(std::stoi(session.value().value()));
        });
        asked = true;
      }
      hub_.poll();
      std::this_thread::yield();
    }
  }

  std::vector<int> got;

 private:
  void on_taken(int number) {
    got.push_back(number);
    ++all_;
    hub_.sessions().hold(kSession, [this, number] {
      hub_.sessions().store(kSession, std::to_string(number + 1), 1h);
    });
  }

  std::atomic<int>& all_;
  pubsub::Hub hub_;
};

}  // namespace

TEST_CASE("nodes that take a session from one another have it one at a time, and lose none") {
  const MonotonicClock clock;
  broker::MemoryBroker engine(clock, {});
  std::atomic<int> all = 0;
  std::set<int> numbers;
  {
    std::vector<std::unique_ptr<SessionTaker>> takers;
    for (std::size_t i = 0; i < kTakers; ++i) {
      takers.push_back(std::make_unique<SessionTaker>(engine, all));
    }
    pubsub::Hub begin(engine, [] {});
    begin.sessions().store(kSession, "0", 1h);
    std::vector<std::thread> threads;
    threads.reserve(kTakers);
    for (const auto& taker : takers) {
      threads.emplace_back([&taker] { taker->run(); });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
    for (const auto& taker : takers) {
      numbers.insert(taker->got.begin(), taker->got.end());
    }
  }
  CHECK(numbers.size() == kTakes * kTakers);
  CHECK(*numbers.rbegin() == kTakes * static_cast<int>(kTakers) - 1);
}

TEST_CASE("no more subscriptions than may begin have a place at the same time") {
  constexpr std::size_t kPlaces = 2;
  pubsub::SubscriptionPlaces places(kPlaces);
  std::atomic<std::size_t> begun = 0;
  std::atomic<std::size_t> most = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int turn = 0; turn < 20'000; ++turn) {
        if (const auto place = places.take()) {
          const std::size_t now = ++begun;
          std::size_t before = most;
          while (before < now && !most.compare_exchange_weak(before, now)) {
          }
          --begun;
        }
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  CHECK(most <= kPlaces);
  CHECK(places.taken() == 0);
  pubsub::SubscriptionPlaces none(0);
  CHECK(none.take().has_value());
}
