// SPDX-License-Identifier: MIT
#include "tests/support/fake_loop.h"

#include <algorithm>
#include <utility>

#include "core/check.h"

namespace wskit::test {

class FakeStream final : public net::Stream {
 public:
  // The connection is shared with the test.
  FakeStream(std::shared_ptr<FakeConnection> connection, net::StreamHandler& handler)
      : connection_(std::move(connection)) {
    use_window(window_);
    connection_->stream_ = this;
    connection_->handler_ = &handler;
  }
  FakeStream(const FakeStream&) = delete;
  FakeStream& operator=(const FakeStream&) = delete;
  ~FakeStream() override {
    connection_->stream_ = nullptr;
    connection_->handler_ = nullptr;
  }

  void set_handler(net::StreamHandler& handler) override { connection_->handler_ = &handler; }

  std::size_t unsent() const override { return connection_->unsent_.size(); }
  void finish() override { connection_->finished = true; }
  void reset_on_close() override { connection_->reset_on_close = true; }
  void pause() override { connection_->paused = true; }
  void resume() override { connection_->paused = false; }

 private:
  void make_room(std::size_t bytes) override {
    prepared_.resize(bytes);
    const auto room = std::as_writable_bytes(std::span(prepared_));
    window_ = {.at = room.data(), .end = room.data() + room.size()};
  }

  void on_commit() override {
    check(!connection_->finished, "commit() after finish()");
    const auto left = static_cast<std::size_t>(window_.end - window_.at);
    connection_->unsent_.append(prepared_, 0, prepared_.size() - left);
    prepared_.clear();
    window_ = {};
  }

  net::SendWindow window_;
  std::shared_ptr<FakeConnection> connection_;
  std::string prepared_;
};

void FakeConnection::accept(Instant at) {
  if (alive()) {
    handler_->on_connect(at);
  }
}

void FakeConnection::fail(ErrorCode code, std::string_view message) {
  if (alive()) {
    handler_->on_error({code, std::string(message)});
  }
}

void FakeConnection::receive(std::string_view bytes, Instant at) {
  if (alive()) {
    check(!paused, "bytes for a stream that is paused");
    // A copy that dies at once, so that a span kept by mistake is seen by AddressSanitizer.
    std::string buffer(bytes);
    handler_->on_data(std::as_writable_bytes(std::span(buffer)), at);
  }
}

void FakeConnection::eof() {
  if (alive()) {
    handler_->on_eof();
  }
}

std::string FakeConnection::take(Instant at, std::size_t most) {
  if (!alive() || unsent_.empty()) {
    return {};
  }
  handler_->on_offer(at);
  if (!alive()) {
    return {};
  }
  std::string taken = unsent_.substr(0, most);
  unsent_.erase(0, taken.size());
  handler_->on_sent(taken.size());
  return taken;
}

std::unique_ptr<net::Stream> FakeLoop::make_stream(net::StreamHandler& handler) {
  connections.push_back(std::make_shared<FakeConnection>());
  return std::make_unique<FakeStream>(connections.back(), handler);
}

std::unique_ptr<net::Stream> FakeLoop::connected(net::StreamHandler& handler) {
  return make_stream(handler);
}

std::unique_ptr<net::Stream> FakeLoop::connect(const net::SocketAddress& peer,
                                               const net::SocketOptions& options,
                                               net::StreamHandler& handler) {
  auto stream = make_stream(handler);
  connections.back()->peer = peer;
  connections.back()->source = options.source;
  connections.back()->interface = options.interface;
  return stream;
}

Expected<std::unique_ptr<net::Listener>> FakeLoop::listen(const net::SocketAddress& /*address*/,
                                                          net::ListenHandler& /*handler*/) {
  return wskit::fail(ErrorCode::internal, "a FakeLoop cannot listen");
}

Expected<std::unique_ptr<net::FdWatch>> FakeLoop::watch(int /*fd*/, net::FdHandler& /*handler*/) {
  return wskit::fail(ErrorCode::internal, "a FakeLoop cannot watch descriptors");
}

void FakeLoop::turn() {
  timers_.fire(now_);
  std::vector<std::move_only_function<void()>> calls;
  {
    const std::lock_guard lock(mutex_);
    calls.swap(posted_);
  }
  for (auto& call : calls) {
    call();
  }
  hooks_.run();
}

void FakeLoop::advance(Nanoseconds by) {
  const Instant end = now_ + by;
  while (!timers_.empty() && timers_.next() <= end) {
    now_ = std::max(now_, timers_.next());
    turn();
  }
  now_ = end;
  turn();
}

bool FakeLoop::turn_when_posted() {
  std::unique_lock lock(mutex_);
  if (!posted_one_.wait_for(lock, std::chrono::seconds(30), [this] { return !posted_.empty(); })) {
    return false;
  }
  lock.unlock();
  turn();
  return true;
}

std::size_t FakeLoop::posted() const {
  const std::lock_guard lock(mutex_);
  return posted_.size();
}

void FakeLoop::post(std::move_only_function<void()> call) {
  const std::lock_guard lock(mutex_);
  posted_.push_back(std::move(call));
  posted_one_.notify_one();
}

void FakeLoop::run() {
  check(false, "a FakeLoop is turned by the test");
}

void FakeLoop::stop() {
  check(false, "a FakeLoop is turned by the test");
}

}  // namespace wskit::test
