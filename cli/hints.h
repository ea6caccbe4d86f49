// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "core/error.h"

namespace wskit::cli {

/// What a person can try after this failure, naming our options; empty when the message says it.
[[nodiscard]] std::string_view hint(ErrorCode code) noexcept;

/// "connect ws://h:1/: connection refused" of "connect h:1: connection refused": an address is said
/// once, and only where the URL does not have it. The message alone without a URL.
[[nodiscard]] std::string describe_failure(std::string_view url, std::string_view message);

/// "wskit bench: connect ws://h:1/: connection refused; is the server running?" on standard error.
/// Returns the exit code.
int complain(std::string_view command, const Error& error, std::string_view url = {});

}  // namespace wskit::cli
