// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace wskit::wire {

/// Which end of the connection we are: a client masks what it sends and must receive unmasked
/// frames, a server the reverse (RFC 6455 5.1).
enum class Role : std::uint8_t { client, server };

}  // namespace wskit::wire
