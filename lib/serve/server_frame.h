// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace wskit::serve {

/// First byte of a final frame (RFC 6455 5.2).
enum class FrameStart : std::uint8_t { text = 0x81, binary = 0x82, close = 0x88, ping = 0x89 };

/// Appends one unmasked frame.
inline void append_frame(std::string& out, FrameStart start, std::string_view payload) {
  const std::size_t size = payload.size();
  out.push_back(static_cast<char>(start));
  if (size < 126) {
    out.push_back(static_cast<char>(size));
  } else {
    const int bytes = size <= 0xFFFF ? 2 : 8;
    out.push_back(static_cast<char>(bytes == 2 ? 126 : 127));
    for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
      out.push_back(static_cast<char>(size >> shift));
    }
  }
  out.append(payload);
}

}  // namespace wskit::serve
