// SPDX-License-Identifier: MIT
#include "tests/net/soak/soak_visits.h"

namespace wskit::test {

SoakVisits::Step SoakVisits::next(bool connected, std::uint64_t published) {
  if (!connected) {
    if (published < come_at_) {
      return Step::none;
    }
    leave_at_ = published + pick(1, 4000);
    will_stall_ = pick(0, 2) == 0;
    stall_at_ = will_stall_ ? published + pick(1, 500) : UINT64_MAX;
    return Step::come;
  }
  if (stalled_) {
    stalled_ = published < go_on_at_;
  } else if (published >= leave_at_) {
    come_at_ = published + pick(0, 3000);
    return Step::leave;
  } else if (published >= stall_at_) {
    stall_at_ = UINT64_MAX;
    stalled_ = true;
    go_on_at_ = published + pick(6000, 20'000);
    leave_at_ = go_on_at_ + pick(1, 4000);
  }
  return Step::none;
}

void SoakVisits::settle() {
  settling_ = true;
  stalled_ = false;
  leave_at_ = UINT64_MAX;
  stall_at_ = UINT64_MAX;
  will_stall_ = false;
}

}  // namespace wskit::test
