// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "core/error.h"
#include "load/ledger.h"
#include "load/plan.h"
#include "ws/handler.h"

namespace wskit::load {

/// What a received message is, before the ledger is asked about its sequence number.
struct Reply {
  enum class Kind : std::uint8_t {
    answer,       ///< To message `sequence`, as expected.
    corrupted,    ///< To message `sequence`, with other content.
    error_reply,  ///< To message `sequence`, saying that it failed.
    push,         ///< Sent by the server on its own.
    unmatched,    ///< To no message that we know.
  };
  Kind kind = Kind::unmatched;
  std::uint64_t sequence = 0;
};

/// Makes the messages of a run and tells which one a reply belongs to. One per thread; the same
/// seed makes the same messages.
class Matcher {
 public:
  virtual ~Matcher() = default;

  /// The payload of message `sequence` of connection `connection`; valid until the next call.
  [[nodiscard]] virtual std::span<const std::byte> message(std::uint32_t connection,
                                                           std::uint64_t sequence) = 0;

  [[nodiscard]] virtual Reply read(std::uint32_t connection, const Ledger& ledger,
                                   ws::MessageType type, std::span<const std::byte> payload) = 0;
};

/// The matcher that the plan asks for. Fails with ErrorCode::usage when the payload does not suit
/// it: too small for the echo header, or not JSON for Match::id.
[[nodiscard]] Expected<std::unique_ptr<Matcher>> make_matcher(const Plan& plan);

}  // namespace wskit::load
