// SPDX-License-Identifier: MIT
#pragma once

#include "wire/http.h"

struct lws;

namespace wskit::serve {

/// The request that libwebsockets has parsed, as far as a service depends on it. Copies
/// everything: its own pointers may be stale here (CVE-2025-11677).
[[nodiscard]] wire::HttpRequest read_request(lws* connection);

}  // namespace wskit::serve
