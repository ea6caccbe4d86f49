// SPDX-License-Identifier: MIT
#include "tests/support/sim_loop.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/loop_fixture.h"

using namespace std::chrono_literals;
using namespace wskit::test;
using wskit::ErrorCode;
using wskit::Instant;
using wskit::Nanoseconds;
using wskit::net::SocketAddress;
using wskit::net::Stream;
using wskit::net::Timer;

namespace {

/// Answers each piece it gets after a time of work.
class SlowEcho final : public wskit::net::ListenHandler,
                       public wskit::net::StreamHandler,
                       public wskit::net::TimerHandler {
 public:
  SlowEcho(SimLoop& loop, Nanoseconds work)
      : work_(work),
        timer_(loop.timers(), *this),
        listener_(loop.listen(any_port(), *this).value()) {}
  [[nodiscard]] const SocketAddress& address() const { return listener_->address(); }

 private:
  void on_accept(std::unique_ptr<Stream> stream, const SocketAddress& /*peer*/) override {
    stream_ = std::move(stream);
    stream_->set_handler(*this);
  }
  void on_accept_error(const wskit::Error& /*error*/) override {}
  void on_data(std::span<std::byte> bytes, Instant received) override {
    pending_.assign(bytes.begin(), bytes.end());
    timer_.arm(received + work_);
  }
  void on_eof() override {}
  void on_error(const wskit::Error& /*error*/) override {}
  void on_timer(Instant /*now*/) override { stream_->write(pending_); }

  Nanoseconds work_;
  Timer timer_;
  std::unique_ptr<wskit::net::Listener> listener_;
  std::unique_ptr<Stream> stream_;
  std::vector<std::byte> pending_;
};

/// What a run of many connections saw, in the order in which it saw it.
std::string story(std::uint64_t seed) {
  SimLoop loop(seed);
  loop.network = {.to_listener = 1ms,
                  .to_connector = 2ms,
                  .short_write = 0.3,
                  .short_read = 0.3,
                  .reset = 0.02,
                  .no_descriptors = 0.05,
                  .reorder = true};
  Server server(loop);
  server.on_end = [](End& end) { end.echo = true; };
  std::string events;
  std::vector<std::unique_ptr<End>> clients;
  for (int i = 0; i < 30; ++i) {
    clients.push_back(std::make_unique<End>(loop, server.address()));
    End& client = *clients.back();
    client.write(std::string(1000, 'x'));
    client.then_data = [&events, &client, i] {
      events += std::to_string(i) + ":" + std::to_string(client.received.size()) + " ";
    };
    client.then_error = [&events, &client, i] {
      events += std::to_string(i) + "=" + client.error.message + " ";
    };
  }
  loop.run();
  return events;
}

}  // namespace

TEST_CASE("latency is what was configured to the nanosecond") {
  SimLoop loop;
  loop.network = {.to_listener = 1'000'001ns, .to_connector = 3'000'002ns};
  SlowEcho server(loop, 20ms);
  const Instant start = loop.now();
  Instant connected;
  Instant offered;
  Instant answered;
  End client(loop, server.address());
  client.then_connect = [&] {
    connected = loop.now();
    client.write("question");
  };
  client.then_offer = [&] { offered = loop.now(); };
  client.then_data = [&] { answered = loop.now(); };
  loop.run();
  CHECK(connected - start == 4'000'003ns);
  CHECK(answered - offered == 20ms + 4'000'003ns);
  CHECK(client.received == "question");
}

TEST_CASE("the clock moves to the next event and stands still at the end") {
  SimLoop loop;
  const Instant start = loop.now();
  End client(loop, any_port());
  loop.run_until(start + 5s);
  CHECK(loop.now() == start + 5s);
  loop.advance(1ns);
  CHECK(loop.now() == start + 5s + 1ns);
  loop.run();
  CHECK(loop.now() == start + 5s + 1ns);
  CHECK(client.errors == 1);
}

TEST_CASE("a run does not go past the instant it was given") {
  SimLoop loop;
  loop.network.to_listener = 10ms;
  Server server(loop);
  End client(loop, server.address());
  loop.advance(10ms - 1ns);
  CHECK(client.connects == 0);
  loop.advance(1ns);
  CHECK(client.connects == 1);
  loop.advance(10ms - 1ns);
  CHECK(server.ends.empty());
  loop.advance(1ns);
  CHECK(server.ends.size() == 1);
}

