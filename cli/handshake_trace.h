// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "ws/hop.h"

namespace wskit::cli {

/// What -v shows of one request of an opening, in the manner of curl: "* " what happened, "> " the
/// request, "< " the answer. Secrets are "***", and what came from the network is safe for a
/// terminal.
[[nodiscard]] std::string handshake_trace(const ws::Hop& hop);

}  // namespace wskit::cli
