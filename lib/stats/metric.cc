// SPDX-License-Identifier: MIT
#include "stats/metric.h"

#include <algorithm>

#include "core/check.h"

namespace wskit::stats {
namespace {

constexpr std::array<std::string_view, kMetricCount> kNames{
    "response",        "service",      "send_lag", "pacer_lag",   "blocked",     "each",
    "first",           "last",         "spread",   "connect_dns", "connect_tcp", "connect_tls",
    "connect_upgrade", "connect_total"};

constexpr std::uint64_t kFewSamples = 10;

}  // namespace

std::string_view name(MetricId id) noexcept {
  return kNames[static_cast<std::size_t>(id)];
}

std::optional<MetricId> find_metric(std::string_view name) noexcept {
  const auto* const found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) {
    return std::nullopt;
  }
  return static_cast<MetricId>(found - kNames.begin());
}

void Metric::record_censored(Nanoseconds waited) {
  if (!censored_) {
    censored_.emplace(answered_.config());
  }
  censored_->record(waited);
}

Expected<void> Metric::merge(const Metric& other) {
  if (const auto merged = answered_.merge(other.answered_); !merged) {
    return merged;
  }
  if (!other.censored_) {
    return {};
  }
  if (!censored_) {
    censored_.emplace(answered_.config());
  }
  return censored_->merge(*other.censored_);
}

std::uint64_t Metric::censored_count() const noexcept {
  return censored_ ? censored_->count() + censored_->overflow() : 0;
}

bool Metric::empty() const noexcept {
  return answered_.count() + answered_.overflow() + censored_count() == 0;
}

Percentile Metric::percentile(double percentile) const {
  Percentile result;
  const std::uint64_t rank = nearest_rank(percentile, answered_.count());
  result.value = result.bound = answered_.value_at_percentile(percentile);
  // The maximum has nothing beyond it by definition; that says nothing about its worth.
  result.few_samples = percentile < 100 && answered_.count() - rank < kFewSamples;
  if (censored_count() + answered_.overflow() == 0) {
    return result;
  }
  result.at_least = ranked_percentile(percentile, censored_count()) != result.value;
  result.bound = bound(percentile);
  return result;
}

Nanoseconds Metric::bound(double percentile) const {
  Histogram all = answered_;
  if (censored_) {
    const auto merged = all.merge(*censored_);
    check(merged.has_value(), "the histograms of a metric have one configuration");
  }
  const std::uint64_t rank = nearest_rank(percentile, all.count() + all.overflow());
  if (rank > all.count()) {
    return all.config().highest;
  }
  return percentile <= 0 ? all.min() : all.value_at_rank(rank);
}

std::optional<Nanoseconds> Metric::ranked_percentile(double percentile,
                                                     std::uint64_t infinite) const noexcept {
  const std::uint64_t finite = answered_.count();
  const std::uint64_t rank = nearest_rank(percentile, finite + answered_.overflow() + infinite);
  if (rank > finite) {
    return std::nullopt;
  }
  return percentile <= 0 ? answered_.min() : answered_.value_at_rank(rank);
}

Expected<void> Metrics::merge(const Metrics& other) {
  for (std::size_t i = 0; i < kMetricCount; ++i) {
    if (!other.metrics_[i]) {
      continue;
    }
    if (!metrics_[i]) {
      metrics_[i] = other.metrics_[i];
    } else if (const auto merged = metrics_[i]->merge(*other.metrics_[i]); !merged) {
      return merged;
    }
  }
  return {};
}

}  // namespace wskit::stats
