// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "wire/frame.h"

namespace wskit::serve {

/// Appends one whole, unmasked frame.
inline void append_frame(std::string& out, wire::Opcode opcode, std::string_view payload,
                         bool compressed = false) {
  std::array<std::byte, wire::kMaxFrameHeaderBytes> header{};
  const std::size_t size = wire::encode_frame_header(
      header, {.opcode = opcode, .rsv1 = compressed, .payload_bytes = payload.size()});
  out.append(as_text({header.data(), size})).append(payload);
}

}  // namespace wskit::serve
