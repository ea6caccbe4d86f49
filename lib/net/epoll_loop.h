// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "net/buffer_pool.h"
#include "net/epoll_listener.h"
#include "net/epoll_set.h"
#include "net/loop.h"
#include "net/posted_calls.h"

namespace wskit::net {

/// The loop on epoll. Streams are watched edge-triggered, which spares the kernel a second look at
/// every socket that it reported, and us the calls that switch interest on and off.
class EpollLoop final : public Loop, private StreamAdopter {
 public:
  [[nodiscard]] static Expected<std::unique_ptr<Loop>> create();
  explicit EpollLoop(LoopDescriptors descriptors);
  ~EpollLoop() override;

  [[nodiscard]] Instant now() const override { return read_monotonic_clock(); }
  [[nodiscard]] Backend backend() const override { return Backend::epoll; }
  [[nodiscard]] std::unique_ptr<Stream> connect(const SocketAddress& peer,
                                                const SocketOptions& options,
                                                StreamHandler& handler) override;
  [[nodiscard]] Expected<std::unique_ptr<Listener>> listen(const SocketAddress& address,
                                                           ListenHandler& handler) override;
  [[nodiscard]] Expected<std::unique_ptr<FdWatch>> watch(int fd, FdHandler& handler) override;
  [[nodiscard]] TimerQueue& timers() override { return timers_; }
  void at_turn_end(TurnHook& hook) override { hooks_.add(hook); }
  void post(std::move_only_function<void()> call) override { posted_.post(std::move(call)); }
  void run() override;
  void stop() override { posted_.stop(); }
  [[nodiscard]] LoopStats stats() const override { return stats_; }

  /// A stream of a connected socket that does not block.
  [[nodiscard]] std::unique_ptr<Stream> adopt(Descriptor socket,
                                              const SocketAddress& peer) override;

  // For the loop's streams.
  [[nodiscard]] EpollSet& set() { return set_; }
  [[nodiscard]] Targets<EpollTarget>& targets() { return set_.targets(); }
  [[nodiscard]] BufferPool& pool() { return pool_; }
  /// Shared by all streams, hence valid only until the next receive.
  [[nodiscard]] std::span<std::byte> receive_buffer() {
    return {receive_buffer_.get(), kReceiveBytes};
  }
  [[nodiscard]] std::uint64_t& system_calls() { return stats_.system_calls; }

 private:
  static constexpr std::size_t kReceiveBytes = std::size_t{128} << 10;

  void turn();
  void wait();

  LoopStats stats_;
  TimerQueue timers_;
  EpollSet set_;
  PostedCalls posted_;
  BufferPool pool_;
  TurnHooks hooks_;
  std::unique_ptr<std::byte[]> receive_buffer_;
};

}  // namespace wskit::net
