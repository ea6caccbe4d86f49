// SPDX-License-Identifier: MIT
// What connections of lib/net cost the client: CPU to open one, memory while idle, CPU per echoed
// message, plain and over TLS. The server is a child process. Prints one line of JSON a figure.
//
//   net_cost ws|wss CONNECTIONS MESSAGES [MAX_IDLE_BYTES]
//
// MESSAGES of 20 bytes per connection, one in flight. Fails when an idle connection takes more than
// MAX_IDLE_BYTES.
#include <fmt/format.h>
#include <malloc.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/check.h"
#include "net/dialer.h"
#include "net/loop.h"
#include "tests/support/tls_peer.h"

namespace {

using namespace wskit::net;
using wskit::Instant;

constexpr std::size_t kMessageBytes = 20;
constexpr std::size_t kHandshakesInFlight = 64;

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

/// Echoes what it gets, through TLS if it has a context for it.
class EchoServer final : public ListenHandler {
 public:
  EchoServer(Loop& loop, const wskit::test::TlsServerContext* tls)
      : tls_(tls),
        listener_(loop.listen(SocketAddress::ip("127.0.0.1", 0).value(), *this).value()) {}
  [[nodiscard]] std::uint16_t port() const { return listener_->address().port(); }

 private:
  struct Connection final : StreamHandler {
    explicit Connection(std::unique_ptr<Stream> accepted) : stream(std::move(accepted)) {
      stream->set_handler(*this);
    }
    void on_data(std::span<std::byte> bytes, Instant) override {
      if (!tls) {
        return stream->write(bytes);
      }
      tls->receive(wskit::as_text(bytes));
      if (!tls->received.empty()) {
        tls->write(tls->received);
        tls->received.clear();
      }
      stream->write(wskit::as_bytes(tls->take()));
    }
    void on_eof() override {}
    void on_error(const wskit::Error&) override {}
    std::unique_ptr<Stream> stream;
    std::unique_ptr<wskit::test::TlsPeer> tls;
  };

  void on_accept(std::unique_ptr<Stream> stream, const SocketAddress&) override {
    auto connection = std::make_unique<Connection>(std::move(stream));
    if (tls_ != nullptr) {
      connection->tls = std::make_unique<wskit::test::TlsPeer>(*tls_);
    }
    connections_.push_back(std::move(connection));
  }
  void on_accept_error(const wskit::Error& error) override { wskit::check(false, error.message); }

  const wskit::test::TlsServerContext* tls_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::unique_ptr<Listener> listener_;
};

/// Opens all connections, then sends a message on each whenever one came back.
class Client final {
 public:
  Client(Loop& loop, const Endpoint& endpoint, std::size_t connections)
      : loop_(loop), endpoint_(endpoint), asked_(connections) {
    DialOptions options;
    options.tls.ca_file = wskit::test::certificate_path("ca.pem");
    dialer_ = Dialer::create(loop, *resolver_, options).value();
    connections_.reserve(connections);
  }

  void open() {
    while (connections_.size() < asked_ && connections_.size() - opened_ < kHandshakesInFlight) {
      connections_.push_back(std::make_unique<Connection>(*this));
      Connection& connection = *connections_.back();
      connection.dial = dialer_->dial(endpoint_, connection);
    }
  }
  void echo(std::size_t messages_per_connection) {
    left_ = messages_per_connection * asked_;
    for (const auto& connection : connections_) {
      connection->send();
    }
  }

 private:
  struct Connection final : DialHandler, StreamHandler {
    explicit Connection(Client& owner) : client(owner) {}
    void on_dialed(Dialed dialed) override {
      stream = std::move(dialed.stream);
      stream->set_handler(*this);
      dial.reset();
      client.opened();
    }
    void on_dial_failed(const wskit::Error& error) override { wskit::check(false, error.message); }
    void on_data(std::span<std::byte> bytes, Instant) override {
      received += bytes.size();
      if (received >= kMessageBytes) {
        received -= kMessageBytes;
        client.answered(*this);
      }
    }
    void on_eof() override { wskit::check(false, "the server closed a connection"); }
    void on_error(const wskit::Error& error) override { wskit::check(false, error.message); }
    void send() {
      static constexpr std::array<std::byte, kMessageBytes> kMessage{};
      stream->write(kMessage);
    }

