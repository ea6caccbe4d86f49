// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/error.h"
#include "load/deliveries.h"
#include "load/ledger.h"
#include "load/matcher.h"
#include "load/plan.h"
#include "stats/recorder.h"
#include "stats/run_result.h"
#include "ws/connection.h"
#include "ws/handler.h"

namespace wskit::load {

/// The accounts of one thread: what became of every message, by phase and by second of its
/// scheduled time (MEASURES, "Accounting"). Each counter is raised at its own event.
class Tally {
 public:
  explicit Tally(const Plan& plan);

  /// T0. What is scheduled before it belongs to the warm-up.
  void begin(Instant start) {
    start_ = start;
    find_second(start);
  }
  /// Where the measure window ends: answers after it are not part of the rates, unless the window
  /// is to be as long as they take, up to `answers_end`.
  void end(Instant end) { this->end(end, end); }
  void end(Instant end, Instant answers_end) {
    end_ = end;
    answers_end_ = answers_end;
  }

  /// `messages` became due at `due`.
  void scheduled(Instant due, bool measured, std::uint64_t messages = 1) {
    counts(due, measured).scheduled += messages;
  }
  void offered(const Ledger::Entry& entry, Instant at) {
    ++counts(entry.scheduled, entry.measured).sent;
    if (open_model_) {
      record_lags(entry, at);
    }
  }
  [[gnu::always_inline]] void answered(Ledger::Answer answer, Reply::Kind kind, Instant received) {
    const Ledger::Entry& entry = *answer.entry;
    if (!entry.measured) [[unlikely]] {
      return answered_in_warmup(answer, kind, received);
    }
    const Second& second = this->second(entry.scheduled);
    stats::Counts& counts = *second.counts;
    counts.reordered += static_cast<std::uint64_t>(answer.reordered);
    if (kind != Reply::Kind::answer) [[unlikely]] {
      return answered_wrong(counts, kind);
    }
    ++counts.ok;
    ok_in_window_ += static_cast<std::uint64_t>(received < answers_end_);
    measured_.record(stats::MetricId::service, second.index, received - entry.mark);
    if (open_model_) {
      measured_.record(stats::MetricId::response, second.index, received - entry.scheduled);
    }
  }
  void expired(const Ledger::Entry& entry, Instant now);
  void lost(const Ledger::Entry& entry, Instant now);
  void dropped(const Ledger::Entry& entry);
  void unsent(Instant due, bool measured, ErrorCode cause);

  /// What has no message of its own counts where the run is at `now`.
  void duplicate(Instant now) { ++now_counts(now).duplicate; }
  void late_reply(Instant now) { ++now_counts(now).late_reply; }
  void unmatched(Instant now) { ++now_counts(now).unmatched; }
  void push(Instant now) { ++now_counts(now).push; }
  /// Bytes are added up and counted where the run is at the next traffic().
  void payload_sent(std::size_t bytes) { payload_sent_ += bytes; }
  void payload_received(std::size_t bytes) { payload_received_ += bytes; }
  void traffic(Instant now, const ws::Traffic& frames);
  /// What is known of the script, of the measure phase; only with a plan that has one.
  [[nodiscard]] std::optional<stats::ScriptResult>& script() { return script_; }
  [[nodiscard]] const std::optional<stats::ScriptResult>& script() const { return script_; }

  /// What is known of the fan-out, of the measure phase; only with a plan that has one.
  [[nodiscard]] std::optional<stats::FanoutResult>& fanout() { return fanout_; }
  [[nodiscard]] const std::optional<stats::FanoutResult>& fanout() const { return fanout_; }
  [[nodiscard]] std::uint64_t delivered_in_window() const { return delivered_in_window_; }
  /// A message was offered to the kernel, for so many subscribers in all.
  void published(const Ledger::Entry& entry, std::uint32_t subscribers, std::uint32_t absent,
                 Instant at);
  /// It will not be offered.
  void not_published(bool measured, std::uint32_t subscribers) {
    fanout_->unpublished += measured ? subscribers : 0;
  }
  void reordered(const Ledger::Entry& entry) {
    ++counts(entry.scheduled, entry.measured).reordered;
  }
  void delivered(const Ledger::Entry& entry, Instant received);
  void not_delivered(const Ledger::Entry& entry, std::uint64_t stats::FanoutResult::* cause,
                     std::uint64_t subscribers, Instant now);
  /// Nobody is waited for any more.
  void settled(const Ledger::Entry& entry, const Deliveries::Message& message, Instant now);

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
  /// Of the latest connection.
  struct Agreed {
    bool unix_socket = false;
    std::string subprotocol;
    std::string compression;
  };
  [[nodiscard]] const Agreed& agreed() const { return agreed_; }
  [[nodiscard]] Instant start() const { return start_; }

 private:
  /// The second of the measure phase that an instant lies in, and its counts. Nearly every message
  /// is of the same second as the one before it.
  struct Second {
    Instant begin = Instant::max();
    std::uint32_t index = 0;
    stats::Counts* counts = nullptr;
  };
  [[nodiscard]] const Second& second(Instant at) {
    constexpr std::uint64_t kSecond = 1'000'000'000;
    if (static_cast<std::uint64_t>((at - second_.begin).count()) >= kSecond) [[unlikely]] {
      find_second(at);
    }
    return second_;
  }
  void find_second(Instant at);
  [[nodiscard]] stats::Counts& counts(Instant due, bool measured) {
    return measured ? *second(due).counts : warmup_.counts(0);
  }
  [[nodiscard]] stats::Counts& now_counts(Instant now);
  void record(stats::MetricId id, const Ledger::Entry& entry, Nanoseconds value);
  void answered_in_warmup(Ledger::Answer answer, Reply::Kind kind, Instant received);
  void record_lags(const Ledger::Entry& entry, Instant at);
  void record_censored(stats::MetricId id, const Ledger::Entry& entry, Nanoseconds waited);
  static void answered_wrong(stats::Counts& counts, Reply::Kind kind);
  void record_censored(const Ledger::Entry& entry, Instant now);

  bool open_model_;
  Instant start_ = Instant::max();
  Instant end_ = Instant::max();
  Instant answers_end_ = Instant::max();
  std::uint64_t ok_in_window_ = 0;
  std::uint64_t payload_sent_ = 0;
  std::uint64_t payload_received_ = 0;
  std::uint64_t tls_resumed_ = 0;
  Second second_;
  std::string_view tls_version_;
  stats::Recorder measured_;
  stats::Recorder warmup_;
  stats::Metrics connect_;
  stats::Connections connections_;
  stats::Causes unsent_causes_;
  stats::HistogramConfig histogram_;
  Agreed agreed_;
  std::optional<stats::ScriptResult> script_;
  std::optional<stats::FanoutResult> fanout_;
  std::uint64_t delivered_in_window_ = 0;
};

}  // namespace wskit::load
