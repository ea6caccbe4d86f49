// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/clock.h"
#include "relay/fault_plan.h"
#include "relay/fault_stage.h"
#include "relay/paced_queue.h"
#include "wire/http.h"

namespace wskit::relay {

/// The faults of the server's answer to the upgrade.
class AnswerFaults {
 public:
  enum class State : std::uint8_t {
    reading,
    open,     // 101: frames follow
    other,    // what follows is no WebSocket's
    stalled,  // nothing goes on
  };

  /// `queue` and `owner` outlive it.
  AnswerFaults(std::vector<ActiveFault> faults, PacedQueue& queue, FaultStage::Owner& owner);

  /// Takes what belongs to the answer off `bytes`, and puts what becomes of it into the queue.
  void feed(std::span<const std::byte>& bytes, Instant now);
  [[nodiscard]] State state() const { return state_; }
  /// Once open: permessage-deflate was agreed on.
  [[nodiscard]] bool has_compression() const { return compression_; }
  /// What is there of an answer that did not come whole.
  [[nodiscard]] std::string take_rest() { return std::move(head_); }

 private:
  void end_head(Instant now);
  /// Returns when the head is due.
  [[nodiscard]] Instant apply(Instant now);

  std::vector<ActiveFault> faults_;
  PacedQueue& queue_;
  FaultStage::Owner& owner_;
  State state_ = State::reading;
  std::unique_ptr<wire::HttpResponseParser> parser_;
  std::string head_;
  bool compression_ = false;
};

/// The answer of a rule of FaultKind::reject, whole.
[[nodiscard]] std::string rejection_of(const FaultRule& rule);

}  // namespace wskit::relay
