// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/clock.h"
#include "core/error.h"
#include "load/ledger.h"
#include "load/matcher.h"
#include "load/plan.h"
#include "stats/recorder.h"
#include "stats/run_result.h"
#include "ws/handler.h"

namespace wskit::load {

/// The accounts of one thread: what became of every message, by phase and by second of its
/// scheduled time (MEASURES, "Accounting"). Each counter is raised at its own event.
class Tally {
 public:
  explicit Tally(const Plan& plan);

  /// T0. What is scheduled before it belongs to the warm-up.
  void begin(Instant start) { start_ = start; }
  /// Where the measure window ends: answers after it are not part of the rates.
  void end(Instant end) { end_ = end; }

  void scheduled(Instant due, bool measured) { ++counts(due, measured).scheduled; }
  void offered(const Ledger::Entry& entry, Instant at);
  void answered(const Ledger::Answer& answer, Reply::Kind kind, Instant received);
  void expired(const Ledger::Entry& entry, Instant now);
  void lost(const Ledger::Entry& entry, Instant now);
  void dropped(const Ledger::Entry& entry);
  void unsent(Instant due, bool measured, ErrorCode cause);

  /// What has no message of its own counts where the run is at `now`.
  void duplicate(Instant now) { ++now_counts(now).duplicate; }
  void late_reply(Instant now) { ++now_counts(now).late_reply; }
  void unmatched(Instant now) { ++now_counts(now).unmatched; }
  void push(Instant now) { ++now_counts(now).push; }
  void payload_sent(Instant now, std::size_t bytes) { now_counts(now).payload_bytes_sent += bytes; }
  void payload_received(Instant now, std::size_t bytes) {
    now_counts(now).payload_bytes_received += bytes;
  }
  void wire(Instant now, std::uint64_t sent, std::uint64_t received);

  void opened(const ws::Opened& opened);
  void failed_to_open(ErrorCode cause) { stats::raise(connections_.failed, cause); }
  void closed_early(ErrorCode cause) { stats::raise(connections_.closed_early, cause); }

  [[nodiscard]] const stats::Recorder& measured() const { return measured_; }
  [[nodiscard]] const stats::Recorder& warmup() const { return warmup_; }
  [[nodiscard]] const stats::Metrics& connect_metrics() const { return connect_; }
  [[nodiscard]] const stats::Connections& connections() const { return connections_; }
  [[nodiscard]] const stats::Causes& unsent_causes() const { return unsent_causes_; }
  [[nodiscard]] std::uint64_t ok_in_window() const { return ok_in_window_; }
  [[nodiscard]] std::uint64_t tls_resumed() const { return tls_resumed_; }
  /// Of the latest TLS connection; empty when there was none.
  [[nodiscard]] std::string_view tls_version() const { return tls_version_; }
  [[nodiscard]] Instant start() const { return start_; }

 private:
  [[nodiscard]] std::uint32_t interval(Instant at) const {
    constexpr std::int64_t kSecond = 1'000'000'000;
    return static_cast<std::uint32_t>((at - start_).count() / kSecond);
  }
  [[nodiscard]] stats::Counts& counts(Instant due, bool measured) {
    return measured ? measured_.counts(interval(due)) : warmup_.counts(0);
  }
  [[nodiscard]] stats::Counts& now_counts(Instant now);
  void record(stats::MetricId id, const Ledger::Entry& entry, Nanoseconds value);
  void record_censored(const Ledger::Entry& entry, Instant now);

  bool open_model_;
  Instant start_ = Instant::max();
  Instant end_ = Instant::max();
  std::uint64_t ok_in_window_ = 0;
  std::uint64_t tls_resumed_ = 0;
  std::string_view tls_version_;
  stats::Recorder measured_;
  stats::Recorder warmup_;
  stats::Metrics connect_;
  stats::Connections connections_;
  stats::Causes unsent_causes_;
};

}  // namespace wskit::load
