// SPDX-License-Identifier: MIT
#include "net/dialer.h"

#include <array>
#include <cstdlib>

#include <sys/socket.h>
#include <unistd.h>

#include "tests/net/tls/dialing.h"
#include "tests/support/catch.h"

using namespace std::chrono_literals;
using namespace wskit::net;
using namespace wskit::test;
using wskit::ErrorCode;

namespace {

/// A listening socket that lets further connections wait for ever: its backlog is full.
class FullBacklog {
 public:
  explicit FullBacklog(const SocketAddress& address) {
    REQUIRE(::bind(listener_, address.data(), address.size()) == 0);
    REQUIRE(::listen(listener_, 0) == 0);
    for (const int fd : fillers_) {
      (void)::connect(fd, address.data(), address.size());
    }
  }
  FullBacklog(const FullBacklog&) = delete;
  FullBacklog& operator=(const FullBacklog&) = delete;
  ~FullBacklog() {
    for (const int fd : fillers_) {
      ::close(fd);
    }
    ::close(listener_);
  }

 private:
  static int open() { return ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0); }
  int listener_ = open();
  std::array<int, 4> fillers_{open(), open(), open(), open()};
};

}  // namespace

WSKIT_SOCKET_TEST("where no name is looked up that step takes no time at all") {
  Server server(loop);
  DialOptions options;
  options.resolve = {{"a.example", server.address().port(), {"127.0.0.1"}}};
  const TestDialer dialer(loop, options);
  for (const char* host : {"127.0.0.1", "a.example"}) {
    const Dialing to(loop, *dialer.dialer, {host, server.address().port(), {}, false});
    REQUIRE(to.dialed);
    CHECK(to.dialed->times.resolved == to.dialed->times.started);
  }
}

WSKIT_SOCKET_TEST("localhost is resolved and connected to and bytes go both ways") {
  Server server(loop);
  const TestDialer dialer(loop, {});
  const Dialing to(loop, *dialer.dialer, {"localhost", server.address().port(), {}, false});
  REQUIRE(to.dialed);
  CHECK(to.dialed->peer == server.address());
  const auto& times = to.dialed->times;
  CHECK(times.started <= times.resolved);
  CHECK(times.resolved <= times.connected);
  CHECK(times.connected == times.secured);

  run_until(loop, [&] { return server.ends.size() == 1; });
  server.ends[0]->write("from server");
  to.end->write("from client");
  run_until(loop, [&] { return to.end->received.size() == 11; });
  run_until(loop, [&] { return server.ends[0]->received.size() == 11; });
  CHECK(to.end->received == "from server");
  CHECK(server.ends[0]->received == "from client");
}

WSKIT_SOCKET_TEST("an address that swallows connections is passed by for the next") {
  Server server(loop);
  const std::uint16_t port = server.address().port();
  const FullBacklog silent(SocketAddress::ip("127.0.0.2", port).value());
  DialOptions options;
  options.resolve = {{"ws.example", port, {"127.0.0.2", "127.0.0.1"}}};
  options.fallback_delay = 20ms;
  const TestDialer dialer(loop, options);
  const Dialing to(loop, *dialer.dialer, {"ws.example", port, {}, false});
  REQUIRE(to.dialed);
  CHECK(to.dialed->peer == server.address());
  CHECK(to.dialed->times.connected - to.dialed->times.started >= 20ms);
}

WSKIT_SOCKET_TEST("a server that swallows connections runs into the deadline") {
  Server server(loop);
  const std::uint16_t port = server.address().port();
  const FullBacklog silent(SocketAddress::ip("127.0.0.2", port).value());
  DialOptions options;
  options.timeout = 50ms;
  const TestDialer dialer(loop, options);
  const Dialing to(loop, *dialer.dialer, {"127.0.0.2", port, {}, false});
  REQUIRE(to.error);
  CHECK(to.error->code == ErrorCode::tcp_timeout);
}

WSKIT_SOCKET_TEST("connections start from the source addresses in turn") {
  Server server(loop);
  DialOptions options;
  options.sources = {SocketAddress::ip("127.0.0.2", 0).value(),
                     SocketAddress::ip("127.0.0.3", 0).value()};
  const auto resolver = Resolver::create();
  const auto dialer = Dialer::create(loop, *resolver, options).value();
  struct Outcome final : DialHandler {
    void on_dialed(Dialed result) override {
      end = std::make_unique<End>(std::move(result.stream));
    }
    void on_dial_failed(const wskit::Error&) override { failed = true; }
    std::unique_ptr<End> end;
    bool failed = false;
  };
  std::array<Outcome, 3> outcomes;
  std::vector<std::unique_ptr<Dial>> dials;
  for (Outcome& outcome : outcomes) {
    dials.push_back(dialer->dial({"127.0.0.1", server.address().port(), {}, false}, outcome));
    run_until(loop, [&] { return outcome.end != nullptr || outcome.failed; });
    CHECK_FALSE(outcome.failed);
  }
  run_until(loop, [&] { return server.ends.size() == 3; });
  const auto host = [&](std::size_t index) { return server.peers[index].to_string().substr(0, 9); };
  CHECK(host(0) == "127.0.0.2");
  CHECK(host(1) == "127.0.0.3");
  CHECK(host(2) == "127.0.0.2");
}
