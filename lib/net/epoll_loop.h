// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <sys/epoll.h>

#include "net/buffer_pool.h"
#include "net/descriptor.h"
#include "net/loop.h"
#include "net/posted_calls.h"
#include "net/slot_table.h"

namespace wskit::net {

/// Who an epoll loop calls for a descriptor: a stream, a listener, a watch.
class EpollTarget {
 public:
  virtual void on_events(std::uint32_t events) = 0;
  /// Asked for with revisit(): in the next turn, which does not wait.
  virtual void on_revisit() {}
  /// Asked for with flush_later(): at the end of the turn.
  virtual void on_flush() {}

 protected:
  ~EpollTarget() = default;
};

/// The loop on epoll. Streams are watched edge-triggered, which spares the kernel a second look at
/// every socket that it reported, and us the calls that switch interest on and off.
class EpollLoop final : public Loop, private TimerHandler {
 public:
  using Key = SlotTable<EpollTarget>::Key;

  [[nodiscard]] static Expected<std::unique_ptr<Loop>> create();
  EpollLoop(Descriptor epoll, Descriptor event);
  ~EpollLoop() override;

  [[nodiscard]] Instant now() const override { return std::chrono::steady_clock::now(); }
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

  // For the loop's targets.
  [[nodiscard]] Key add(EpollTarget& target) { return targets_.insert(target); }
  void remove(Key key) { targets_.erase(key); }
  [[nodiscard]] bool alive(Key key) const { return targets_.find(key) != nullptr; }
  /// epoll_ctl(); 0 or errno.
  [[nodiscard]] int control(int operation, int fd, std::uint32_t events, Key key);
  void revisit(Key key) { revisits_.push_back(key); }
  /// As revisit(), but in a turn about a millisecond later.
  void revisit_soon(Key key);
  void flush_later(Key key) { flushes_.push_back(key); }
  [[nodiscard]] BufferPool& pool() { return pool_; }
  /// Shared by all streams, hence valid only until the next receive.
  [[nodiscard]] std::span<std::byte> receive_buffer() {
    return {receive_buffer_.get(), kReceiveBytes};
  }
  [[nodiscard]] std::uint64_t& system_calls() { return stats_.system_calls; }

 private:
  static constexpr std::size_t kReceiveBytes = std::size_t{128} << 10;
  static constexpr std::size_t kEventsPerTurn = 1024;
  static constexpr Key kPostedKey = 0;

  void on_timer(Instant now) override;
  void turn();
  /// Returns how many events came.
  [[nodiscard]] std::size_t wait();
  void dispatch(std::size_t count);
  void call_revisits();
  void fire_timers();
  void flush();

  Descriptor epoll_;
  PostedCalls posted_;
  bool posted_ready_ = false;
  SlotTable<EpollTarget> targets_;
  BufferPool pool_;
  TimerQueue timers_;
  TurnHooks hooks_;
  std::vector<Key> revisits_;
  std::vector<Key> soon_;
  Timer soon_timer_{timers_, *this};
  std::vector<Key> flushes_;
  std::vector<Key> visiting_;
  LoopStats stats_;
  std::unique_ptr<std::byte[]> receive_buffer_;
  std::array<epoll_event, kEventsPerTurn> events_;
};

}  // namespace wskit::net
