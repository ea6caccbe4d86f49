// SPDX-License-Identifier: MIT
#include "net/sleep.h"

#include <sys/prctl.h>

namespace wskit::net {

void wake_on_time() {
  ::prctl(PR_SET_TIMERSLACK, 1UL);
}

}  // namespace wskit::net
