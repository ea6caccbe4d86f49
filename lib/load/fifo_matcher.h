// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "load/matcher.h"

namespace wskit::load {

/// Match::fifo: a reply belongs to the oldest unanswered message, and must be the same. One that
/// differs, and is the same as a later message of a few, belongs to that one: the server left one
/// out or changed the order. What timed out keeps its place (see Ledger).
class FifoMatcher final : public Matcher {
 public:
  explicit FifoMatcher(const Plan& plan);

  [[nodiscard]] std::span<const std::byte> message(std::uint32_t connection,
                                                   std::uint64_t sequence) override;
  [[nodiscard]] Reply read(std::uint32_t connection, const Ledger& ledger, ws::MessageType type,
                           std::span<const std::byte> payload) override;

 private:
  [[nodiscard]] bool same(std::uint32_t connection, std::uint64_t sequence,
                          std::span<const std::byte> payload);

  ws::MessageType type_;
  std::uint32_t connections_;
  std::vector<std::string> messages_;
};

}  // namespace wskit::load
