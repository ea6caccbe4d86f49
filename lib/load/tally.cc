// SPDX-License-Identifier: MIT
#include "load/tally.h"

#include <array>
#include <span>
#include <utility>

#include <sys/socket.h>

namespace wskit::load {
namespace {

using stats::MetricId;

constexpr std::array kOpenMetrics{MetricId::response, MetricId::service, MetricId::send_lag,
                                  MetricId::pacer_lag, MetricId::blocked};
constexpr std::array kClosedMetrics{MetricId::service};
constexpr std::array kOpenFanoutMetrics{MetricId::each,   MetricId::first,    MetricId::last,
                                        MetricId::spread, MetricId::send_lag, MetricId::pacer_lag,
                                        MetricId::blocked};
constexpr std::array kClosedFanoutMetrics{MetricId::each, MetricId::first, MetricId::last,
                                          MetricId::spread};

std::span<const MetricId> metrics_of(const Plan& plan) {
  if (plan.fanout) {
    return plan.model == stats::Model::open ? std::span<const MetricId>(kOpenFanoutMetrics)
                                            : kClosedFanoutMetrics;
  }
  if (plan.model == stats::Model::open) {
    return kOpenMetrics;
  }
  return kClosedMetrics;
}

}  // namespace

Tally::Tally(const Plan& plan)
    : open_model_(plan.model == stats::Model::open),
      measured_(metrics_of(plan), plan.histogram),
      warmup_(metrics_of(plan), plan.histogram),
      histogram_(plan.histogram) {
  if (plan.script) {
    script_ = empty_result(*plan.script, plan.histogram);
  }
  if (plan.fanout) {
    fanout_.emplace();
  }
}

stats::Counts& Tally::now_counts(Instant now) {
  if (now < start_) {
    return warmup_.counts(0);
  }
  // What comes in the drain phase belongs to the last second of the measure phase.
  return *second(now < end_ ? now : end_ - Nanoseconds(1)).counts;
}

void Tally::find_second(Instant at) {
  constexpr Nanoseconds kSecond = std::chrono::seconds(1);
  const auto index = (at - start_) / kSecond;
  second_ = {.begin = start_ + index * kSecond,
             .index = static_cast<std::uint32_t>(index),
             .counts = &measured_.counts(static_cast<std::uint32_t>(index))};
}

void Tally::record(MetricId id, const Ledger::Entry& entry, Nanoseconds value) {
  if (entry.measured) {
    measured_.record(id, second(entry.scheduled).index, value);
  } else {
    warmup_.record(id, 0, value);
  }
}

void Tally::answered_in_warmup(Ledger::Answer answer, Reply::Kind kind, Instant received) {
  stats::Counts& counts = warmup_.counts(0);
  counts.reordered += static_cast<std::uint64_t>(answer.reordered);
  if (kind != Reply::Kind::answer) {
    return answered_wrong(counts, kind);
  }
  ++counts.ok;
  ok_in_window_ += static_cast<std::uint64_t>(received >= start_ && received < end_);
  warmup_.record(MetricId::service, 0, received - answer.entry->mark);
  if (open_model_) {
    warmup_.record(MetricId::response, 0, received - answer.entry->scheduled);
  }
}

void Tally::record_lags(const Ledger::Entry& entry, Instant at) {
  record(MetricId::pacer_lag, entry, entry.mark - entry.scheduled);
  record(MetricId::blocked, entry, at - entry.mark);
  record(MetricId::send_lag, entry, at - entry.scheduled);
}

void Tally::answered_wrong(stats::Counts& counts, Reply::Kind kind) {
  if (kind == Reply::Kind::corrupted) {
    ++counts.corrupted;
  } else {
    ++counts.error_reply;
  }
}

void Tally::record_censored(const Ledger::Entry& entry, Instant now) {
  stats::Recorder& recorder = entry.measured ? measured_ : warmup_;
  const std::uint32_t at = entry.measured ? second(entry.scheduled).index : 0;
  recorder.record_censored(MetricId::service, at, now - entry.mark);
  if (open_model_) {
    recorder.record_censored(MetricId::response, at, now - entry.scheduled);
  }
}

void Tally::expired(const Ledger::Entry& entry, Instant now) {
  ++counts(entry.scheduled, entry.measured).timeout;
  record_censored(entry, now);
}

void Tally::lost(const Ledger::Entry& entry, Instant now) {
  ++counts(entry.scheduled, entry.measured).lost;
  record_censored(entry, now);
}

void Tally::dropped(const Ledger::Entry& entry) {
  ++counts(entry.scheduled, entry.measured).dropped_late;
}

void Tally::unsent(Instant due, bool measured, ErrorCode cause) {
  ++counts(due, measured).unsent;
  if (measured) {
    stats::raise(unsent_causes_, cause);
  }
}

void Tally::record_censored(MetricId id, const Ledger::Entry& entry, Nanoseconds waited) {
  if (entry.measured) {
    measured_.record_censored(id, second(entry.scheduled).index, waited);
  } else {
    warmup_.record_censored(id, 0, waited);
  }
}

void Tally::published(const Ledger::Entry& entry, std::uint32_t subscribers, std::uint32_t absent,
                      Instant at) {
  offered(entry, at);
  if (entry.measured) {
    fanout_->expected += subscribers;
  }
  not_delivered(entry, &stats::FanoutResult::absent, absent, at);
}

void Tally::delivered(const Ledger::Entry& entry, Instant received) {
  record(MetricId::each, entry, received - entry.scheduled);
  fanout_->delivered += static_cast<std::uint64_t>(entry.measured);
  delivered_in_window_ += static_cast<std::uint64_t>(received >= start_ && received < answers_end_);
}

void Tally::not_delivered(const Ledger::Entry& entry, std::uint64_t stats::FanoutResult::* cause,
                          std::uint64_t subscribers, Instant now) {
  for (std::uint64_t i = 0; i < subscribers; ++i) {
    record_censored(MetricId::each, entry, now - entry.scheduled);
  }
  if (entry.measured) {
    (*fanout_).*cause += subscribers;
  }
}

void Tally::settled(const Ledger::Entry& entry, const Deliveries::Message& message, Instant now) {
  const Nanoseconds waited = now - entry.scheduled;
  if (message.delivered != 0) {
    record(MetricId::first, entry, message.first - entry.scheduled);
  } else {
    record_censored(MetricId::first, entry, waited);
  }
  stats::Counts& counts = this->counts(entry.scheduled, entry.measured);
  if (message.came_everywhere()) {
    record(MetricId::last, entry, message.last - entry.scheduled);
    record(MetricId::spread, entry, message.last - message.first);
    ++counts.ok;
    ok_in_window_ += static_cast<std::uint64_t>(now >= start_ && now < answers_end_);
    return;
  }
  record_censored(MetricId::last, entry, waited);
  record_censored(MetricId::spread, entry,
                  message.delivered != 0 ? now - message.first : Nanoseconds::zero());
  if (message.undelivered != 0) {
    ++counts.timeout;
  } else if (message.cut + message.absent != 0) {
    ++counts.lost;
  } else {
    ++counts.corrupted;
  }
}

void Tally::traffic(Instant now, const ws::Traffic& frames) {
  stats::Counts& counts = now_counts(now);
  counts.wire_bytes_sent += frames.sent;
  counts.wire_bytes_received += frames.received;
  counts.payload_bytes_sent += std::exchange(payload_sent_, 0);
  counts.payload_bytes_received += std::exchange(payload_received_, 0);
}

void Tally::opened(const ws::Opened& opened) {
  ++connections_.opened;
  const net::DialTimes& times = opened.times;
  const auto record = [this](MetricId id, Nanoseconds value) {
    if (!connect_[id]) {
      connect_[id].emplace(histogram_);
    }
    connect_[id]->record(value);
  };
  record(MetricId::connect_dns, times.resolved - times.started);
  record(MetricId::connect_tcp, times.connected - times.resolved);
  if (opened.tls) {
    record(MetricId::connect_tls, times.secured - times.connected);
    tls_version_ = net::name(opened.tls->version);
    tls_resumed_ += static_cast<std::uint64_t>(opened.tls->resumed);
  }
  agreed_ = {.unix_socket = opened.peer.family() == AF_UNIX,
             .subprotocol = opened.subprotocol,
             .compression = opened.deflate ? wire::describe(*opened.deflate) : std::string()};
  record(MetricId::connect_upgrade, opened.upgraded - times.secured);
  record(MetricId::connect_total, opened.upgraded - opened.began);
}

}  // namespace wskit::load
