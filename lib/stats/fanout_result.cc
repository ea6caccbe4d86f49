// SPDX-License-Identifier: MIT
#include "stats/fanout_result.h"

namespace wskit::stats {

static_assert(sizeof(FanoutResult) == kFanoutCounts.size() * sizeof(std::uint64_t) + sizeof(double),
              "every counter needs its name in kFanoutCounts");

FanoutResult& FanoutResult::operator+=(const FanoutResult& other) noexcept {
  for (const NamedFanoutCount& count : kFanoutCounts) {
    this->*count.member += other.*count.member;
  }
  delivered_per_s += other.delivered_per_s;
  return *this;
}

bool FanoutResult::sums_hold() const noexcept {
  return expected == delivered + missing();
}

}  // namespace wskit::stats
