// SPDX-License-Identifier: MIT
#pragma once

#include "wire/http.h"

struct lws;

namespace wskit::serve {

/// The request that libwebsockets has parsed, as far as a service depends on it. Copies
/// everything: its own pointers may be stale here (CVE-2025-11677).
///
/// The target is encoded again from what libwebsockets made of it, which is not always what was
/// sent: dot segments are resolved and empty ones gone from the path, ';' is '&', and a space
/// stands for an unescaped '+' too; only as a whole segment or at the begin of a value it is given
/// as '+'.
[[nodiscard]] wire::HttpRequest read_request(lws* connection);

}  // namespace wskit::serve
