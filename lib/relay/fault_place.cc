// SPDX-License-Identifier: MIT
#include "relay/fault_place.h"

#include <fmt/format.h>

#include "relay/fault_form.h"

namespace wskit::relay {

Expected<void> check_place(const FaultRule& rule, const FaultPlace& place) {
  const FaultForm& form = form_of(rule.kind);
  if (form.moment == FaultMoment::accept && (!place.tls || place.stands)) {
    return fail(ErrorCode::usage, fmt::format("{} {}", form.name,
                                              place.tls ? "comes too late once a request is there"
                                                        : "needs TLS with clients"));
  }
  const bool resumes =
      rule.kind == FaultKind::history_truncated || rule.kind == FaultKind::epoch_changed;
  if (resumes && !place.pubsub) {
    return fail(ErrorCode::usage, fmt::format("{} is for wskit serve pubsub", form.name));
  }
  return {};
}

}  // namespace wskit::relay
