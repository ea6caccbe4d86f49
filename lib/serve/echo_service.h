// SPDX-License-Identifier: MIT
#pragma once

#include "core/error.h"
#include "serve/delay.h"
#include "serve/service.h"

namespace wskit::serve {

/// Fails with ErrorCode::usage when the jitter is greater than the delay.
[[nodiscard]] Expected<void> check_delay(const DelayOptions& delay);

/// An echo server: text comes back as text and binary as binary, in one frame each, compressed if
/// it came so; GET /healthz says "ok". Echoes wait for their delay; a Close sends at once what is
/// still held back, before itself. `delay` is a checked one.
[[nodiscard]] ServiceFactory echo_service(const DelayOptions& delay = {});

}  // namespace wskit::serve
