// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "relay/fault_frames.h"
#include "relay/fault_plan.h"
#include "relay/frame_cutter.h"
#include "relay/paced_queue.h"

namespace wskit::relay {

/// The faults of one direction of an open WebSocket: bytes in, and what is to leave into a queue.
/// Pure: times are told to it.
class FaultStage {
 public:
  class Owner {
   public:
    virtual void on_fired(const ActiveFault& fault, Instant now) = 0;

   protected:
    ~Owner() = default;
  };

  /// Both outlive it.
  FaultStage(std::vector<ActiveFault> faults, script::Direction direction, PacedQueue& queue,
             Owner& owner);

  /// The WebSocket stands from `now` on.
  void open(Instant now, bool compression);
  /// Frames.
  void feed(std::span<const std::byte> bytes, Instant now);
  /// Of an answer without a WebSocket: the body, in which an empty line ends what counts as a
  /// message, as an event of a stream does.
  void feed_http(std::span<const std::byte> bytes, Instant now);
  /// The source finished sending.
  void end(Instant now);
  /// For next().
  void tick(Instant now);
  /// When something is due that does not stand in the queue.
  [[nodiscard]] std::optional<Instant> next() const;
  /// Nothing is to be read from the source now.
  [[nodiscard]] bool is_stalled() const { return stalled_until_.has_value(); }

 private:
  /// What happens to one message, beside its bytes.
  struct Fate {
    std::string bytes;
    Instant due;
    std::uint64_t copies = 0;
    std::uint64_t overtaken_by = 0;
    PacedQueue::Tearing tearing;
    bool lost = false;
    bool ends_stream = false;
  };
  struct Waiting {
    std::uint64_t left = 0;
    Fate fate;
  };

  void take(CutUnit unit, Instant now);
  void take_message(CutUnit unit, Instant now);
  void take_pong(CutUnit unit, Instant now);
  void apply(ActiveFault& fault, Fate& fate);
  void reshape(ActiveFault& fault, Fate& fate);
  void leave(const Fate& fate);
  void release_waiting(bool all);
  void count_message(Instant now);
  /// Of FaultMoment::once, and to be watched for.
  [[nodiscard]] bool is_waiting(const ActiveFault& fault) const;
  /// Those whose time has come.
  void fire_due(Instant now);
  void strike(ActiveFault& fault, Instant now);
  void stall(const ActiveFault& fault, Instant now);
  /// Rules that were taken back hold nothing up any more.
  void forget_withdrawn(Instant now);
  void fire(ActiveFault& fault, Instant now);
  [[nodiscard]] Nanoseconds age(Instant now) const;

  std::vector<ActiveFault> faults_;
  PacedQueue& queue_;
  Owner& owner_;
  FrameCutter cutter_;
  FaultFrames frames_;
  std::optional<Instant> opened_;
  bool compression_ = false;
  /// The last byte of a body.
  char last_ = 0;
  std::uint64_t messages_ = 0;
  std::uint64_t pongs_ = 0;
  /// Messages that others overtake.
  std::vector<Waiting> waiting_;
  /// What the source still sends goes nowhere.
  bool muted_ = false;
  std::optional<Instant> stalled_until_;
  /// Shared with the plan; of what stalls.
  LiveFaultPointer staller_;
  Instant looked_at_;
};

}  // namespace wskit::relay
