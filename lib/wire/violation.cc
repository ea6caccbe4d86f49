// SPDX-License-Identifier: MIT
#include "wire/violation.h"

#include <fmt/format.h>

#include <array>

#include "wire/close_code.h"

namespace wskit::wire {
namespace {

using enum Violation;
constexpr auto kProtocol = ErrorCode::protocol_error;
constexpr auto k1002 = CloseCode::protocol_error;
constexpr auto k1007 = CloseCode::bad_payload;
constexpr auto k1009 = CloseCode::too_big;

constexpr std::array kRules{
    ViolationRule{none, ErrorCode::internal, CloseCode::internal_error, "no violation"},
    ViolationRule{reserved_bits, kProtocol, k1002,
                  "a reserved bit is set without an extension that defines it, "
                  "first byte 0x{0:02x} (RFC 6455 5.2)"},
    ViolationRule{reserved_opcode, kProtocol, k1002, "reserved opcode 0x{0:x} (RFC 6455 5.2)"},
    ViolationRule{control_fragmented, kProtocol, k1002,
                  "a fragmented control frame, opcode 0x{0:x} (RFC 6455 5.5)"},
    ViolationRule{control_too_long, kProtocol, k1002,
                  "a control frame of more than 125 bytes, opcode 0x{0:x} (RFC 6455 5.5)"},
    ViolationRule{masked_by_server, kProtocol, k1002,
                  "a masked frame from the server (RFC 6455 5.1)"},
    ViolationRule{unmasked_by_client, kProtocol, k1002,
                  "an unmasked frame from the client (RFC 6455 5.1)"},
    ViolationRule{length_not_minimal, kProtocol, k1002,
                  "a length of {0} not written in the shortest form (RFC 6455 5.2)"},
    ViolationRule{length_top_bit, kProtocol, k1002,
                  "a length of {0} with its top bit set (RFC 6455 5.2)"},
    ViolationRule{continuation_outside_message, kProtocol, k1002,
                  "a continuation frame with no message to continue (RFC 6455 5.4)"},
    ViolationRule{data_inside_message, kProtocol, k1002,
                  "a new message, opcode 0x{0:x}, inside an unfinished one (RFC 6455 5.4)"},
    ViolationRule{close_one_byte, kProtocol, k1002,
                  "a Close frame with half a status code (RFC 6455 5.5.1)"},
    ViolationRule{close_bad_code, kProtocol, k1002,
                  "close code {0}, which must not be sent (RFC 6455 7.4)"},
    ViolationRule{close_bad_utf8, ErrorCode::bad_utf8, k1007,
                  "a close reason that is not UTF-8 (RFC 6455 5.5.1)"},
    ViolationRule{text_bad_utf8, ErrorCode::bad_utf8, k1007,
                  "a text message that is not UTF-8, at byte {0} (RFC 6455 8.1)"},
    ViolationRule{text_cut_short, ErrorCode::bad_utf8, k1007,
                  "a text message of {0} bytes that ends inside a character (RFC 6455 8.1)"},
    ViolationRule{frame_too_big, ErrorCode::too_big, k1009,
                  "a frame of {0} bytes, over the limit of {1} (RFC 6455 10.4)"},
    ViolationRule{message_too_big, ErrorCode::too_big, k1009,
                  "a message of at least {0} bytes, over the limit of {1} (RFC 6455 10.4)"},
};

static_assert(kRules.size() == kViolationCount);

constexpr bool in_order() {
  for (std::size_t i = 0; i < kRules.size(); ++i) {
    if (static_cast<std::size_t>(kRules[i].violation) != i) {
      return false;
    }
  }
  return true;
}
static_assert(in_order(), "kRules must list the violations in the order of the enumeration");

}  // namespace

const ViolationRule& rule(Violation violation) {
  return kRules[static_cast<std::size_t>(violation)];
}

Error to_error(Violation violation, std::uint64_t value, std::uint64_t limit) {
  const ViolationRule& broken = rule(violation);
  return {broken.error, fmt::format(fmt::runtime(broken.text), value, limit)};
}

}  // namespace wskit::wire
