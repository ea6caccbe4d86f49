// SPDX-License-Identifier: MIT
#include "stats/compact_histogram.h"

#include <algorithm>

#include "core/check.h"

namespace wskit::stats {
namespace {

bool before(const CompactHistogram::Slot& slot, std::uint32_t index) {
  return slot.index < index;
}

std::unexpected<Error> unequal() {
  return fail(ErrorCode::usage,
              "merging histograms of unequal range or precision would not be exact");
}

}  // namespace

CompactHistogram::CompactHistogram(const Histogram& histogram)
    : config_(histogram.config()),
      overflow_(histogram.overflow()),
      negative_(histogram.negative()) {
  std::size_t used = 0;
  histogram.for_each_slot([&](std::uint32_t, std::uint64_t) { ++used; });
  slots_.reserve(used);
  histogram.for_each_slot(
      [&](std::uint32_t index, std::uint64_t count) { slots_.push_back({index, count}); });
}

void CompactHistogram::record(Nanoseconds value) {
  if (value < Nanoseconds::zero()) {
    ++negative_;
  } else if (value > config_.highest) {
    ++overflow_;
  } else {
    const std::uint32_t index =
        HistogramLayout(config_).index_of(static_cast<std::uint64_t>(value.count()));
    const auto slot = std::lower_bound(slots_.begin(), slots_.end(), index, before);
    if (slot != slots_.end() && slot->index == index) {
      ++slot->count;
    } else {
      slots_.insert(slot, {index, 1});
    }
  }
}

void CompactHistogram::append(Slot slot) {
  check(slot.count != 0 && (slots_.empty() || slots_.back().index < slot.index),
        "slots are appended in ascending order");
  slots_.push_back(slot);
}

std::uint64_t CompactHistogram::count() const noexcept {
  std::uint64_t sum = 0;
  for (const Slot& slot : slots_) {
    sum += slot.count;
  }
  return sum;
}

Nanoseconds CompactHistogram::max() const {
  if (slots_.empty()) {
    return Nanoseconds::zero();
  }
  const std::uint64_t highest = HistogramLayout(config_).highest_at(slots_.back().index);
  return Nanoseconds(static_cast<Nanoseconds::rep>(highest));
}

Expected<void> CompactHistogram::merge(const Histogram& other) {
  return merge(CompactHistogram(other));
}

Expected<void> CompactHistogram::merge(const CompactHistogram& other) {
  if (config_ != other.config_) {
    return unequal();
  }
  add(other.slots_);
  overflow_ += other.overflow_;
  negative_ += other.negative_;
  return {};
}

void CompactHistogram::add(const std::vector<Slot>& other) {
  std::vector<Slot> sum;
  sum.reserve(slots_.size() + other.size());
  auto mine = slots_.cbegin();
  auto theirs = other.cbegin();
  while (mine != slots_.cend() && theirs != other.cend()) {
    if (mine->index < theirs->index) {
      sum.push_back(*mine++);
    } else if (theirs->index < mine->index) {
      sum.push_back(*theirs++);
    } else {
      sum.push_back({mine->index, mine->count + theirs->count});
      ++mine;
      ++theirs;
    }
  }
  sum.insert(sum.end(), mine, slots_.cend());
  sum.insert(sum.end(), theirs, other.cend());
  slots_ = std::move(sum);
}

void CompactHistogram::add_to(Histogram& histogram) const {
  check(histogram.config() == config_, "a histogram takes the counts of its own configuration");
  for (const Slot& slot : slots_) {
    histogram.add_at(slot.index, slot.count);
  }
  histogram.add_out_of_range(overflow_, negative_);
}

Histogram CompactHistogram::expand() const {
  Histogram histogram(config_);
  add_to(histogram);
  return histogram;
}

}  // namespace wskit::stats
