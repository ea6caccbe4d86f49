// SPDX-License-Identifier: MIT
#include "wire/close_code.h"

#include <fmt/format.h>

#include <algorithm>

#include "wire/utf8.h"

namespace wskit::wire {
namespace {

struct Named {
  std::uint16_t code;
  std::string_view name;
};

// https://www.iana.org/assignments/websocket, "WebSocket Close Code Number Registry".
constexpr std::array kNames{
    Named{1000, "normal closure"},    Named{1001, "going away"},
    Named{1002, "protocol error"},    Named{1003, "unsupported data"},
    Named{1004, "reserved"},          Named{1005, "no status received"},
    Named{1006, "abnormal closure"},  Named{1007, "invalid payload"},
    Named{1008, "policy violation"},  Named{1009, "message too big"},
    Named{1010, "extension missing"}, Named{1011, "internal error"},
    Named{1012, "service restart"},   Named{1013, "try again later"},
    Named{1014, "bad gateway"},       Named{1015, "TLS handshake failed"},
    Named{3000, "unauthorized"},      Named{3003, "forbidden"},
    Named{3008, "timeout"},
};

}  // namespace

std::string_view name(CloseCode code) {
  const auto value = static_cast<std::uint16_t>(code);
  if (const auto* found = std::ranges::find(kNames, value, &Named::code); found != kNames.end()) {
    return found->name;
  }
  if (value >= 3000 && value <= 3999) {
    return "library or framework";
  }
  if (value >= 4000 && value <= 4999) {
    return "private use";
  }
  return value >= 1000 && value <= 2999 ? "reserved" : "out of range";
}

Expected<ClosePayload> ClosePayload::make(CloseCode code, std::string_view reason) {
  const auto value = static_cast<std::uint16_t>(code);
  if (!allowed_on_wire(code)) {
    return fail(ErrorCode::usage,
                fmt::format("close code {} ({}) must not be sent; use 1000-1003, 1007-1014 or "
                            "3000-4999",
                            value, name(code)));
  }
  if (reason.size() > kMaxCloseReason) {
    return fail(ErrorCode::usage, fmt::format("close reason has {} bytes; at most {} fit",
                                              reason.size(), kMaxCloseReason));
  }
  if (!is_utf8(reason)) {
    return fail(ErrorCode::usage, "close reason is not UTF-8");
  }
  ClosePayload payload;
  payload.bytes_[0] = static_cast<std::byte>(value >> 8);
  payload.bytes_[1] = static_cast<std::byte>(value & 0xFF);
  std::ranges::copy(std::as_bytes(std::span(reason)), payload.bytes_.begin() + 2);
  payload.size_ = 2 + reason.size();
  return payload;
}

std::string_view cut_close_reason(std::string_view reason) {
  if (reason.size() <= kMaxCloseReason) {
    return reason;
  }
  std::size_t end = kMaxCloseReason;
  while (end > 0 && (static_cast<unsigned char>(reason[end]) & 0xC0U) == 0x80) {
    --end;
  }
  return reason.substr(0, end);
}

std::expected<CloseStatus, Violation> parse_close_payload(std::span<const std::byte> payload) {
  if (payload.empty()) {
    return CloseStatus{};
  }
  if (payload.size() == 1) {
    return std::unexpected(Violation::close_one_byte);
  }
  const auto code = static_cast<CloseCode>(std::to_integer<unsigned>(payload[0]) << 8 |
                                           std::to_integer<unsigned>(payload[1]));
  if (!allowed_on_wire(code)) {
    return std::unexpected(Violation::close_bad_code);
  }
  const auto text = payload.subspan(2);
  if (!is_utf8(text)) {
    return std::unexpected(Violation::close_bad_utf8);
  }
  return CloseStatus{code, {reinterpret_cast<const char*>(text.data()), text.size()}};
}

}  // namespace wskit::wire
