// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "relay/fault_rule.h"

namespace wskit::relay {

/// When a fault comes, and what its `percent` is of.
enum class FaultMoment : std::uint8_t {
  accept,   // before TLS; of the connections
  upgrade,  // in place of the server's answer, or in it; of the connections
  once,     // at one point of an open connection; of the connections
  flow,     // all the time of an open connection; of the connections
  message,  // with each text and binary message; of the messages
  pong,     // with each Pong; of the Pongs
};

/// What may stand behind a fault's name.
enum class FaultValue : std::uint8_t {
  none,
  duration,
  size,
  count,
  code,    // of a Close frame, or "none"
  status,  // of an HTTP answer
  token,   // a subprotocol, or "none"
  bit,     // 1 to 3
  opcode,  // a reserved one
  length,  // 16, 64 or huge
  flaw,    // of a certificate: expired or wrong-name
};

/// How rules of one kind are written.
struct FaultForm {
  FaultKind kind;
  FaultMoment moment;
  std::string_view name;
  FaultValue value;
  /// Where none is written; empty where one must be, or may be left out for "for ever".
  std::string_view default_value;
  bool may_lack_value;
  /// Its messages are the client's unless the rule says otherwise.
  bool is_of_client;
  /// Keys that not all kinds take, parted by spaces.
  std::string_view own_keys;
  /// For people.
  std::string_view what;
};

/// Of all kinds, in their order.
[[nodiscard]] std::span<const FaultForm> fault_forms();
[[nodiscard]] const FaultForm& form_of(FaultKind kind);

/// A line for each kind: how it is written and what it does.
[[nodiscard]] std::string describe_faults();

}  // namespace wskit::relay