TEST_CASE("a callback that takes time makes the next one late") {
  SimLoop loop;
  Instant fired;
  const Instant start = loop.now();
  Server server(loop);
  End client(loop, server.address());
  client.then_connect = [&] { loop.spend(3ms); };
  class Note final : public wskit::net::TimerHandler {
   public:
    explicit Note(Instant& at) : at_(at) {}
    void on_timer(Instant now) override { at_ = now; }

   private:
    Instant& at_;
  } note(fired);
  Timer timer(loop.timers(), note);
  timer.arm(start + 1ms);
  loop.run();
  CHECK(fired == start + 3ms);
}

TEST_CASE("nobody at an address refuses and a silent address never answers") {
  SimLoop loop;
  loop.network = {.to_listener = 1ms, .to_connector = 1ms};
  const auto silent = SocketAddress::ip("127.0.0.1", 9).value();
  loop.silence(silent);
  End refused(loop, SocketAddress::ip("127.0.0.1", 8).value());
  End waiting(loop, silent);
  loop.advance(1h);
  CHECK(refused.error.code == ErrorCode::tcp_refused);
  CHECK(refused.error.message == "connect 127.0.0.1:8: Connection refused");
  CHECK(waiting.errors == 0);
  CHECK(waiting.connects == 0);
}

TEST_CASE("a full socket buffer makes unsent bytes grow") {
  SimLoop loop;
  loop.network.socket_buffer = 1000;
  Server server(loop);
  server.on_end = [](End& end) { end.stream->pause(); };
  End client(loop, server.address());
  client.write(std::string(2500, 'x'));
  loop.run();
  CHECK(client.sent == 1000);
  CHECK(client.stream->unsent() == 1500);
  server.ends.front()->stream->resume();
  loop.run();
  CHECK(client.sent == 2500);
  CHECK(server.ends.front()->received.size() == 2500);
}

TEST_CASE("short writes keep every byte and its place") {
  SimLoop loop(3);
  loop.network.short_write = 0.9;
  loop.network.short_read = 0.9;
  Server server(loop);
  End client(loop, server.address());
  std::string text;
  for (int i = 0; i < 1000; ++i) {
    text += std::to_string(i);
  }
  client.write(text);
  loop.run();
  REQUIRE(server.ends.size() == 1);
  CHECK(server.ends.front()->received == text);
  CHECK(server.ends.front()->data_events > 10);
}

TEST_CASE("a send without buffers fails locally and a reset is seen by both ends") {
  for (const bool reset : {false, true}) {
    SimLoop loop;
    Server server(loop);
    End client(loop, server.address());
    loop.run();
    (reset ? loop.network.reset : loop.network.no_buffers) = 1;
    client.write("x");
    loop.run();
    CHECK(client.error.code == (reset ? ErrorCode::reset : ErrorCode::local_enobufs));
    CHECK(server.ends.front()->errors == (reset ? 1 : 0));
    CHECK(server.ends.front()->received.empty());
  }
}

TEST_CASE("a connection without a descriptor fails before it starts") {
  SimLoop loop;
  Server server(loop);
  loop.network.no_descriptors = 1;
  End client(loop, server.address());
  CHECK(client.errors == 0);
  loop.run();
  CHECK(client.error.code == ErrorCode::local_emfile);
  CHECK(server.ends.empty());
}

TEST_CASE("the same seed tells the same story and another seed another") {
  const std::string first = story(1);
  CHECK_FALSE(first.empty());
  CHECK(story(1) == first);
  CHECK(story(2) != first);
}

TEST_CASE("bytes for a closed end are answered with a reset") {
  SimLoop loop;
  loop.network = {.to_listener = 1ms, .to_connector = 1ms};
  Server server(loop);
  End client(loop, server.address());
  loop.run();
  server.ends.front()->stream.reset();
  loop.run();
  CHECK(client.eofs == 1);
  client.write("anybody there");
  loop.run();
  CHECK(client.error.code == ErrorCode::reset);
}
