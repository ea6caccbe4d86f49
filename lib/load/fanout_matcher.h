// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/json.h"
#include "load/echo_matcher.h"
#include "load/matcher.h"
#include "load/plan.h"
#include "ws/handler.h"

namespace wskit::load {

/// Makes what publishers send, with the header of Match::echo in it, and tells which message a
/// subscriber has received. One per thread; `plan` is valid and has a fan-out.
class FanoutMatcher {
 public:
  explicit FanoutMatcher(const Plan& plan);

  [[nodiscard]] ws::MessageType type() const { return type_; }
  /// Valid until the next call.
  [[nodiscard]] std::span<const std::byte> message(std::uint32_t publisher, std::uint64_t sequence);

  struct Delivery {
    /// answer, corrupted, push (nothing stands at the pointer) or unmatched.
    Reply::Kind kind = Reply::Kind::unmatched;
    std::uint32_t publisher = 0;
    std::uint64_t sequence = 0;
  };
  /// Without a pointer: what is received is the payload.
  [[nodiscard]] bool whole() const { return whole_; }
  [[nodiscard]] Delivery read(ws::MessageType type, std::span<const std::byte> payload) const;
  /// With a pointer: a document has one delivery, or each line has a document, as servers put them
  /// together that have several at once. Valid until the next call.
  [[nodiscard]] std::span<const Delivery> read_json(std::span<const std::byte> payload);

 private:
  [[nodiscard]] Delivery identify(std::span<const std::byte> payload, bool same_type) const;
  [[nodiscard]] Delivery delivery_in(const Json& json) const;

  EchoMatcher payloads_;
  ws::MessageType type_;
  bool whole_;
  Json::json_pointer pointer_;
  /// What to publish with the topic in it, one for each; none: the payload alone.
  std::vector<std::string> templates_;
  std::string message_;
  std::vector<Delivery> found_;
};

}  // namespace wskit::load
