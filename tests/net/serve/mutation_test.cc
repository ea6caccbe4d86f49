// SPDX-License-Identifier: MIT
// Frames that are nearly right against servers, which run under AddressSanitizer where the tests
// do. WSKIT_MUTATED_FRAMES and WSKIT_MUTATION_SEED make it as long, and as different, as one likes.
#include <array>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include <sys/socket.h>

#include "tests/net/serve/frame_mutator.h"
#include "tests/net/serve/server_process.h"

using namespace wskit::test;

namespace {

constexpr unsigned kOrderlyText = 0x81;
// A server takes its time to end what breaks the rules, so that its peer can read why.
constexpr std::size_t kEnding = 200;

std::uint64_t chosen_number(const char* variable, std::uint64_t otherwise) {
  const char* const text = std::getenv(variable);
  return text == nullptr ? otherwise : std::stoull(text);
}

/// A server's freed memory is to be seen as free soon.
void keep_little_quarantine() {
  const char* const given = std::getenv("ASAN_OPTIONS");
  const std::string options = given == nullptr ? std::string() : std::string(given) + ":";
  ::setenv("ASAN_OPTIONS", (options + "quarantine_size_mb=8").c_str(), 1);
}

constexpr const char* kNoEnd = "a connection was not ended";

/// Fails with what the server said last, not with what the client missed alone.
void must(bool holds, const char* otherwise) {
  if (!holds) {
    throw std::runtime_error(otherwise);
  }
}

void forget_what_came(const RawClient& client) {
  std::array<char, 65'536> buffer;
  while (::recv(client.fd(), buffer.data(), buffer.size(), MSG_DONTWAIT) > 0) {
  }
}

struct Mutated {
  std::uint64_t frames = 0;
  std::uint64_t connections = 0;
};

class MutationRun {
 public:
  MutationRun(ServerProcess& server, std::vector<Dialect> dialects, std::uint32_t seed)
      : server_(server), dialects_(std::move(dialects)), mutator_(seed) {
    for (const Dialect& dialect : dialects_) {
      orderly_.emplace_back(server.port());
      REQUIRE(orderly_.back().upgrade(dialect.headers, dialect.path));
    }
  }

  void until(std::uint64_t frames) {
    while (done_.frames < frames) {
      connect_once();
      for (const RawClient& client : orderly_) {
        forget_what_came(client);
      }
      (void)server_.process().err();  // so that it is not held up by its log
    }
  }
  void await_ends() {
    for (RawClient& client : ending_) {
      must(client.wait_for_end(), kNoEnd);
    }
    ending_.clear();
  }
  [[nodiscard]] const Mutated& done() const { return done_; }

 private:
  void connect_once();
  [[nodiscard]] bool send_in_pieces(RawClient& client, std::string_view bytes);

  ServerProcess& server_;
  std::vector<Dialect> dialects_;
  FrameMutator mutator_;
  std::vector<RawClient> orderly_;  // connected all the time
  std::deque<RawClient> ending_;    // have sent all they have
  Mutated done_;
};

bool MutationRun::send_in_pieces(RawClient& client, std::string_view bytes) {
  const bool whole = mutator_.below(4) != 0;
  while (!bytes.empty()) {
    const std::size_t size = whole ? bytes.size() : 1 + mutator_.below(bytes.size());
    forget_what_came(client);
    if (!client.send(bytes.substr(0, size))) {
      return false;
    }
    bytes.remove_prefix(size);
  }
  return true;
}

// The server sees all of it, and then an end: whatever it thinks of it, it must end it too.
void MutationRun::connect_once() {
  const Dialect& dialect = dialects_[mutator_.below(dialects_.size())];
  RawClient client(server_.port());
  ++done_.connections;
  // What follows a request that is not right may belong to it: there may be no answer.
  const bool right = mutator_.below(20) != 0;
  (void)send_in_pieces(client, mutator_.request(dialect, right));
  if (right) {
    must(client.request("").starts_with("HTTP/1.1 101"), "an upgrade was not agreed to");
  }
  for (std::size_t i = 1 + mutator_.below(20); i > 0; --i) {
    ++done_.frames;
    if (!send_in_pieces(client, mutator_.frame(dialect))) {
      return;
    }
  }
  client.shut_down_writing();
  ending_.push_back(std::move(client));
  if (ending_.size() > kEnding) {
    must(ending_.front().wait_for_end(), kNoEnd);
    ending_.pop_front();
  }
}

void run_mutated(ServerProcess& server, const std::vector<Dialect>& dialects) {
  const std::uint64_t frames = chosen_number("WSKIT_MUTATED_FRAMES", 20'000) / 2;
  MutationRun run(server, dialects,
                  static_cast<std::uint32_t>(chosen_number("WSKIT_MUTATION_SEED", 1)));
  try {
    run.until(frames / 4);
    const std::size_t before = server.memory_kib("VmRSS");
    run.until(frames);
    run.await_ends();
    std::cout << run.done().frames << " frames in " << run.done().connections << " connections; "
              << before << " KiB, then " << server.memory_kib("VmRSS") << "\n";
    CHECK(server.memory_kib("VmRSS") < before + 32 * kMiB);
    RawClient good = server.subscriber("/t/good");
    good.send_frame(kOrderlyText, "still here");
    const auto frame = good.read_frame();
    REQUIRE(frame);
    CHECK(frame->payload == "still here");
  } catch (const std::runtime_error& error) {
    const Exit exit = server.process().wait(std::chrono::seconds(5));
    FAIL(error.what() << "; the server's exit code is " << exit.code << ": " << exit.err);
  }
  server.process().signal(SIGTERM);
  server.process().signal(SIGTERM);
  const Exit exit = server.process().wait();
  CHECK(exit.code == 0);
  CHECK_THAT(exit.err, !Catch::Contains("runtime error") && !Catch::Contains("Sanitizer"));
}

}  // namespace

TEST_CASE("serve echo outlives frames that are nearly right, and takes no memory for them") {
  keep_little_quarantine();
  EchoProcess server({});
  run_mutated(server, echo_dialects());
}

TEST_CASE("serve pubsub outlives frames that are nearly right, and takes no memory for them") {
  keep_little_quarantine();
  PubSubProcess server({"--history", "50", "--session-time", "1s"});
  run_mutated(server, pubsub_dialects());
}
