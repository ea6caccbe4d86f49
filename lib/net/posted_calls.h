// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "core/error.h"
#include "net/descriptor.h"

namespace wskit::net {

/// What other threads want from a loop: calls, and that it stops. The first of a batch writes to
/// an eventfd, which the loop watches; nothing is shared on the loop's hot path but stop's flag.
class PostedCalls {
 public:
  explicit PostedCalls(Descriptor event) : event_(std::move(event)) {}

  /// Any thread.
  void post(std::move_only_function<void()> call);
  /// Any thread.
  void stop();

  [[nodiscard]] bool stopped() const { return stopped_.load(std::memory_order_relaxed); }
  void clear_stop() { stopped_.store(false, std::memory_order_relaxed); }

  /// Becomes readable when there is something to run or to stop for. Watched edge-triggered it
  /// need not be read: every write is a new event.
  [[nodiscard]] int event() const { return event_.get(); }

  /// Runs what was posted so far; on the loop's thread.
  void run();
  /// Destroys what was posted and not run.
  void discard();

 private:
  void wake();

  Descriptor event_;
  std::atomic<bool> stopped_ = false;
  std::mutex mutex_;
  std::vector<std::move_only_function<void()>> calls_;
  std::vector<std::move_only_function<void()>> running_;
};

/// An eventfd for PostedCalls.
[[nodiscard]] Expected<Descriptor> open_event();

}  // namespace wskit::net
