// SPDX-License-Identifier: MIT
#include "load/crew.h"

#include <algorithm>
#include <utility>

#include <sys/prctl.h>

#include "core/check.h"

namespace wskit::load {
namespace {

/// Between the last connection and the first message: what the connecting left behind settles.
constexpr Nanoseconds kSettle = std::chrono::milliseconds(100);

}  // namespace

/// One thread: its loop while it runs, and what it last told about itself. All fields are guarded
/// by the crew's mutex, but for `worker`, which belongs to the thread.
class Runner::Crew::Member final : public WorkerObserver {
 public:
  Member(Crew& crew, const Slice& its_slice) : slice(its_slice), crew_(crew) {}

  void on_connected(Worker& /*worker*/) override { crew_.member_connected(); }
  void on_finished(Worker& /*worker*/) override { crew_.member_finished(*this); }

  /// Has the thread call `call`; nothing when it has left its loop.
  void post(std::move_only_function<void(Worker&)> call) {
    if (loop != nullptr) {
      loop->post([this, call = std::move(call)]() mutable { call(*worker); });
    }
  }

  Slice slice;
  net::Loop* loop = nullptr;
  Worker* worker = nullptr;
  std::uint64_t open = 0;
  std::uint64_t failed = 0;
  stats::Counts counts;
  Instant counted = Instant::min();
  std::size_t next_interval = 0;

 private:
  Crew& crew_;
};

Runner::Crew::Crew(const Plan& plan, Target target, std::uint32_t threads)
    : plan_(plan),
      target_(std::move(target)),
      resolver_(net::Resolver::create()),
      so_far_(plan.histogram) {
  const std::uint32_t count = std::clamp(threads, 1U, most_threads(plan));
  for (std::uint32_t i = 0; i < count; ++i) {
    members_.push_back(std::make_unique<Member>(*this, Slice{.index = i, .count = count}));
  }
}

Runner::Crew::~Crew() {
  for (std::thread& thread : threads_) {
    thread.join();
  }
}

Expected<void> Runner::Crew::start() {
  for (const auto& member : members_) {
    threads_.emplace_back([this, &member = *member] { run_member(member); });
  }
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return ready_ == members_.size(); });
  if (setup_failure_) {
    return std::unexpected(*setup_failure_);
  }
  for (const auto& member : members_) {
    member->post([](Worker& worker) { worker.connect(); });
  }
  return {};
}

void Runner::Crew::run_member(Member& member) {
  prctl(PR_SET_NAME, "wskit-load");
  auto loop = net::make_loop(target_.io);
  if (!loop) {
    return member_ready(std::move(loop.error()));
  }
  auto dialer = net::Dialer::create(**loop, *resolver_, target_.dial);
  if (!dialer) {
    return member_ready(std::move(dialer.error()));
  }
  auto matcher = make_matcher(plan_);
  if (!matcher) {
    return member_ready(std::move(matcher.error()));
  }
  ws::Client client(**dialer, target_.request, target_.client);
  Worker worker({.plan = plan_,
                 .slice = member.slice,
                 .client = client,
                 .loop = **loop,
                 .dialer = **dialer,
                 .open_timeout = target_.client.open_timeout,
                 .matcher = std::move(*matcher),
                 .observer = member});
  {
    const std::scoped_lock lock(mutex_);
    member.loop = loop->get();
    member.worker = &worker;
  }
  member_ready(std::nullopt);
  (*loop)->run();
  leave(member, {.tally = std::make_unique<Tally>(worker.tally()),
                 .backend = (*loop)->backend(),
                 .first_failure = worker.first_failure(),
                 .first_loss = worker.first_loss(),
                 .deserted = worker.deserted(),
                 .measure_end = worker.measure_end(),
                 .busy = worker.busy()});
}

void Runner::Crew::member_ready(std::optional<Error> failure) {
  const std::scoped_lock lock(mutex_);
  ++ready_;
  if (failure && !setup_failure_) {
    setup_failure_ = std::move(failure);
  }
  if (ready_ == members_.size() && setup_failure_) {
    // Those that could be set up have nothing to do: the run does not take place.
    stop_all();
  }
  changed_.notify_all();
}

void Runner::Crew::member_connected() {
  const std::scoped_lock lock(mutex_);
  if (++connected_ == members_.size()) {
    start_all();
  }
}

void Runner::Crew::start_all() {
  measure_start_ = MonotonicClock().now() + kSettle + plan_.warmup;
  for (const auto& member : members_) {
    member->post([start = measure_start_](Worker& worker) { worker.start(start); });
  }
}

void Runner::Crew::stop_all() {
  for (const auto& member : members_) {
    if (member->loop != nullptr) {
      member->loop->stop();
    }
  }
}

void Runner::Crew::member_finished(Member& member) {
  publish(member);
  const std::scoped_lock lock(mutex_);
  if (++finished_ == members_.size()) {
    // Only now: a loop that ended earlier could not be posted to by the others.
    stop_all();
  }
}

void Runner::Crew::leave(Member& member, ThreadResult result) {
  const std::scoped_lock lock(mutex_);
  member.loop = nullptr;
  member.worker = nullptr;
  ++left_;
  results_.push_back(std::move(result));
  changed_.notify_all();
}

bool Runner::Crew::wait_for(Nanoseconds time) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, time, [this] { return left_ == members_.size(); });
}

void Runner::Crew::interrupt() {
  const std::scoped_lock lock(mutex_);
  interrupted_ = true;
  for (const auto& member : members_) {
    member->post([](Worker& worker) { worker.interrupt(); });
  }
}

void Runner::Crew::publish(Member& member) {
  const Worker& worker = *member.worker;
  const Tally& tally = worker.tally();
  const Instant now = MonotonicClock().now();
  const stats::Counts counts = tally.measured().total_counts();
  const auto id = stats::headline(plan_.model, plan_.fanout.has_value());
  const std::scoped_lock lock(mutex_);
  member.open = worker.open_connections();
  member.failed = 0;
  for (const auto& [cause, count] : tally.connections().failed) {
    member.failed += count;
  }
  member.counts = counts;
  member.counted = now;
  constexpr Nanoseconds kSecond = std::chrono::seconds(1);
  for (; now >= tally.start() + kSecond * (member.next_interval + 1); ++member.next_interval) {
    tally.measured().answered_at(id, member.next_interval).add_to(so_far_);
  }
}

Progress Runner::Crew::progress() {
  const std::scoped_lock lock(mutex_);
  Progress progress;
  Instant counted = Instant::min();
  for (const auto& member : members_) {
    progress.connections_open += member->open;
    progress.connections_failed += member->failed;
    progress.counts += member->counts;
    counted = std::max(counted, member->counted);
    member->post([this, &member = *member](Worker& /*worker*/) { publish(member); });
  }
  progress.p50 = so_far_.value_at_percentile(50);
  progress.p99 = so_far_.value_at_percentile(99);
  if (measure_start_ == Instant::max()) {
    return progress;
  }
  progress.elapsed = MonotonicClock().now() - measure_start_;
  progress.counted = std::max(counted, measure_start_) - measure_start_;
  using Phase = Progress::Phase;
  if (left_ == members_.size()) {
    progress.phase = Phase::finished;
  } else if (progress.elapsed >= plan_.duration || interrupted_) {
    progress.phase = Phase::draining;
  } else {
    progress.phase = progress.elapsed < Nanoseconds::zero() ? Phase::warmup : Phase::measuring;
  }
  return progress;
}

}  // namespace wskit::load
