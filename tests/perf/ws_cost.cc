// SPDX-License-Identifier: MIT
// What connections of lib/ws cost a client: CPU to open one, memory while idle, before and after
// its first message. The server is a child process. Prints one line of JSON a figure.
//
//   ws_cost plain|compressed CONNECTIONS [MAX_IDLE_BYTES]
//
// Each connection has an owner as large as the one of a load test. Fails when a connection that has
// just been opened takes more than MAX_IDLE_BYTES.
#include <fmt/format.h>
#include <malloc.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/check.h"
#include "load/session.h"
#include "net/resolver.h"
#include "wire/uri.h"
#include "ws/client.h"
#include "ws/server.h"

namespace {

using namespace wskit;

constexpr std::size_t kInFlight = 64;

double cpu_us() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto us = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
  };
  return us(usage.ru_utime) + us(usage.ru_stime);
}

std::size_t heap_bytes() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

class EchoServer final : public net::ListenHandler {
 public:
  explicit EchoServer(net::Loop& loop)
      : server_(loop, {.upgrade = {.subprotocols = {}, .deflate = {wire::DeflatePolicy{}}}}),
        listener_(loop.listen(net::SocketAddress::ip("127.0.0.1", 0).value(), *this).value()) {}
  [[nodiscard]] std::uint16_t port() const { return listener_->address().port(); }

 private:
  struct Session final : ws::Handler {
    explicit Session(EchoServer& its_server) : server(its_server) {}
    void on_open(const ws::Opened& /*opened*/) override {}
    void on_message(ws::MessageType type, std::span<const std::byte> payload,
                    ws::Received /*received*/) override {
      connection->send(type, payload);
    }
    void on_close(const ws::Closed& /*closed*/) override { server.sessions_.erase(this); }
    void on_error(const ws::Failure& /*failure*/) override { server.sessions_.erase(this); }
    EchoServer& server;
    std::unique_ptr<ws::Connection> connection;
  };

  void on_accept(std::unique_ptr<net::Stream> stream, const net::SocketAddress& peer) override {
    auto session = std::make_unique<Session>(*this);
    session->connection = server_.accept(std::move(stream), peer, *session);
    sessions_.emplace(session.get(), std::move(session));
  }
  void on_accept_error(const Error& error) override { check(false, error.message); }

  ws::Server server_;
  std::map<Session*, std::unique_ptr<Session>> sessions_;
  std::unique_ptr<net::Listener> listener_;
};

/// Opens all connections, then sends a message on each.
class Clients final {
 public:
  Clients(net::Dialer& dialer, const wire::UpgradeRequest& request, std::size_t connections)
      : loop_(dialer.loop()), client_(dialer, request), asked_(connections) {
    owners_.reserve(connections);
  }

  void open() {
    while (owners_.size() < asked_ && owners_.size() - opened_ < kInFlight) {
      owners_.push_back(std::make_unique<Owner>(*this));
      owners_.back()->connection = client_.connect(*owners_.back());
    }
  }
  void echo_once() {
    while (sent_ < asked_ && sent_ - answered_ < kInFlight) {
      owners_[sent_++]->connection->send(ws::MessageType::text, as_bytes("a message of 20 byte"));
    }
  }

 private:
  struct Owner final : ws::Handler {
    explicit Owner(Clients& its_clients) : clients(its_clients) {}
    void on_open(const ws::Opened& /*opened*/) override { clients.opened(); }
    void on_message(ws::MessageType /*type*/, std::span<const std::byte> /*payload*/,
                    ws::Received /*received*/) override {
      clients.answered();
    }
    void on_close(const ws::Closed& /*closed*/) override { check(false, "a connection closed"); }
    void on_error(const ws::Failure& failure) override { check(false, failure.error.message); }
    Clients& clients;
    std::unique_ptr<ws::Connection> connection;
    std::array<std::byte, sizeof(load::Session) - sizeof(ws::Handler) - 2 * sizeof(void*)> rest{};
  };
  static_assert(sizeof(Owner) == sizeof(load::Session));

  void opened() {
    if (++opened_ == asked_) {
      loop_.stop();
    } else {
      open();
    }
  }
  void answered() {
    if (++answered_ == asked_) {
      loop_.stop();
    } else {
      echo_once();
    }
  }

  net::Loop& loop_;
  ws::Client client_;
  std::size_t asked_;
  std::size_t opened_ = 0;
  std::size_t sent_ = 0;
  std::size_t answered_ = 0;
  std::vector<std::unique_ptr<Owner>> owners_;
};

/// Runs the server in a child that dies with this process; gives its port.
std::uint16_t start_server() {
  std::array<int, 2> pipe_ends{};
  check(pipe(pipe_ends.data()) == 0, "a pipe can be made");
  const pid_t parent = getpid();
  if (fork() == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
      std::_Exit(1);
    }
    const auto loop = net::make_loop(net::IoChoice::epoll).value();
    const EchoServer server(*loop);
    const std::uint16_t port = server.port();
    check(write(pipe_ends[1], &port, sizeof(port)) == sizeof(port), "the port can be told");
    loop->run();
  }
  std::uint16_t port = 0;
  check(read(pipe_ends[0], &port, sizeof(port)) == sizeof(port), "the server starts");
  return port;
}

wire::UpgradeRequest request_to(std::uint16_t port, bool compressed) {
  wire::UpgradeOptions options;
  options.uri = wire::parse_uri(fmt::format("ws://127.0.0.1:{}/", port)).value();
  if (compressed) {
    options.deflate.emplace_back();
  }
  return wire::UpgradeRequest::make(std::move(options)).value();
}

void print(std::string_view kind, std::string_view figure, double value) {
  fmt::print("{{\"figure\":\"ws_{}_{}\",\"value\":{:.2f}}}\n", kind, figure, value);
}

}  // namespace

int main(int argc, char* argv[]) {
  if (argc != 3 && argc != 4) {
    fmt::print(stderr, "usage: ws_cost plain|compressed CONNECTIONS [MAX_IDLE_BYTES]\n");
    return 2;
  }
  const std::string_view kind = argv[1];
  const auto connections = static_cast<std::size_t>(std::atol(argv[2]));
  const wire::UpgradeRequest request = request_to(start_server(), kind == "compressed");
  const auto loop = net::make_loop(net::IoChoice::epoll).value();
  const auto resolver = net::Resolver::create();
  const auto dialer = net::Dialer::create(*loop, *resolver, {}).value();
  {
    // What is made once is not the connections' cost.
    Clients warm_up(*dialer, request, 10);
    warm_up.open();
    loop->run();
    warm_up.echo_once();
    loop->run();
  }
  Clients clients(*dialer, request, connections);
  const std::size_t heap_before = heap_bytes();
  const double cpu_before = cpu_us();
  clients.open();
  loop->run();
  const auto count = static_cast<double>(connections);
  const auto bytes_each = [&] { return static_cast<double>(heap_bytes() - heap_before) / count; };
  const double idle_bytes = bytes_each();
  print(kind, "open_cpu_us", (cpu_us() - cpu_before) / count);
  print(kind, "idle_bytes", idle_bytes);
  clients.echo_once();
  loop->run();
  print(kind, "idle_bytes_after_message", bytes_each());
  return argc == 4 && idle_bytes > std::atof(argv[3]) ? 1 : 0;
}
