// SPDX-License-Identifier: MIT
// What the tests of the loops share: both ends of connections that record what they are told.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "net/loop.h"

namespace wskit::test {

using LoopTest = void (*)(net::Loop& loop);

/// Runs the body on a loop of that backend; ends as skipped where the kernel forbids io_uring.
void run_on(net::IoChoice backend, LoopTest body);
void run_simulated(LoopTest body);

// One case a kind of loop, so that ctest counts them apart. WSKIT_SOCKET_TEST is for what a
// simulation does not have.
#define WSKIT_LOOP_TEST_BODY(body, sentence, kinds) \
  static void body(wskit::net::Loop& loop);         \
  kinds(body, sentence) static void body(wskit::net::Loop& loop)
#define WSKIT_SOCKET_CASES(body, sentence)                  \
  TEST_CASE(sentence " on epoll") {                         \
    wskit::test::run_on(wskit::net::IoChoice::epoll, body); \
  }                                                         \
  TEST_CASE(sentence " on io_uring") {                      \
    wskit::test::run_on(wskit::net::IoChoice::uring, body); \
  }
#define WSKIT_ALL_CASES(body, sentence)          \
  WSKIT_SOCKET_CASES(body, sentence)             \
  TEST_CASE(sentence " on the simulated loop") { \
    wskit::test::run_simulated(body);            \
  }
#define WSKIT_SOCKET_TEST(sentence) \
  WSKIT_LOOP_TEST_BODY(INTERNAL_CATCH_UNIQUE_NAME(loop_test_), sentence, WSKIT_SOCKET_CASES)
#define WSKIT_LOOP_TEST(sentence) \
  WSKIT_LOOP_TEST_BODY(INTERNAL_CATCH_UNIQUE_NAME(loop_test_), sentence, WSKIT_ALL_CASES)

/// One end of a connection.
class End final : public net::StreamHandler {
 public:
  End() = default;
  /// Connects.
  End(net::Loop& loop, const net::SocketAddress& peer, const net::SocketOptions& options = {});
  /// Takes an accepted stream.
  explicit End(std::unique_ptr<net::Stream> accepted);

  void write(std::string_view text);

  std::unique_ptr<net::Stream> stream;
  std::string received;
  std::size_t sent = 0;
  int connects = 0;
  int data_events = 0;
  int offers = 0;
  int eofs = 0;
  int errors = 0;
  Error error;
  /// Send back what comes, as it comes.
  bool echo = false;
  /// Forget what comes, but count it.
  bool discard = false;
  std::size_t received_bytes = 0;
  /// Called after the fact was recorded; may destroy this end.
  std::function<void()> then_connect;
  std::function<void()> then_data;
  std::function<void()> then_offer;
  std::function<void()> then_sent;
  std::function<void()> then_eof;
  std::function<void()> then_error;

 private:
  void on_connect(Instant at) override;
  void on_data(std::span<std::byte> bytes, Instant at) override;
  void on_offer(Instant at) override;
  void on_sent(std::size_t bytes) override;
  void on_eof() override;
  void on_error(const Error& why) override;
};

/// Listens and keeps what it accepts.
class Server final : public net::ListenHandler {
 public:
  explicit Server(net::Loop& loop);
  Server(net::Loop& loop, const net::SocketAddress& address);

  [[nodiscard]] const net::SocketAddress& address() const { return listener->address(); }
  /// The address with another family's or the same port, for clients.
  std::unique_ptr<net::Listener> listener;
  std::vector<std::unique_ptr<End>> ends;
  std::vector<net::SocketAddress> peers;
  std::vector<Error> errors;
  /// Called with each new end.
  std::function<void(End&)> on_end;

 private:
  void on_accept(std::unique_ptr<net::Stream> stream, const net::SocketAddress& peer) override;
  void on_accept_error(const Error& error) override;
};

/// Turns the loop until the condition holds; fails the test case after 20 s without it.
void run_until(net::Loop& loop, const std::function<bool()>& condition);

/// Turns the loop for a while.
void run_for(net::Loop& loop, Nanoseconds time);

/// A loopback address with a port that the kernel chooses.
[[nodiscard]] net::SocketAddress any_port();

/// A connection between a server's end and a client's.
struct Pair {
  explicit Pair(net::Loop& loop);
  Server server;
  End client;
  [[nodiscard]] End& peer() { return *server.ends.front(); }
};

}  // namespace wskit::test
