// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>

#include "wire/frame.h"

namespace wskit::relay {

/// How many bytes the frame's header has, as far as its first bytes tell: at least one more than
/// there are, as long as it is not whole.
[[nodiscard]] std::size_t header_bytes(std::string_view first_bytes);

/// Of a frame whose header is whole, legal or not.
[[nodiscard]] wire::FrameHeader read_raw_header(std::string_view frame);

}  // namespace wskit::relay
