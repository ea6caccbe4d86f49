// SPDX-License-Identifier: MIT
#include "net/loop.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "net/descriptor.h"
#include "tests/support/catch.h"
#include "tests/support/loop_fixture.h"

using namespace std::chrono_literals;
using namespace wskit::test;
using wskit::ErrorCode;
using wskit::Instant;
using wskit::net::Descriptor;
using wskit::net::Timer;

namespace {

class Note final : public wskit::net::TimerHandler, public wskit::net::TurnHook {
 public:
  explicit Note(std::vector<int>& notes, int what) : notes_(notes), what_(what) {}
  Instant fired;

 private:
  void on_timer(Instant now) override {
    fired = now;
    notes_.push_back(what_);
  }
  void on_turn_end() override { notes_.push_back(what_); }

  std::vector<int>& notes_;
  int what_;
};

class Ready final : public wskit::net::FdHandler {
 public:
  int reads = 0;
  int writes = 0;
  std::function<void()> then;

 private:
  void on_ready(bool readable, bool writable) override {
    reads += readable ? 1 : 0;
    writes += writable ? 1 : 0;
    if (then) {
      then();
    }
  }
};

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_NONBLOCK | O_CLOEXEC) == 0);
    read = Descriptor(ends[0]);
    write = Descriptor(ends[1]);
  }
  Descriptor read;
  Descriptor write;
};

/// Lowers the limit on open files to what is open now and `more`.
class FewDescriptors {
 public:
  explicit FewDescriptors(unsigned more) {
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before_) == 0);
    const Descriptor next(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    rlimit few = before_;
    few.rlim_cur = static_cast<rlim_t>(next.get()) + more;
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
  }
  FewDescriptors(const FewDescriptors&) = delete;
  FewDescriptors& operator=(const FewDescriptors&) = delete;
  ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

}  // namespace

WSKIT_LOOP_TEST("timers fire in order and never early") {
  std::vector<int> order;
  std::deque<Note> notes;
  std::deque<Timer> timers;
  std::vector<Instant> due;
  const Instant start = loop.now();
  for (int i = 0; i < 100; ++i) {
    notes.emplace_back(order, (i * 37) % 100);
    due.push_back(start + 100us * ((i * 37) % 100));
    timers.emplace_back(loop.timers(), notes.back()).arm(due.back());
  }
  run_until(loop, [&] { return order.size() == 100; });
  CHECK(std::is_sorted(order.begin(), order.end()));
  for (std::size_t i = 0; i < notes.size(); ++i) {
    CHECK(notes[i].fired >= due[i]);
  }
}

WSKIT_LOOP_TEST("a loop sleeps while it waits for a timer") {
  std::vector<int> fired;
  Note note(fired, 1);
  Timer timer(loop.timers(), note);
  timer.arm(loop.now() + 30ms);
  note.fired = {};
  class Stop final : public wskit::net::TimerHandler {
   public:
    explicit Stop(wskit::net::Loop& stopped) : loop_(stopped) {}
    void on_timer(Instant /*now*/) override { loop_.stop(); }

   private:
    wskit::net::Loop& loop_;
  } stop(loop);
  Timer end(loop.timers(), stop);
  end.arm(loop.now() + 31ms);
  const auto before = loop.stats();
  loop.run();
  const auto after = loop.stats();
  CHECK(fired.size() == 1);
  CHECK(after.waited - before.waited > 25ms);
  CHECK(after.turns - before.turns < 20);
}

WSKIT_LOOP_TEST("a stop before the run makes it return at once and only once") {
  loop.stop();
  loop.run();
  std::vector<int> calls;
  loop.post([&] {
    calls.push_back(1);
    loop.stop();
  });
  loop.run();
  CHECK(calls.size() == 1);
}

WSKIT_LOOP_TEST("posted calls run in order and one that posts is not run in the same turn") {
  std::vector<int> calls;
  Note hook(calls, 100);
  loop.post([&] {
    calls.push_back(1);
    loop.at_turn_end(hook);
    loop.post([&] { calls.push_back(3); });
  });
  loop.post([&] { calls.push_back(2); });
  run_until(loop, [&] { return calls.size() == 4; });
  CHECK(calls == std::vector{1, 2, 100, 3});
}

WSKIT_LOOP_TEST("a hook is called once at the end of a turn before the sending") {
  Pair pair(loop);
  class Writer final : public wskit::net::TurnHook {
   public:
    explicit Writer(End& client) : end(client) {}
    End& end;
    int calls = 0;

   private:
    void on_turn_end() override {
      ++calls;
      end.write("from the hook");
    }
  } hook(pair.client);
  loop.post([&] {
    pair.client.write("first ");
    loop.at_turn_end(hook);
    loop.at_turn_end(hook);
  });
  run_until(loop, [&] { return !pair.peer().received.empty(); });
  CHECK(pair.peer().received == "first from the hook");
  CHECK(pair.peer().data_events == 1);
  CHECK(hook.calls == 1);
}

