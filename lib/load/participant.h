// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/error.h"
#include "load/fanout_plan.h"
#include "ws/connection.h"
#include "ws/handler.h"

namespace wskit::load {

/// One connection of a load test and what it does, as a Worker sees it through the phases.
class Participant {
 public:
  virtual ~Participant() = default;

  virtual void connect() = 0;
  /// Closed model: begins what there is room for.
  virtual void fill_window(Instant now) = 0;

  /// What may still be begun in the measure phase: this connection's share of the plan's limit.
  [[nodiscard]] virtual std::uint64_t quota_left() const = 0;
  /// Begun and not accounted for.
  [[nodiscard]] virtual std::size_t unresolved() const = 0;
  /// Of these, what times out by itself.
  [[nodiscard]] virtual std::size_t in_flight() const = 0;

  /// Starts the close handshake.
  virtual void close() = 0;
  /// What is not in the send queue yet will not be sent.
  virtual void give_up_waiting(ErrorCode cause) = 0;
  /// Ends the connection at once; what is outstanding is accounted for.
  virtual void abandon(ErrorCode cause) = 0;
};

/// Sends `messages` as text, with `topic` for {{topic}}.
void send_each(ws::Connection& connection, const std::vector<std::string>& messages,
               const std::string& topic);

/// Answers the pings of the server's own protocol in `message`. Whether it is nothing else.
bool answer_pings(ws::Connection& connection, const FanoutPlan& plan,
                  std::span<const std::byte> message);

/// Why a connection that was closed in order is not there any more.
[[nodiscard]] Error error_of(const ws::Closed& closed);

}  // namespace wskit::load
