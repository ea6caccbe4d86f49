// SPDX-License-Identifier: MIT
#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "net/loop.h"

namespace wskit::test {

class FakeStream;

/// One connection of a FakeLoop, seen from the test, which plays the peer. It stays when the code
/// under test destroys its stream.
class FakeConnection {
 public:
  net::SocketAddress peer;
  net::SocketAddress source;
  std::string interface;
  bool finished = false;
  bool reset_on_close = false;
  bool paused = false;

  /// The stream is there: not destroyed by its owner.
  [[nodiscard]] bool alive() const { return stream_ != nullptr; }
  /// Committed and not taken yet.
  [[nodiscard]] const std::string& unsent() const { return unsent_; }

  /// What the peer does; each makes the callback, and nothing when the stream is gone.
  void accept(Instant at);
  void fail(ErrorCode code, std::string_view message);
  void receive(std::string_view bytes, Instant at = {});
  void eof();
  /// The "kernel" takes up to `most` of the committed bytes and says so.
  std::string take(Instant at = {}, std::size_t most = std::string::npos);

 private:
  friend class FakeStream;
  FakeStream* stream_ = nullptr;
  net::StreamHandler* handler_ = nullptr;
  std::string unsent_;
};

/// A loop without a kernel: time stands until the test moves it, and connections do what the test
/// says. Only post() may be called from other threads.
class FakeLoop final : public net::Loop {
 public:
  /// All that were ever started, in order; shared with their streams.
  std::vector<std::shared_ptr<FakeConnection>> connections;

  /// A stream that is connected already, as handed to an owner.
  std::unique_ptr<net::Stream> connected(net::StreamHandler& handler);

  /// Timers due, posted calls, turn hooks: one turn at the present time.
  void turn();
  void advance(Nanoseconds by);
  /// Waits for another thread to post, then makes a turn; false when nothing comes in 30 s.
  [[nodiscard]] bool turn_when_posted();
  [[nodiscard]] std::size_t posted() const;

  [[nodiscard]] Instant now() const override { return now_; }
  [[nodiscard]] net::Backend backend() const override { return net::Backend::simulated; }
  [[nodiscard]] std::unique_ptr<net::Stream> connect(const net::SocketAddress& peer,
                                                     const net::SocketOptions& options,
                                                     net::StreamHandler& handler) override;
  [[nodiscard]] Expected<std::unique_ptr<net::Listener>> listen(
      const net::SocketAddress& address, net::ListenHandler& handler) override;
  [[nodiscard]] Expected<std::unique_ptr<net::FdWatch>> watch(int fd,
                                                              net::FdHandler& handler) override;
  [[nodiscard]] net::TimerQueue& timers() override { return timers_; }
  void at_turn_end(net::TurnHook& hook) override { hooks_.add(hook); }
  void post(std::move_only_function<void()> call) override;
  void run() override;
  void stop() override;
  [[nodiscard]] net::LoopStats stats() const override { return {}; }

 private:
  std::unique_ptr<net::Stream> make_stream(net::StreamHandler& handler);

  // Not the epoch, so that an instant never set shows.
  Instant now_{std::chrono::hours(1)};
  net::TimerQueue timers_;
  net::TurnHooks hooks_;
  mutable std::mutex mutex_;
  std::condition_variable posted_one_;
  std::vector<std::move_only_function<void()>> posted_;
};

}  // namespace wskit::test
