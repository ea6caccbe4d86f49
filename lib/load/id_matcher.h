// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/json.h"
#include "load/matcher.h"

namespace wskit::load {

/// Match::id: every message is a JSON object with the sequence number at a pointer (a string if the
/// template has a string there), and the reply carries it at the same place. A reply with a member
/// "error" that is not null is an error reply; one without the pointer is a push.
class IdMatcher final : public Matcher {
 public:
  IdMatcher(const Plan& plan, Json::json_pointer pointer)
      : connections_(plan.connections), pointer_(std::move(pointer)) {}
  /// Fails with ErrorCode::usage when a message of the plan is no JSON object or cannot hold the
  /// pointer.
  [[nodiscard]] static Expected<std::unique_ptr<Matcher>> make(const Plan& plan);

  [[nodiscard]] std::span<const std::byte> message(std::uint32_t connection,
                                                   std::uint64_t sequence) override;
  [[nodiscard]] Reply read(std::uint32_t connection, const Ledger& ledger, ws::MessageType type,
                           std::span<const std::byte> payload) override;

 private:
  /// A message cut at the id.
  struct Template {
    std::string before;
    std::string after;
  };

  [[nodiscard]] Expected<void> add(const std::string& message);

  std::uint32_t connections_;
  Json::json_pointer pointer_;
  std::vector<Template> templates_;
  std::string message_;
};

}  // namespace wskit::load
