// SPDX-License-Identifier: MIT
#include "stats/counts.h"

namespace wskit::stats {

static_assert(sizeof(Counts) == kCounts.size() * sizeof(std::uint64_t),
              "every counter needs its name in kCounts");

Counts& Counts::operator+=(const Counts& other) noexcept {
  for (const NamedCount& count : kCounts) {
    this->*count.member += other.*count.member;
  }
  return *this;
}

bool Counts::sums_hold() const noexcept {
  return scheduled == sent + dropped_late + unsent &&
         sent == ok + error_reply + timeout + lost + corrupted;
}

std::uint64_t Counts::errors() const noexcept {
  return error_reply + unanswered() + unsent + dropped_late;
}

}  // namespace wskit::stats
