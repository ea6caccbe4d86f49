// SPDX-License-Identifier: MIT
// The cost of a bare message on lib/net: echo clients of one loop against an echo server of another
// process. Prints one line of JSON.
//   loop_echo -l [-u]            listens, prints its port, serves until its standard input ends
//   loop_echo -p PORT [-u] [-c CONNECTIONS] [-w IN_FLIGHT] [-s BYTES] [-n MESSAGES]
// -u is io_uring, else epoll.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include "net/loop.h"

namespace {

using namespace wskit;

struct Options {
  bool serve = false;
  net::IoChoice io = net::IoChoice::epoll;
  std::uint16_t port = 0;
  std::size_t connections = 1000;
  std::size_t window = 1;
  std::size_t size = 20;
  std::uint64_t messages = 1'000'000;
};

double cpu_microseconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
}

struct Usage {
  double user_us = 0;
  double system_us = 0;
};

Usage usage() {
  rusage now{};
  ::getrusage(RUSAGE_SELF, &now);
  return {cpu_microseconds(now.ru_utime), cpu_microseconds(now.ru_stime)};
}

class EchoEnd final : public net::StreamHandler {
 public:
  explicit EchoEnd(std::unique_ptr<net::Stream> stream) : stream_(std::move(stream)) {
    stream_->set_handler(*this);
  }

 private:
  void on_data(std::span<std::byte> bytes, Instant /*at*/) override { stream_->write(bytes); }
  void on_eof() override { stream_.reset(); }
  void on_error(const Error& /*error*/) override { stream_.reset(); }

  std::unique_ptr<net::Stream> stream_;
};

/// Never forgets an end: it lives as long as the benchmark.
class EchoServer final : public net::ListenHandler, public net::FdHandler {
 public:
  explicit EchoServer(net::Loop& loop)
      : loop_(loop),
        listener_(loop.listen(net::SocketAddress::ip("127.0.0.1", 0).value(), *this).value()) {}
  [[nodiscard]] std::uint16_t port() const { return listener_->address().port(); }

 private:
  void on_accept(std::unique_ptr<net::Stream> stream, const net::SocketAddress& /*peer*/) override {
    ends_.push_back(std::make_unique<EchoEnd>(std::move(stream)));
  }
  void on_accept_error(const Error& error) override {
    fmt::print(stderr, "{}\n", error.message);
    loop_.stop();
  }
  void on_ready(bool /*readable*/, bool /*writable*/) override { loop_.stop(); }

  net::Loop& loop_;
  std::unique_ptr<net::Listener> listener_;
  std::vector<std::unique_ptr<EchoEnd>> ends_;
};

class Bench;

class Client final : public net::StreamHandler {
 public:
  Client(Bench& bench, net::Loop& loop, const net::SocketAddress& server)
      : bench_(bench), stream_(loop.connect(server, {}, *this)) {}
  void send(std::size_t messages);

 private:
  void on_connect(Instant at) override;
  void on_data(std::span<std::byte> bytes, Instant at) override;
  void on_offer(Instant at) override { offered_ = at; }
  void on_eof() override { on_error({ErrorCode::eof, "the server has closed"}); }
  void on_error(const Error& error) override {
    fmt::print(stderr, "{}\n", error.message);
    std::exit(EXIT_FAILURE);
  }

  Bench& bench_;
  std::unique_ptr<net::Stream> stream_;
  std::size_t partial_ = 0;
  Instant offered_;
};

class Bench {
 public:
  Bench(net::Loop& loop, const Options& options) : loop_(loop), options_(options) {
    const auto server = net::SocketAddress::ip("127.0.0.1", options.port).value();
    for (std::size_t i = 0; i < options.connections; ++i) {
      clients_.push_back(std::make_unique<Client>(*this, loop, server));
    }
  }

  [[nodiscard]] const Options& options() const { return options_; }

  void connected() {
    if (++connected_ == options_.connections) {
      // A tenth of the messages warms up.
      for (auto& client : clients_) {
        client->send(options_.window);
      }
    }
  }

