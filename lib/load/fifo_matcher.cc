// SPDX-License-Identifier: MIT
#include "load/fifo_matcher.h"

#include <algorithm>
#include <optional>

#include "core/check.h"

namespace wskit::load {

FifoMatcher::FifoMatcher(const Plan& plan)
    : type_(plan.payload.type), connections_(plan.connections), messages_(plan.payload.messages) {
  check(!messages_.empty(), "a fifo run has messages to send");
}

std::span<const std::byte> FifoMatcher::message(std::uint32_t connection, std::uint64_t sequence) {
  const std::size_t index =
      static_cast<std::size_t>((sequence * connections_ + connection) % messages_.size());
  return std::as_bytes(std::span(messages_[index]));
}

Reply FifoMatcher::read(std::uint32_t connection, const Ledger& ledger, ws::MessageType type,
                        std::span<const std::byte> payload) {
  const auto oldest = ledger.oldest_unanswered();
  if (!oldest) {
    return {.kind = Reply::Kind::push};
  }
  if (type != type_) {
    return {.kind = Reply::Kind::corrupted, .sequence = *oldest};
  }
  constexpr std::uint64_t kLookAhead = 64;
  const std::uint64_t end = std::min(ledger.next_unoffered(), *oldest + kLookAhead);
  for (std::uint64_t sequence = *oldest; sequence < end; ++sequence) {
    if (ledger.is_unanswered(sequence) && same(connection, sequence, payload)) {
      return {.kind = Reply::Kind::answer, .sequence = sequence};
    }
  }
  return {.kind = Reply::Kind::corrupted, .sequence = *oldest};
}

bool FifoMatcher::same(std::uint32_t connection, std::uint64_t sequence,
                       std::span<const std::byte> payload) {
  return std::ranges::equal(message(connection, sequence), payload);
}

}  // namespace wskit::load
