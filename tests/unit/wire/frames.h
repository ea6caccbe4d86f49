// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "tests/unit/wire/bytes.h"
#include "wire/frame.h"
#include "wire/role.h"

namespace wskit::test {

inline Bytes frame(const wire::FrameHeader& header, std::string_view payload) {
  Bytes out(wire::max_frame_size(payload.size()));
  out.resize(wire::encode_frame(out, header, std::as_bytes(std::span(payload))));
  return out;
}

/// A header alone, claiming `header.payload_bytes`.
inline Bytes head(const wire::FrameHeader& header) {
  Bytes out(wire::kMaxFrameHeaderBytes);
  out.resize(wire::encode_frame_header(out, header));
  return out;
}

/// `header` as the peer of `role` sends it: masked, with a fixed key, to a server.
inline wire::FrameHeader from_peer_of(wire::Role role, wire::FrameHeader header) {
  header.masked = role == wire::Role::server;
  if (header.masked) {
    header.mask_key = {std::byte{0x37}, std::byte{0xFA}, std::byte{0x21}, std::byte{0x3D}};
  }
  return header;
}

}  // namespace wskit::test
