// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string_view>

#include "core/error.h"
#include "wire/violation.h"

namespace wskit::wire {

/// RFC 6455 7.4.1 and the IANA registry; other values exist too (3000-4999 are free to use).
enum class CloseCode : std::uint16_t {
  normal = 1000,
  going_away = 1001,
  protocol_error = 1002,
  unsupported = 1003,
  no_status = 1005,  // says that a Close frame was empty; never on the wire
  abnormal = 1006,   // says that no Close frame came; never on the wire
  bad_payload = 1007,
  policy_violation = 1008,
  too_big = 1009,
  extension_missing = 1010,
  internal_error = 1011,
  service_restart = 1012,
  try_again_later = 1013,
  bad_gateway = 1014,
  tls_handshake = 1015,  // says that TLS failed; never on the wire
};

inline constexpr std::size_t kMaxControlPayload = 125;  // RFC 6455 5.5
inline constexpr std::size_t kMaxCloseReason = kMaxControlPayload - 2;

/// May stand in a Close frame, sent or received: 1000-1003, 1007-1014, 3000-4999.
[[nodiscard]] constexpr bool allowed_on_wire(CloseCode code) {
  const auto value = static_cast<std::uint16_t>(code);
  return (value >= 1000 && value <= 1003) || (value >= 1007 && value <= 1014) ||
         (value >= 3000 && value <= 4999);
}

/// Lower-case words for people, e.g. "going away"; ranges have a name too ("private use").
[[nodiscard]] std::string_view name(CloseCode code);

/// The payload of a Close frame to send.
class ClosePayload {
 public:
  /// An empty one: no status.
  ClosePayload() = default;

  /// Fails with ErrorCode::usage when `code` must not be sent, or when `reason` is longer than
  /// kMaxCloseReason bytes or not UTF-8.
  [[nodiscard]] static Expected<ClosePayload> make(CloseCode code, std::string_view reason = {});

  [[nodiscard]] std::span<const std::byte> bytes() const { return {bytes_.data(), size_}; }

 private:
  std::array<std::byte, kMaxControlPayload> bytes_{};
  std::size_t size_ = 0;
};

/// As much of `reason`, which is UTF-8, as fits into a Close frame; never half a code point.
[[nodiscard]] std::string_view cut_close_reason(std::string_view reason);

/// What a received Close frame says; `reason` points into the payload it was read from.
struct CloseStatus {
  CloseCode code = CloseCode::no_status;
  std::string_view reason;
};

/// Reads a Close frame's payload (RFC 6455 5.5.1). FrameParser has already checked the ones that
/// it hands out.
[[nodiscard]] std::expected<CloseStatus, Violation> parse_close_payload(
    std::span<const std::byte> payload);

}  // namespace wskit::wire
