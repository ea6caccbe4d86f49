// SPDX-License-Identifier: MIT
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "core/clock.h"
#include "core/error.h"
#include "load/plan.h"
#include "load/runner.h"
#include "load/worker.h"
#include "net/loop.h"
#include "net/resolver.h"
#include "stats/histogram.h"

namespace wskit::load {

/// What one thread found, taken after its worker has finished.
struct ThreadResult {
  std::unique_ptr<Tally> tally;
  net::Backend backend = net::Backend::epoll;
  std::optional<Error> first_failure;
  std::optional<Error> first_loss;
  bool deserted = false;
  Instant measure_end{};
  double busy = 0;
};

/// The threads of a Runner and what they share. One mutex; the hot path never takes it.
class Runner::Crew {
 public:
  Crew(const Plan& plan, Target target, std::uint32_t threads);
  ~Crew();

  [[nodiscard]] Expected<void> start();
  [[nodiscard]] bool wait_for(Nanoseconds time);
  void interrupt();
  [[nodiscard]] Progress progress();

  [[nodiscard]] const Plan& plan() const { return plan_; }
  [[nodiscard]] const Target& target() const { return target_; }
  [[nodiscard]] const std::vector<ThreadResult>& results() const { return results_; }
  [[nodiscard]] Instant measure_start() const { return measure_start_; }
  [[nodiscard]] bool interrupted() const { return interrupted_; }

 private:
  class Member;

  void run_member(Member& member);
  void member_ready(std::optional<Error> failure);
  void member_connected();
  void member_finished(Member& member);
  void leave(Member& member, ThreadResult result);
  void start_all();
  void stop_all();
  void publish(Member& member);

  Plan plan_;
  Target target_;
  std::unique_ptr<net::Resolver> resolver_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t ready_ = 0;
  std::size_t connected_ = 0;
  std::size_t finished_ = 0;
  std::size_t left_ = 0;
  std::optional<Error> setup_failure_;
  bool interrupted_ = false;
  Instant measure_start_ = Instant::max();
  std::vector<ThreadResult> results_;
  stats::Histogram so_far_;
  std::vector<std::unique_ptr<Member>> members_;
  std::vector<std::thread> threads_;
};

}  // namespace wskit::load
