// SPDX-License-Identifier: MIT
#include "load/schedule.h"

#include <cmath>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "core/check.h"
#include "core/parse.h"
#include "core/units.h"

namespace wskit::load {
namespace {

std::unexpected<Error> bad_stage(std::string_view text, std::string_view why) {
  return fail(ErrorCode::usage,
              fmt::format("'{}' is not a stage ({}); write DURATION:RATE or DURATION:FROM-TO, "
                          "for example 10s:0-1000,30s:1000",
                          text, why));
}

/// Unlike a rate on its own, the end of a ramp may be zero.
Expected<double> parse_stage_rate(std::string_view text) {
  if (text == "0") {
    return 0.0;
  }
  return parse_rate(text);
}

Expected<Stage> parse_stage(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) {
    return bad_stage(text, "no colon");
  }
  const auto duration = parse_duration(text.substr(0, colon));
  if (!duration || *duration <= Nanoseconds::zero()) {
    return bad_stage(text, duration ? "a duration of zero" : duration.error().message);
  }
  const std::string_view rates = text.substr(colon + 1);
  const std::size_t dash = rates.find('-');
  const auto from = parse_stage_rate(rates.substr(0, dash));
  const auto to = dash == std::string_view::npos ? from : parse_stage_rate(rates.substr(dash + 1));
  if (!from || !to) {
    return bad_stage(text, (from ? to : from).error().message);
  }
  return Stage{.duration = *duration, .from = *from, .to = *to};
}

/// How far into the stage the `events`-th of its events falls, in seconds: the positive root of
/// events = from*t + (to - from)*t^2 / (2*duration), in the form that does not cancel.
double time_in_stage(const Stage& stage, double events) {
  const double slope = (stage.to - stage.from) / to_seconds(stage.duration);
  const double root = std::sqrt(std::max(0.0, stage.from * stage.from + 2 * slope * events));
  const double denominator = stage.from + root;
  return denominator > 0 ? 2 * events / denominator : 0;
}

}  // namespace

Expected<std::vector<Stage>> parse_stages(std::string_view text) {
  std::vector<Stage> stages;
  bool any_rate = false;
  for (;;) {
    const std::size_t comma = text.find(',');
    auto stage = parse_stage(text.substr(0, comma));
    if (!stage) {
      return std::unexpected(std::move(stage.error()));
    }
    any_rate = any_rate || stage->from > 0 || stage->to > 0;
    stages.push_back(*stage);
    if (comma == std::string_view::npos) {
      break;
    }
    text.remove_prefix(comma + 1);
  }
  if (!any_rate) {
    return fail(ErrorCode::usage, "the stages have a rate of zero throughout");
  }
  return stages;
}

Schedule::Schedule(const ScheduleOptions& options)
    : poisson_(options.poisson),
      duration_(options.duration),
      max_events_(options.max_events),
      random_(options.seed) {
  constexpr double kMicro = 1e6;
  std::vector<Stage> stages = options.stages;
  if (stages.empty()) {
    check(options.rate > 0, "a schedule has a rate above zero");
    micro_rate_ = static_cast<std::uint64_t>(std::llround(options.rate * kMicro));
    stages.push_back({.duration = duration_, .from = options.rate, .to = options.rate});
  }
  double events = 0;
  std::int64_t start = 0;
  for (const Stage& stage : stages) {
    const double in_stage = (stage.from + stage.to) / 2 * to_seconds(stage.duration);
    segments_.push_back(
        {.events_before = events, .events = in_stage, .start = start, .stage = stage});
    events += in_stage;
    start += stage.duration.count();
  }
}

std::optional<Nanoseconds> Schedule::due(std::uint64_t k) {
  if (max_events_ != 0 && k >= max_events_) {
    return std::nullopt;
  }
  if (poisson_) {
    return due_staged(poisson_events(k));
  }
  if (micro_rate_ != 0) {
    return due_constant(k);
  }
  return due_staged(static_cast<double>(k));
}

std::optional<Nanoseconds> Schedule::due_constant(std::uint64_t k) const {
  constexpr std::uint64_t kMicroNanoseconds = 1'000'000'000'000'000;
  __extension__ using Wide = unsigned __int128;
  const Wide offset = static_cast<Wide>(k) * kMicroNanoseconds / micro_rate_;
  if (offset >= static_cast<Wide>(duration_.count())) {
    return std::nullopt;
  }
  return Nanoseconds(static_cast<std::int64_t>(offset));
}

std::optional<Nanoseconds> Schedule::due_staged(double events) {
  while (segment_ < segments_.size()) {
    const Segment& segment = segments_[segment_];
    if (events < segment.events_before + segment.events) {
      const double offset = time_in_stage(segment.stage, events - segment.events_before);
      const Nanoseconds due(segment.start +
                            static_cast<std::int64_t>(offset * kNanosecondsPerSecond));
      return due < duration_ ? std::optional(due) : std::nullopt;
    }
    ++segment_;
  }
  return std::nullopt;
}

double Schedule::poisson_events(std::uint64_t k) {
  while (poisson_index_ <= k) {
    poisson_sum_ += next_gap();
    ++poisson_index_;
  }
  return poisson_sum_;
}

double Schedule::next_gap() {
  // 53 random bits make a uniform number in (0, 1]; std::exponential_distribution may differ from
  // one standard library to the next, and a seed has to mean the same schedule everywhere.
  constexpr int kUnusedBits = 11;
  constexpr double kScale = 0x1p-53;
  const double uniform = static_cast<double>((random_() >> kUnusedBits) + 1) * kScale;
  return -std::log(uniform);
}

ScheduleSlice::ScheduleSlice(const ScheduleOptions& options, std::uint32_t all_connections,
                             std::vector<std::uint32_t> connections)
    : schedule_(options), all_connections_(all_connections), connections_(std::move(connections)) {
  load();
}

void ScheduleSlice::pop() {
  if (++slot_ == connections_.size()) {
    slot_ = 0;
    ++round_;
  }
  load();
}

void ScheduleSlice::load() {
  front_.reset();
  if (connections_.empty()) {
    return;
  }
  const std::uint64_t k = round_ * all_connections_ + connections_[slot_];
  if (const auto due = schedule_.due(k)) {
    front_ = Event{.index = k, .slot = slot_, .due = *due};
  }
}

}  // namespace wskit::load
