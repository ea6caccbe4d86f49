// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "cli/connect_options.h"
#include "core/error.h"
#include "net/dialer.h"
#include "net/socket_address.h"

namespace wskit::cli {

/// Parses --resolve, --connect-to and --source into the dialer's options.
[[nodiscard]] Expected<void> add_addresses(const ConnectOptions& options, net::DialOptions& dial);

/// "127.0.0.2", "127.0.0.2-127.0.0.9" or "127.0.1.0/28" (all addresses of the block, at most
/// 65,536).
[[nodiscard]] Expected<std::vector<net::SocketAddress>> parse_sources(const std::string& text);

}  // namespace wskit::cli
