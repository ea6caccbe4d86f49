// SPDX-License-Identifier: MIT
// What a connection of a load test costs its client: CPU to open it, memory while it is idle,
// before and after its first messages. All of lib/load and of what is below it, on epoll. Prints
// one line of JSON a figure.
//
//   load_cost NAME URL CONNECTIONS [--compress] [MAX_IDLE_BYTES]
//
// URL is that of an echo server. Counted is what the allocator has handed out, as the difference
// to a load test of a few connections. Fails when a connection that has just been opened takes
// more than MAX_IDLE_BYTES.
#include <fmt/format.h>
#include <malloc.h>

#include <chrono>
#include <cstdlib>
#include <string_view>

#include "core/check.h"
#include "load/process_usage.h"
#include "load/worker.h"
#include "net/dialer.h"
#include "net/resolver.h"
#include "net/timer.h"
#include "wire/uri.h"
#include "ws/client.h"

namespace {

using namespace wskit;

constexpr std::uint32_t kFew = 10;

double heap_bytes() {
  const auto info = mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd);
}

double cpu_us() {
  constexpr double kMicro = 1e6;
  return load::usage_of_process().cpu_s * kMicro;
}

struct Cost {
  double open_cpu_us = 0;
  double idle_bytes = 0;
  double idle_bytes_after_message = 0;
};

/// Opens all connections, looks, sends a message on each within a second, and looks again.
class Measurement final : load::WorkerObserver, net::TimerHandler {
 public:
  Measurement(net::Dialer& dialer, const wire::UpgradeRequest& request, std::uint32_t connections)
      : loop_(dialer.loop()),
        plan_(plan_for(connections)),
        client_(dialer, request),
        worker_({.plan = plan_,
                 .slice = {},
                 .client = client_,
                 .loop = loop_,
                 .dialer = dialer,
                 .open_timeout = std::chrono::seconds(10),
                 .matcher = load::make_matcher(plan_).value(),
                 .observer = *this}),
        look_again_(loop_.timers(), *this) {}

  [[nodiscard]] Cost run() {
    worker_.connect();
    loop_.run();
    return cost_;
  }

 private:
  static constexpr Nanoseconds kSecond = std::chrono::seconds(1);

  static load::Plan plan_for(std::uint32_t connections) {
    load::Plan plan;
    plan.model = stats::Model::open;
    plan.connections = connections;
    plan.rate = connections;
    plan.duration = 2 * kSecond;
    return plan;
  }

  void on_connected(load::Worker& worker) override {
    check(worker.open_connections() == plan_.connections, "every connection opens");
    cost_.open_cpu_us = cpu_us() - cpu_before_;
    cost_.idle_bytes = heap_bytes() - heap_before_;
    const Instant start = loop_.now();
    loop_.post([&worker, start] { worker.start(start); });
    look_again_.arm(start + kSecond);
  }
  void on_timer(Instant /*now*/) override {
    cost_.idle_bytes_after_message = heap_bytes() - heap_before_;
    worker_.interrupt();
  }
  void on_finished(load::Worker& worker) override {
    check(worker.tally().measured().total_counts().ok >= plan_.connections,
          "every connection's message is answered");
    loop_.stop();
  }

  double heap_before_ = heap_bytes();
  double cpu_before_ = cpu_us();
  net::Loop& loop_;
  load::Plan plan_;
  ws::Client client_;
  load::Worker worker_;
  net::Timer look_again_;
  Cost cost_;
};

wire::UpgradeRequest request_to(std::string_view url, bool compress) {
  wire::UpgradeOptions options;
  options.uri = wire::parse_uri(url).value();
  if (compress) {
    options.deflate.emplace_back();
  }
  return wire::UpgradeRequest::make(std::move(options)).value();
}

Cost measure(const wire::UpgradeRequest& request, std::uint32_t connections) {
  const auto loop = net::make_loop(net::IoChoice::epoll).value();
  const auto resolver = net::Resolver::create();
  net::DialOptions options;
  options.tls.verify = false;
  const auto dialer = net::Dialer::create(*loop, *resolver, options).value();
  // What is made once is not the connections' cost.
  static_cast<void>(Measurement(*dialer, request, kFew).run());
  const Cost few = Measurement(*dialer, request, kFew).run();
  const Cost many = Measurement(*dialer, request, connections).run();
  const double more = connections - kFew;
  return {.open_cpu_us = (many.open_cpu_us - few.open_cpu_us) / more,
          .idle_bytes = (many.idle_bytes - few.idle_bytes) / more,
          .idle_bytes_after_message =
              (many.idle_bytes_after_message - few.idle_bytes_after_message) / more};
}

}  // namespace

int main(int argc, char* argv[]) {
  const bool compress = argc > 4 && std::string_view(argv[4]) == "--compress";
  const int after_options = compress ? 5 : 4;
  if (argc < 4 || argc > after_options + 1) {
    fmt::print(stderr, "usage: load_cost NAME URL CONNECTIONS [--compress] [MAX_IDLE_BYTES]\n");
    return 2;
  }
  const std::string_view name = argv[1];
  const auto connections = static_cast<std::uint32_t>(std::atol(argv[3]));
  const Cost cost = measure(request_to(argv[2], compress), connections);
  const double limit = argc > after_options ? std::atof(argv[after_options]) : 0;
  fmt::print("{{\"figure\":\"{}_open_cpu\",\"unit\":\"us\",\"value\":{:.1f}}}\n", name,
             cost.open_cpu_us);
  fmt::print("{{\"figure\":\"{}_idle\",\"unit\":\"bytes\",\"value\":{:.0f},\"limit\":{:.0f}}}\n",
             name, cost.idle_bytes, limit);
  fmt::print("{{\"figure\":\"{}_idle_after_message\",\"unit\":\"bytes\",\"value\":{:.0f}}}\n", name,
             cost.idle_bytes_after_message);
  return limit != 0 && cost.idle_bytes > limit ? 1 : 0;
}
