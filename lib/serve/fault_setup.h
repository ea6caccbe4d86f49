// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "relay/fault_rule.h"
#include "serve/certificate.h"

namespace wskit::serve {

/// Whether clients may ask for faults: by a URL's "fault" fields, and over HTTP at /faults.
enum class FaultAsking : std::uint8_t {
  loopback,  // on a server that only this machine reaches, and that does not speak TLS
  on,
  off,
};

/// "auto", "on" or "off". Fails with ErrorCode::usage.
[[nodiscard]] Expected<FaultAsking> parse_fault_asking(std::string_view text);

/// What is to go wrong on a server's connections.
struct FaultSetup {
  std::vector<relay::FaultRule> rules;
  std::uint64_t seed = 1;
  FaultAsking asking = FaultAsking::loopback;
  /// For the faults of certificates, with TLS.
  std::optional<FlawedCertificates> certificates;
  /// The server is one of pub/sub.
  bool pubsub = false;
  /// Tells the log of each fault that happens.
  bool log = true;
};

}  // namespace wskit::serve
