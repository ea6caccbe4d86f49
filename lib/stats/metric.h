// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "core/clock.h"
#include "core/error.h"
#include "stats/histogram.h"

namespace wskit::stats {

enum class MetricId : std::uint8_t {
  response,
  service,
  send_lag,
  pacer_lag,
  blocked,
  each,    ///< Fan-out: of every delivery, as are the next three of every message.
  first,   ///< Until the first delivery.
  last,    ///< Until the last one, if all came.
  spread,  ///< From the first to the last.
  connect_dns,
  connect_tcp,
  connect_tls,
  connect_upgrade,
  connect_total,
};

inline constexpr std::size_t kMetricCount = static_cast<std::size_t>(MetricId::connect_total) + 1;

/// The name in result files, thresholds and logs: "response", "connect_tls".
[[nodiscard]] std::string_view name(MetricId id) noexcept;
[[nodiscard]] std::optional<MetricId> find_metric(std::string_view name) noexcept;

struct NamedPercentile {
  std::string_view name;  ///< In result files: "p99_9".
  double percentile;
};

inline constexpr std::array kPercentiles{
    NamedPercentile{"p50", 50},       NamedPercentile{"p75", 75},
    NamedPercentile{"p90", 90},       NamedPercentile{"p95", 95},
    NamedPercentile{"p99", 99},       NamedPercentile{"p99_9", 99.9},
    NamedPercentile{"p99_99", 99.99}, NamedPercentile{"p99_999", 99.999},
};

/// A percentile of the answered messages, and what must be said with it.
struct Percentile {
  Nanoseconds value{0};
  /// What it is at least with all messages, each censored one taken as its waiting time.
  Nanoseconds bound{0};
  bool at_least = false;     ///< Censored or overflowing values would change it: print with a >=.
  bool few_samples = false;  ///< Fewer than 10 samples lie beyond it: print it greyed or starred.
};

/// One measured duration: values of answered messages, and censored ones: waiting times of messages
/// that were never answered, whose true value is at least that.
class Metric {
 public:
  explicit Metric(const HistogramConfig& config = {}) : answered_(config) {}
  Metric(Histogram answered, std::optional<Histogram> censored)
      : answered_(std::move(answered)), censored_(std::move(censored)) {}

  void record(Nanoseconds value) noexcept { answered_.record(value); }
  /// Allocates at the first call.
  void record_censored(Nanoseconds waited);
  [[nodiscard]] Expected<void> merge(const Metric& other);

  [[nodiscard]] const Histogram& answered() const noexcept { return answered_; }
  [[nodiscard]] const std::optional<Histogram>& censored() const noexcept { return censored_; }
  [[nodiscard]] std::uint64_t censored_count() const noexcept;
  [[nodiscard]] bool empty() const noexcept;

  /// Of the answered messages; 100 is the maximum. For printing.
  [[nodiscard]] Percentile percentile(double percentile) const;
  /// With `infinite` further values above all, and overflows too; nullopt is infinity. For
  /// thresholds: a server that drops half of the messages has no p99.
  [[nodiscard]] std::optional<Nanoseconds> ranked_percentile(double percentile,
                                                             std::uint64_t infinite) const noexcept;

 private:
  [[nodiscard]] Nanoseconds bound(double percentile) const;

  Histogram answered_;
  std::optional<Histogram> censored_;
};

/// The metrics of a phase; one that does not exist in the model of the run is absent.
class Metrics {
 public:
  [[nodiscard]] std::optional<Metric>& operator[](MetricId id) noexcept {
    return metrics_[static_cast<std::size_t>(id)];
  }
  [[nodiscard]] const std::optional<Metric>& operator[](MetricId id) const noexcept {
    return metrics_[static_cast<std::size_t>(id)];
  }

  /// A metric present on either side is present afterwards.
  [[nodiscard]] Expected<void> merge(const Metrics& other);

  /// Calls visit(id, metric) for each metric that is present, in the order of MetricId.
  template <class Visitor>
  void for_each(Visitor visit) const {
    for (std::size_t i = 0; i < kMetricCount; ++i) {
      if (metrics_[i]) {
        visit(static_cast<MetricId>(i), *metrics_[i]);
      }
    }
  }

 private:
  std::array<std::optional<Metric>, kMetricCount> metrics_;
};

}  // namespace wskit::stats
