// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "load/matcher.h"

namespace wskit::load {

/// Smallest payload that holds the header: 16 bytes, or their 22 characters of base64url in text.
[[nodiscard]] std::size_t min_echo_size(ws::MessageType type);

/// Match::echo. The header is run id (32 bits, from the seed), connection (32) and sequence (64),
/// big-endian; filler follows, the same in all messages of a run.
class EchoMatcher final : public Matcher {
 public:
  explicit EchoMatcher(const Plan& plan);

  [[nodiscard]] std::span<const std::byte> message(std::uint32_t connection,
                                                   std::uint64_t sequence) override;
  [[nodiscard]] Reply read(std::uint32_t connection, const Ledger& ledger, ws::MessageType type,
                           std::span<const std::byte> payload) override;

 private:
  ws::MessageType type_;
  std::uint32_t run_id_;
  std::size_t header_size_;
  std::vector<std::byte> message_;
};

}  // namespace wskit::load