WSKIT_SOCKET_TEST("calls posted from other threads all run on the loop's thread") {
  constexpr int kThreads = 4;
  constexpr int kCalls = 2000;
  int calls = 0;
  std::atomic<int> elsewhere = 0;
  const auto here = std::this_thread::get_id();
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kCalls; ++i) {
        loop.post([&] {
          ++calls;
          elsewhere += std::this_thread::get_id() == here ? 0 : 1;
        });
      }
    });
  }
  run_until(loop, [&] { return calls == kThreads * kCalls; });
  for (auto& thread : threads) {
    thread.join();
  }
  CHECK(calls == kThreads * kCalls);
  CHECK(elsewhere == 0);
}

WSKIT_SOCKET_TEST("another thread stops a loop that waits for nothing") {
  std::atomic<bool> running = false;
  loop.post([&] { running = true; });
  std::thread thread([&] {
    while (!running) {
      std::this_thread::yield();
    }
    loop.stop();
  });
  loop.run();
  thread.join();
  CHECK(running);
}

WSKIT_SOCKET_TEST("a watch reports what is wanted and no more") {
  const Pipe pipe;
  Ready reader;
  Ready writer;
  auto reads = loop.watch(pipe.read.get(), reader);
  auto writes = loop.watch(pipe.write.get(), writer);
  REQUIRE(reads);
  REQUIRE(writes);
  (*reads)->want(true, false);
  run_for(loop, 3ms);
  CHECK(reader.reads == 0);
  CHECK(writer.writes == 0);

  (*writes)->want(false, true);
  run_until(loop, [&] { return writer.writes > 0; });
  (*writes)->want(false, false);
  REQUIRE(::write(pipe.write.get(), "x", 1) == 1);
  run_until(loop, [&] { return reader.reads > 3; });  // as long as it is not read
  CHECK(reader.writes == 0);
  (*reads)->want(false, false);
  const int seen = reader.reads;
  const int written = writer.writes;
  run_for(loop, 3ms);
  CHECK(reader.reads == seen);
  CHECK(writer.writes == written);
}

WSKIT_SOCKET_TEST("a watch reports a hang-up and may be destroyed then") {
  Pipe pipe;
  Ready reader;
  auto watch = loop.watch(pipe.read.get(), reader);
  REQUIRE(watch);
  (*watch)->want(true, false);
  reader.then = [&] { watch->reset(); };
  pipe.write.reset();
  run_until(loop, [&] { return reader.reads > 0; });
  run_for(loop, 3ms);
  CHECK(reader.reads == 1);
}

WSKIT_SOCKET_TEST("a regular file cannot be watched") {
  const Descriptor file(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
  Ready handler;
  const auto watch = loop.watch(file.get(), handler);
  REQUIRE_FALSE(watch);
  CHECK(watch.error().message.find("Operation not permitted") != std::string::npos);
}

WSKIT_SOCKET_TEST("a listener out of descriptors turns away who waits and goes on later") {
  Server server(loop);
  End first(loop, server.address());
  run_until(loop, [&] { return server.ends.size() == 1; });
  {
    // Room for the client's socket, none for the server's.
    const FewDescriptors few(1);
    End second(loop, server.address());
    const auto before = loop.stats();
    run_until(loop, [&] { return second.eofs + second.errors > 0; });
    REQUIRE(server.errors.size() == 1);
    CHECK(server.errors.front().code == ErrorCode::local_emfile);
    CHECK(server.errors.front().message.find("Too many open files") != std::string::npos);
    End third(loop, server.address());
    run_until(loop, [&] { return third.errors == 1; });
    CHECK(third.error.code == ErrorCode::local_emfile);
    run_for(loop, 20ms);
    // It rests: what turns there are come from polling in this test.
    CHECK(loop.stats().turns - before.turns < 2000);
  }
  first.write("still here");
  run_until(loop, [&] { return server.ends.front()->received == "still here"; });
  End late(loop, server.address());
  run_until(loop, [&] { return server.ends.size() == 2; });
  CHECK(server.errors.size() == 1);
}

TEST_CASE("every backend has a name") {
  CHECK(wskit::net::name(wskit::net::Backend::epoll) == "epoll");
  CHECK(wskit::net::name(wskit::net::Backend::uring) == "uring");
  CHECK(wskit::net::name(wskit::net::Backend::simulated) == "simulated");
}