  void answered(std::size_t messages, Nanoseconds time) {
    answered_ += messages;
    total_ += time;
    if (!measuring_ && answered_ >= options_.messages / 10) {
      measuring_ = true;
      first_ = answered_;
      before_ = usage();
      started_ = loop_.now();
      stats_ = loop_.stats();
    } else if (measuring_ && answered_ >= first_ + options_.messages) {
      loop_.stop();
    }
  }

  void print() const {
    const auto after = usage();
    const auto stats = loop_.stats();
    const auto messages = static_cast<double>(answered_ - first_);
    const auto wall = loop_.now() - started_;
    fmt::print(
        "{{\"bench\":\"loop_echo\",\"io\":\"{}\",\"connections\":{},\"window\":{},\"size\":{},"
        "\"messages\":{},\"per_s\":{:.0f},\"cpu_us\":{:.3f},\"user_us\":{:.3f},"
        "\"system_calls\":{:.3f},\"turns\":{:.4f},\"waited\":{:.3f},\"mean_us\":{:.1f}}}\n",
        net::name(loop_.backend()), options_.connections, options_.window, options_.size,
        answered_ - first_, messages / std::chrono::duration<double>(wall).count(),
        (after.user_us + after.system_us - before_.user_us - before_.system_us) / messages,
        (after.user_us - before_.user_us) / messages,
        static_cast<double>(stats.system_calls - stats_.system_calls) / messages,
        static_cast<double>(stats.turns - stats_.turns) / messages,
        static_cast<double>((stats.waited - stats_.waited).count()) /
            static_cast<double>(wall.count()),
        std::chrono::duration<double, std::micro>(total_).count() / static_cast<double>(answered_));
  }

 private:
  net::Loop& loop_;
  Options options_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::size_t connected_ = 0;
  std::uint64_t answered_ = 0;
  std::uint64_t first_ = 0;
  bool measuring_ = false;
  Nanoseconds total_{0};
  Usage before_;
  Instant started_;
  net::LoopStats stats_;
};

void Client::send(std::size_t messages) {
  const std::size_t bytes = messages * bench_.options().size;
  std::memset(stream_->prepare(bytes).data(), 'x', bytes);
  stream_->commit(bytes);
}

void Client::on_connect(Instant /*at*/) {
  bench_.connected();
}

void Client::on_data(std::span<std::byte> bytes, Instant at) {
  partial_ += bytes.size();
  if (const std::size_t whole = partial_ / bench_.options().size; whole > 0) {
    partial_ -= whole * bench_.options().size;
    bench_.answered(whole, at - offered_);
    send(whole);
  }
}

int run(const Options& options) {
  const auto loop = net::make_loop(options.io);
  if (!loop) {
    fmt::print(stderr, "{}\n", loop.error().message);
    return EXIT_FAILURE;
  }
  if (!options.serve) {
    Bench bench(**loop, options);
    (*loop)->run();
    bench.print();
    return EXIT_SUCCESS;
  }
  EchoServer server(**loop);
  const auto end = (*loop)->watch(STDIN_FILENO, server);
  if (!end) {
    fmt::print(stderr, "{}; give it a pipe\n", end.error().message);
    return EXIT_FAILURE;
  }
  (*end)->want(true, false);
  fmt::print("{}\n", server.port());
  std::fflush(stdout);
  (*loop)->run();
  return EXIT_SUCCESS;
}

std::uint64_t number(const char* text) {
  return std::strtoull(text, nullptr, 10);
}

}  // namespace

int main(int argc, char* argv[]) {
  Options options;
  for (int option = 0; (option = ::getopt(argc, argv, "lup:c:w:s:n:")) != -1;) {
    switch (option) {
      case 'l':
        options.serve = true;
        break;
      case 'u':
        options.io = net::IoChoice::uring;
        break;
      case 'p':
        options.port = static_cast<std::uint16_t>(number(optarg));
        break;
      case 'c':
        options.connections = number(optarg);
        break;
      case 'w':
        options.window = number(optarg);
        break;
      case 's':
        options.size = number(optarg);
        break;
      case 'n':
        options.messages = number(optarg);
        break;
      default:
        return 2;
    }
  }
  return run(options);
}
