// SPDX-License-Identifier: MIT
#include "load/worker.h"

#include <algorithm>
#include <utility>

#include "core/check.h"

namespace wskit::load {
namespace {

constexpr Nanoseconds kTick = std::chrono::seconds(1);

ConnectQueueOptions connect_options(const Plan& plan, const Slice& slice) {
  const auto share = static_cast<double>(slice.count);
  return {.rate = plan.connect_rate / share,
          .concurrency = std::max<std::size_t>(1, plan.connect_concurrency / slice.count)};
}

}  // namespace

Worker::Worker(Setup setup)
    : plan_(setup.plan),
      script_(setup.plan.script ? setup.plan.script->compiled.at(setup.slice.index).get()
                                : nullptr),
      client_(setup.client),
      loop_(setup.loop),
      dialer_(setup.dialer),
      open_timeout_(setup.open_timeout),
      matcher_(std::move(setup.matcher)),
      echo_(dynamic_cast<EchoMatcher*>(matcher_.get())),
      observer_(setup.observer),
      numbers_(senders_of(setup.plan, setup.slice)),
      tally_(setup.plan),
      connect_queue_(setup.loop, connect_options(setup.plan, setup.slice)),
      pacer_(setup.loop, *this),
      reconnect_timer_(setup.loop.timers(), *this, &Worker::reconnect_due),
      warmup_timer_(setup.loop.timers(), *this, &Worker::begin_warmup),
      measure_timer_(setup.loop.timers(), *this, &Worker::begin_measure),
      end_timer_(setup.loop.timers(), *this, &Worker::end_measure),
      tick_timer_(setup.loop.timers(), *this, &Worker::tick),
      give_up_timer_(setup.loop.timers(), *this, &Worker::give_up_blocked) {
  if (plan_.fanout) {
    fanout_ = std::make_unique<Fanout>(*this, setup.slice);
    participants_ = fanout_->participants();
  } else {
    add_sessions();
  }
  for (const Participant* const participant : participants_) {
    quota_left_ += plan_.max_messages == 0 ? 0 : participant->quota_left();
  }
}

void Worker::add_sessions() {
  participants_.reserve(numbers_.size());
  for (const std::uint32_t number : numbers_) {
    if (script_ != nullptr) {
      participants_.push_back(&script_sessions_.emplace_back(*this, number));
    } else {
      participants_.push_back(&sessions_.emplace_back(*this, number));
    }
  }
}

Worker::~Worker() = default;

void Worker::connect() {
  check(phase_ == Phase::idle, "a worker connects once");
  phase_ = Phase::connecting;
  for (Participant* const session : participants_) {
    connect_queue_.add(*session);
  }
  check_connected();
}

void Worker::start(Instant start) {
  if (phase_ != Phase::ready) {
    return;
  }
  phase_ = Phase::running;
  start_ = start;
  end_ = start + plan_.duration;
  tally_.begin(start);
  tally_.end(end_);
  if (plan_.warmup > Nanoseconds::zero()) {
    warmup_timer_.arm(start - plan_.warmup);
  }
  measure_timer_.arm(start);
  end_timer_.arm(end_);
  if (!reconnects_.empty()) {
    reconnect_timer_.arm(reconnects_.front().due);
  }
  if (fanout_ != nullptr) {
    forgo(fanout_->forgo_dead(), loop_.now());
  }
  check_all_lost(loop_.now());
}

std::unique_ptr<ws::Connection> Worker::connect_to(const FanoutTopic& topic,
                                                   ws::FrameHandler& handler) {
  const wire::UpgradeRequest* const request = fanout_->request_for(topic);
  return client_.connect(handler, request == nullptr ? client_.request() : *request);
}

void Worker::begin_warmup(Instant now) {
  if (plan_.model == stats::Model::open) {
    pacer_.begin(ScheduleSlice(warmup_schedule(), senders(plan_), numbers_), start_ - plan_.warmup);
    return;
  }
  for (Participant* const session : participants_) {
    session->fill_window(now);
  }
}

void Worker::begin_measure(Instant now) {
  waited_at_start_ = loop_.stats().waited;
  count_traffic(start_ - Nanoseconds(1));
  tick_timer_.arm(start_ + kTick);
  if (plan_.model == stats::Model::open) {
    pacer_.fast_forward(now);
    pacer_.begin(ScheduleSlice(measure_schedule(), senders(plan_), numbers_), start_);
    return;
  }
  if (plan_.max_messages != 0 && quota_left_ == 0) {
    // More threads than messages: nothing is left for this one.
    return end_timer_.arm(now);
  }
  for (Participant* const session : participants_) {
    session->fill_window(now);
  }
}

void Worker::tick(Instant now) {
  count_traffic(now - kTick);
  tick_timer_.arm(now + kTick);
}

void Worker::count_traffic(Instant at) {
  const ws::Traffic total{.sent = client_.traffic().sent + http_traffic_.sent,
                          .received = client_.traffic().received + http_traffic_.received};
  tally_.traffic(
      at, {.sent = total.sent - traffic_.sent, .received = total.received - traffic_.received});
  traffic_ = total;
}

ScheduleOptions Worker::warmup_schedule() const {
  ScheduleOptions options = measure_schedule();
  if (!plan_.stages.empty()) {
    const Stage& first = plan_.stages.front();
    const double rate = std::max(first.from, first.to);
    options.stages = {{.duration = plan_.warmup, .from = rate, .to = rate}};
  }
  options.duration = plan_.warmup;
  options.max_events = 0;
  return options;
}

ScheduleOptions Worker::measure_schedule() const {
  return {.rate = plan_.rate,
          .stages = plan_.stages,
          .poisson = plan_.poisson,
          .seed = plan_.seed,
          .duration = plan_.duration,
          .max_events = plan_.max_messages};
}

void Worker::on_due(std::uint32_t slot, Instant scheduled, Instant taken) {
  const bool measured = is_measured(scheduled);
  if (fanout_ != nullptr) {
    return fanout_->publisher(slot).take_up(scheduled, taken, measured);
  }
  sessions_[slot].take_up(scheduled, taken, measured);
}

void Worker::on_schedule_end() {
  if (phase_ != Phase::running || loop_.now() < start_) {
    return;
  }
  schedule_ended_ = true;
  const Instant now = loop_.now();
  // A limit on messages ends the phase with the last of them, a duration when it is over.
  if (plan_.max_messages != 0 || now >= end_) {
    end_measure(now);
  }
}

void Worker::interrupt() {
  const Instant now = loop_.now();
  interrupted_ = true;
  if (phase_ == Phase::running && now >= start_) {
    pacer_.stop_after(now);
    return end_measure(now);
  }
  if (phase_ < Phase::draining) {
    phase_ = Phase::running;
    start_ = now;
    tally_.begin(now);
    end_measure(now);
  }
}

void Worker::end_measure(Instant now) {
  if (phase_ != Phase::running) {
    return;
  }
  if (plan_.model == stats::Model::open && !schedule_ended_ && !interrupted_) {
    // The pacer is behind its schedule: what is left is still taken up, late.
    return;
  }
  phase_ = Phase::draining;
  deserted_ = fanout_ != nullptr && !fanout_->goes_on();
  // Who would open now has nothing to begin any more.
  connect_queue_.clear();
  reconnect_timer_.cancel();
  warmup_timer_.cancel();
  measure_timer_.cancel();
  end_timer_.cancel();
  tick_timer_.cancel();
  if (plan_.model == stats::Model::closed && plan_.max_messages != 0 && now < end_ &&
      !interrupted_) {
    answers_end_ = end_;
  }
  end_ = std::min(end_, now);
  const Instant end = std::max(end_, start_ + Nanoseconds(1));
  tally_.end(end, answers_end_.value_or(end));
  count_traffic(now);
  if (end_ > start_) {
    const auto elapsed = static_cast<double>((now - start_).count());
    const auto waited = static_cast<double>((loop_.stats().waited - waited_at_start_).count());
    busy_ = std::clamp(1 - waited / elapsed, 0.0, 1.0);
  }
  give_up_timer_.arm(now + plan_.timeout);
  check_drained(now);
}

void Worker::give_up_blocked(Instant now) {
  const bool last_call = now >= end_ + 2 * plan_.timeout;
  for (Participant* const session : participants_) {
    session->give_up_waiting(ErrorCode::timeout);
    if (session->unresolved() != 0 && (last_call || session->in_flight() == 0)) {
      session->abandon(ErrorCode::timeout);
    }
  }
  if (phase_ == Phase::draining) {
    give_up_timer_.arm(now + plan_.timeout / 4);
    check_drained(now);
  }
}

void Worker::check_drained(Instant /*now*/) {
  if (phase_ != Phase::draining) {
    return;
  }
  while (first_undrained_ < participants_.size()) {
    if (participants_[first_undrained_]->unresolved() != 0) {
      return;
    }
    ++first_undrained_;
  }
  begin_closing();
}

void Worker::begin_closing() {
  phase_ = Phase::closing;
  if (answers_end_) {
    end_ = std::min(*answers_end_, std::max(end_, last_answer_ + Nanoseconds(1)));
    tally_.end(end_);
  }
  give_up_timer_.cancel();
  count_traffic(loop_.now());
  if (open_ == 0) {
    return finish();
  }
  for (Participant* const session : participants_) {
    session->close();
  }
}

void Worker::finish() {
  phase_ = Phase::finished;
  observer_.on_finished(*this);
}

}  // namespace wskit::load
