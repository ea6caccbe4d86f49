// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "relay/fault_plan.h"

namespace wskit::serve {

class ServiceThread;
class Session;

/// The faults of one WebSocket that happen when its client recovers something within its protocol.
/// They are the server's to make happen: on the wire nothing tells such a request from others.
class ResumingFaults {
 public:
  /// Both outlive it.
  ResumingFaults(ServiceThread& thread, const Session& session);

  /// Something is to be recovered now: what is to happen, which is told and counted; nothing where
  /// it is to go well.
  [[nodiscard]] std::optional<relay::FaultKind> strike();

 private:
  ServiceThread& thread_;
  std::uint64_t connection_ = 0;
  std::vector<relay::ActiveFault> faults_;
};

}  // namespace wskit::serve
