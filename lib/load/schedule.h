// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include "core/clock.h"
#include "core/error.h"

namespace wskit::load {

/// A stretch of the run in which the rate goes in a straight line from one value to another, in
/// messages a second over all connections.
struct Stage {
  Nanoseconds duration{0};
  double from = 0;
  double to = 0;
};

/// "10s:0-1000,30s:1000,5s:1000-0": a comma-separated list of DURATION:RATE or
/// DURATION:FROM-TO. Fails with ErrorCode::usage.
[[nodiscard]] Expected<std::vector<Stage>> parse_stages(std::string_view text);

struct ScheduleOptions {
  /// Messages a second over all connections; unused with stages.
  double rate = 0;
  std::vector<Stage> stages;
  /// Poisson arrivals of the same mean rate instead of equal distances.
  bool poisson = false;
  std::uint64_t seed = 0;
  /// Events due at or after this are not part of the schedule.
  Nanoseconds duration{0};
  /// At most so many events; 0 for no limit.
  std::uint64_t max_events = 0;
};

/// When each message of a run is due, as an offset from T0 (MEASURES, "The schedule"). One global
/// sequence: every thread and every shard walks the same one and takes its own events from it.
/// Event k of a constant rate is due at exactly floor(k / rate), never accumulated.
class Schedule {
 public:
  explicit Schedule(const ScheduleOptions& options);

  /// Event `k`, or nothing when the schedule has ended before it. `k` must not go down from one
  /// call to the next.
  [[nodiscard]] std::optional<Nanoseconds> due(std::uint64_t k);

 private:
  /// A stage with what came before it.
  struct Segment {
    double events_before = 0;
    double events = 0;
    std::int64_t start = 0;
    Stage stage;
  };

  [[nodiscard]] std::optional<Nanoseconds> due_constant(std::uint64_t k) const;
  [[nodiscard]] std::optional<Nanoseconds> due_staged(double events);
  [[nodiscard]] double poisson_events(std::uint64_t k);
  [[nodiscard]] double next_gap();

  /// The rate in millionths of an event a second: integers keep event k where it belongs.
  std::uint64_t micro_rate_ = 0;
  std::vector<Segment> segments_;
  std::size_t segment_ = 0;
  bool poisson_;
  Nanoseconds duration_;
  std::uint64_t max_events_;
  std::mt19937_64 random_;
  std::uint64_t poisson_index_ = 0;
  double poisson_sum_ = 0;
};

/// Walks the events of some of the connections of a schedule, in order. Event k belongs to
/// connection k mod `all_connections`.
class ScheduleSlice {
 public:
  struct Event {
    std::uint64_t index;
    /// Position in `connections`, not the connection's number.
    std::uint32_t slot;
    Nanoseconds due;
  };

  /// `connections` are numbers below `all_connections`, ascending.
  ScheduleSlice(const ScheduleOptions& options, std::uint32_t all_connections,
                std::vector<std::uint32_t> connections);

  /// The event that pop() will take, or nothing at the end.
  [[nodiscard]] const std::optional<Event>& front() const { return front_; }
  void pop();

 private:
  void load();

  Schedule schedule_;
  std::uint32_t all_connections_;
  std::vector<std::uint32_t> connections_;
  std::uint64_t round_ = 0;
  std::uint32_t slot_ = 0;
  std::optional<Event> front_;
};

}  // namespace wskit::load
