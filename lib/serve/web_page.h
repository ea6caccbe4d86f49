// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "serve/http_exchange.h"

namespace wskit::serve {

/// page/index.html, as it was when the program was built.
[[nodiscard]] std::string_view web_page();

/// A Content-Security-Policy that lets a page run the scripts and use the styles that are in it,
/// each by its hash, and speak to its own origin: no other ones, and nothing from elsewhere.
[[nodiscard]] std::string security_policy_of(std::string_view page);

/// Answers with the page.
void show_page(HttpExchange& exchange);

}  // namespace wskit::serve
