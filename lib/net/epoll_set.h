// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <sys/epoll.h>

#include "core/error.h"
#include "net/descriptor.h"
#include "net/targets.h"

struct timespec;

namespace wskit::net {

/// Who is called for a descriptor in an EpollSet: a stream, a listener, a watch.
class EpollTarget {
 public:
  virtual void on_events(std::uint32_t events) = 0;
  virtual void on_revisit() {}
  virtual void on_flush() {}

 protected:
  ~EpollTarget() = default;
};

/// The descriptors of a loop: an epoll instance, and in it, edge-triggered, an eventfd for
/// PostedCalls.
struct LoopDescriptors {
  Descriptor epoll;
  Descriptor event;
};

[[nodiscard]] Expected<LoopDescriptors> open_loop_descriptors();

/// An epoll instance and its targets. All of an EpollLoop; of a UringLoop what needs no speed.
class EpollSet {
 public:
  using Key = Targets<EpollTarget>::Key;
  using Watch = Targets<EpollTarget>::Watch;

  /// `epoll` is one of open_loop_descriptors(). Counts what it calls in `system_calls`.
  EpollSet(Descriptor epoll, TimerQueue& timers, std::uint64_t& system_calls)
      : epoll_(std::move(epoll)), targets_(timers), system_calls_(system_calls) {}

  [[nodiscard]] int descriptor() const { return epoll_.get(); }
  [[nodiscard]] Targets<EpollTarget>& targets() { return targets_; }
  [[nodiscard]] std::uint64_t& system_calls() { return system_calls_; }

  /// epoll_ctl(); 0 or errno.
  [[nodiscard]] int control(int operation, int fd, std::uint32_t events, Key key);

  /// Waits for events, without end if `timeout` is null.
  void wait(const timespec* timeout);
  /// Calls the targets of the last wait's events.
  void dispatch();
  /// Whether the eventfd was among them since the last call.
  [[nodiscard]] bool take_posted() { return std::exchange(posted_, false); }

 private:
  static constexpr std::size_t kEventsPerTurn = 1024;

  [[nodiscard]] int wait_without_pwait2(const timespec* timeout);

  Descriptor epoll_;
  Targets<EpollTarget> targets_;
  std::uint64_t& system_calls_;
  bool posted_ = false;
  /// Until the kernel says otherwise: it came with Linux 5.11.
  bool has_pwait2_ = true;
  std::size_t count_ = 0;
  std::array<epoll_event, kEventsPerTurn> events_{};
};

}  // namespace wskit::net
