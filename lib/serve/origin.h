// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "core/error.h"

namespace wskit::serve {

/// An origin that may connect is SCHEME://HOST[:PORT] exactly as browsers send it (RFC 6454 6.2),
/// "null", or "*" for all. Fails with ErrorCode::usage and how it is to be written.
[[nodiscard]] Expected<void> check_allowed_origin(std::string_view text);

}  // namespace wskit::serve
