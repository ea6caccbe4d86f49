// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "net/buffer_pool.h"
#include "net/epoll_listener.h"
#include "net/epoll_set.h"
#include "net/loop.h"
#include "net/posted_calls.h"
#include "net/targets.h"
#include "net/uring_ring.h"

namespace wskit::net {

/// Who a UringLoop calls for a completion.
class UringTarget {
 public:
  virtual ~UringTarget() = default;
  virtual void on_completion(const UringCompletion& completion) = 0;
  virtual void on_revisit() = 0;
  virtual void on_flush() = 0;
};

/// The loop on io_uring: the streams' receives and sends go through the ring, and what is asked of
/// the kernel in a turn is asked at once. Listeners, watches and posted calls are in an epoll set
/// that the ring polls. Made and used on one thread.
class UringLoop final : public Loop, private StreamAdopter {
 public:
  using Key = Targets<UringTarget>::Key;

  [[nodiscard]] static Expected<std::unique_ptr<Loop>> create();
  explicit UringLoop(LoopDescriptors descriptors);
  ~UringLoop() override;

  [[nodiscard]] Instant now() const override { return read_monotonic_clock(); }
  [[nodiscard]] Backend backend() const override { return Backend::uring; }
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

  // For the loop's sockets.
  [[nodiscard]] UringRing& ring() { return *ring_; }
  [[nodiscard]] Targets<UringTarget>& targets() { return targets_; }
  [[nodiscard]] BufferPool& pool() { return pool_; }
  [[nodiscard]] std::uint64_t& system_calls() { return stats_.system_calls; }
  /// Keeps a target that its owner has left until release(), for the completions still to come.
  void keep(Key key, std::unique_ptr<UringTarget> target);
  /// Nothing is to come: the target is destroyed at the end of the turn.
  void release(Key key);
  /// Something was received: there may be more.
  void note_received() { received_ = true; }

 private:
  [[nodiscard]] std::unique_ptr<Stream> adopt(Descriptor descriptor,
                                              const SocketAddress& peer) override;
  void turn();
  void collect();
  void dispatch();
  void dispatch_set();
  void poll_set();

  LoopStats stats_;
  TimerQueue timers_;
  EpollSet set_;
  PostedCalls posted_;
  BufferPool pool_;
  TurnHooks hooks_;
  Targets<UringTarget> targets_{timers_};
  std::unordered_map<Key, std::unique_ptr<UringTarget>> leaving_;
  std::vector<std::unique_ptr<UringTarget>> left_;
  std::unique_ptr<UringRing> ring_;
  bool received_ = false;
  bool set_ready_ = false;
};

}  // namespace wskit::net
