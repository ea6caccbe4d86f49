// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "load/fanout_plan.h"
#include "load/schedule.h"
#include "load/script_plan.h"
#include "stats/histogram_layout.h"
#include "stats/run_result.h"
#include "ws/handler.h"

namespace wskit::load {

/// How a reply finds its message (MEASURES, "Matching").
enum class Match : std::uint8_t {
  echo,  ///< By a header at the start of the payload, then filler that is compared.
  fifo,  ///< In order, with the whole payload compared.
  id,    ///< By a member of the reply, a JSON document.
};

/// What happens to a message that is behind schedule when the next one of its connection is due.
enum class Late : std::uint8_t { send, drop };

enum class OnClose : std::uint8_t { stop, reconnect };

/// What is sent. Without `messages`, messages of `size_bytes` with the echo header are generated.
struct Payload {
  static constexpr std::uint64_t kMaxSizeBytes = std::uint64_t{1} << 30;

  ws::MessageType type = ws::MessageType::text;
  std::uint64_t size_bytes = 64;  ///< At most kMaxSizeBytes.
  /// Sent in turn: message n of connection c is number (n * connections + c) mod size.
  std::vector<std::string> messages;
};

/// A load test, all of it but where it goes.
struct Plan {
  stats::Model model = stats::Model::closed;
  /// Open model: messages a second over all connections, or stages of it.
  double rate = 0;
  std::vector<Stage> stages;
  bool poisson = false;
  /// Closed model: messages in flight per connection.
  std::uint32_t window = 1;

  std::uint32_t connections = 50;
  Nanoseconds duration = std::chrono::seconds(10);
  /// Ends the measure phase after so many messages, all connections together; 0 for no limit.
  std::uint64_t max_messages = 0;
  Nanoseconds warmup{0};

  /// New connections a second, all threads together; 0 for as fast as `connect_concurrency` lets.
  double connect_rate = 0;
  /// Handshakes under way at one time, all threads together.
  std::uint32_t connect_concurrency = 100;

  Payload payload;
  Match match = Match::echo;
  /// Where the id stands in request and reply (RFC 6901).
  std::string id_pointer = "/id";

  /// From the offer of a message to the kernel until it counts as unanswered.
  Nanoseconds timeout = std::chrono::seconds(10);
  Late late = Late::send;
  OnClose on_close = OnClose::stop;
  std::uint64_t seed = 0;
  /// Closed model, window 1: each iteration is what a message is otherwise. `timeout` is what `<`
  /// waits where the script does not say it, and how long the last iterations may take.
  std::optional<ScriptPlan> script;
  /// Publishers send and subscribers of their topics receive, all of them `connections`.
  std::optional<FanoutPlan> fanout;
  /// Precision and range of everything that is measured; 1 ms to 24 h is the highest value.
  stats::HistogramConfig histogram;
};

/// One thread's part: connection c belongs to it if c mod count == index; in a fan-out the same of
/// topics, with all who publish to them and subscribe to them.
struct Slice {
  std::uint32_t index = 0;
  std::uint32_t count = 1;
};

/// How many of the connections send: all of them but for subscribers.
[[nodiscard]] std::uint32_t senders(const Plan& plan);
/// The numbers of those that are in the slice, ascending.
[[nodiscard]] std::vector<std::uint32_t> senders_of(const Plan& plan, const Slice& slice);

/// Threads that have something to do, at most.
[[nodiscard]] std::uint32_t most_threads(const Plan& plan);

/// A sender's share of `max_messages`; without a limit the greatest number there is.
[[nodiscard]] std::uint64_t quota_of(const Plan& plan, std::uint32_t number);

/// Fails with ErrorCode::usage and what to change when the parts of the plan contradict each other.
[[nodiscard]] Expected<void> validate(const Plan& plan);

}  // namespace wskit::load
