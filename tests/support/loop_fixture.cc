// SPDX-License-Identifier: MIT
#include "tests/support/loop_fixture.h"

#include <utility>

#include "tests/support/catch.h"
#include "tests/support/sim_loop.h"

namespace wskit::test {
namespace {

void call(const std::function<void()>& then) {
  if (then) {
    // Copied: what is called may destroy its owner.
    const auto copy = then;
    copy();
  }
}

class Poll final : public net::TimerHandler {
 public:
  Poll(net::Loop& loop, const std::function<bool()>& condition)
      : loop_(loop), condition_(condition), deadline_(loop.now() + std::chrono::seconds(20)) {
    timer_.arm(loop.now());
  }
  [[nodiscard]] bool holds() const { return holds_; }

 private:
  void on_timer(Instant now) override {
    holds_ = condition_();
    if (holds_ || now > deadline_) {
      loop_.stop();
    } else {
      timer_.arm(now + std::chrono::microseconds(100));
    }
  }

  net::Loop& loop_;
  const std::function<bool()>& condition_;
  Instant deadline_;
  net::Timer timer_{loop_.timers(), *this};
  bool holds_ = false;
};

}  // namespace

void run_on(net::IoChoice backend, LoopTest body) {
  auto loop = net::make_loop(backend);
  if (!loop && backend == net::IoChoice::uring) {
    skip(loop.error().message);
  }
  REQUIRE(loop);
  body(**loop);
}

void run_simulated(LoopTest body) {
  SimLoop loop;
  loop.network = {.to_listener = std::chrono::microseconds(10),
                  .to_connector = std::chrono::microseconds(20)};
  body(loop);
}

End::End(net::Loop& loop, const net::SocketAddress& peer, const net::SocketOptions& options)
    : stream(loop.connect(peer, options, *this)) {}

End::End(std::unique_ptr<net::Stream> accepted) : stream(std::move(accepted)) {
  stream->set_handler(*this);
}

void End::write(std::string_view text) {
  stream->write(std::as_bytes(std::span(text)));
}

void End::on_connect(Instant /*at*/) {
  ++connects;
  call(then_connect);
}

void End::on_data(std::span<std::byte> bytes, Instant /*at*/) {
  ++data_events;
  received_bytes += bytes.size();
  if (echo) {
    stream->write(bytes);
  } else if (!discard) {
    received.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  call(then_data);
}

void End::on_offer(Instant /*at*/) {
  ++offers;
  call(then_offer);
}

void End::on_sent(std::size_t bytes) {
  sent += bytes;
  call(then_sent);
}

void End::on_eof() {
  ++eofs;
  call(then_eof);
}

void End::on_error(const Error& why) {
  ++errors;
  error = why;
  call(then_error);
}

Server::Server(net::Loop& loop) : Server(loop, any_port()) {}

Server::Server(net::Loop& loop, const net::SocketAddress& address) {
  auto result = loop.listen(address, *this);
  REQUIRE(result);
  listener = *std::move(result);
}

void Server::on_accept(std::unique_ptr<net::Stream> stream, const net::SocketAddress& peer) {
  ends.push_back(std::make_unique<End>(std::move(stream)));
  peers.push_back(peer);
  if (on_end) {
    on_end(*ends.back());
  }
}

void Server::on_accept_error(const Error& error) {
  errors.push_back(error);
}

void run_until(net::Loop& loop, const std::function<bool()>& condition) {
  const Poll poll(loop, condition);
  loop.run();
  REQUIRE(poll.holds());
}

void run_for(net::Loop& loop, Nanoseconds time) {
  const Instant end = loop.now() + time;
  run_until(loop, [&] { return loop.now() >= end; });
}

net::SocketAddress any_port() {
  return net::SocketAddress::ip("127.0.0.1", 0).value();
}

Pair::Pair(net::Loop& loop) : server(loop), client(loop, server.address()) {
  run_until(loop, [&] { return client.connects == 1 && server.ends.size() == 1; });
}

}  // namespace wskit::test