    Client& client;
    std::unique_ptr<Dial> dial;
    std::unique_ptr<Stream> stream;
    std::size_t received = 0;
  };

  void opened() {
    if (++opened_ == asked_) {
      loop_.stop();
    } else {
      // Not from inside the dialer's callback: it is about to free what a dial needs.
      loop_.post([this] { open(); });
    }
  }
  void answered(Connection& connection) {
    if (--left_ == 0) {
      loop_.stop();
    } else if (left_ >= asked_) {
      connection.send();
    }
  }

  Loop& loop_;
  Endpoint endpoint_;
  std::size_t asked_;
  std::size_t opened_ = 0;
  std::size_t left_ = 0;
  std::unique_ptr<Resolver> resolver_ = Resolver::create();
  std::unique_ptr<Dialer> dialer_;
  std::vector<std::unique_ptr<Connection>> connections_;
};

/// Runs the server in a child that dies with this process; gives its port.
std::uint16_t start_server(bool secure) {
  std::array<int, 2> pipe_ends{};
  wskit::check(pipe(pipe_ends.data()) == 0, "a pipe can be made");
  const pid_t parent = getpid();
  if (fork() == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
      std::_Exit(1);
    }
    const auto loop = make_loop(IoChoice::epoll).value();
    const wskit::test::TlsServerContext context;
    const EchoServer server(*loop, secure ? &context : nullptr);
    const std::uint16_t port = server.port();
    wskit::check(write(pipe_ends[1], &port, sizeof(port)) == sizeof(port), "the port can be told");
    loop->run();
  }
  std::uint16_t port = 0;
  wskit::check(read(pipe_ends[0], &port, sizeof(port)) == sizeof(port), "the server starts");
  return port;
}

void print(std::string_view scheme, std::string_view figure, double value) {
  fmt::print("{{\"figure\":\"{}_{}\",\"value\":{:.2f}}}\n", scheme, figure, value);
}

}  // namespace

int main(int argc, char* argv[]) {
  if (argc != 4 && argc != 5) {
    fmt::print(stderr, "usage: net_cost ws|wss CONNECTIONS MESSAGES [MAX_IDLE_BYTES]\n");
    return 2;
  }
  const std::string_view scheme = argv[1];
  const bool secure = scheme == "wss";
  const auto connections = static_cast<std::size_t>(std::atol(argv[2]));
  const auto messages = static_cast<std::size_t>(std::atol(argv[3]));
  const Endpoint endpoint{"127.0.0.1", start_server(secure), {}, secure};
  const auto loop = make_loop(IoChoice::epoll).value();
  {
    // What is made once is not the connections' cost.
    Client warm_up(*loop, endpoint, 10);
    warm_up.open();
    loop->run();
  }
  Client client(*loop, endpoint, connections);
  const std::size_t heap_before = heap_bytes();
  const double cpu_before = cpu_us();
  client.open();
  loop->run();
  const auto count = static_cast<double>(connections);
  print(scheme, "open_cpu_us", (cpu_us() - cpu_before) / count);
  print(scheme, "open_bytes", static_cast<double>(heap_bytes() - heap_before) / count);
  client.echo(1);
  loop->run();
  const double idle_bytes = static_cast<double>(heap_bytes() - heap_before) / count;
  print(scheme, "idle_bytes", idle_bytes);
  if (messages > 0) {
    const double before = cpu_us();
    client.echo(messages);
    loop->run();
    print(scheme, "message_cpu_us", (cpu_us() - before) / (count * static_cast<double>(messages)));
  }
  return argc == 5 && idle_bytes > std::atof(argv[4]) ? 1 : 0;
}
