// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "wire/http.h"

struct lws;

namespace wskit::serve {

/// The request that libwebsockets has parsed, as far as an upgrade depends on it. Copies
/// everything: its own pointers may be stale here (CVE-2025-11677).
[[nodiscard]] wire::HttpRequest read_request(lws* connection);

/// The answer to a request that is no upgrade: "ok" for /healthz, else that it should be one.
[[nodiscard]] std::string answer_to_plain_request(const wire::HttpRequest& request);

}  // namespace wskit::serve
