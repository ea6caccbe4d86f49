// SPDX-License-Identifier: MIT
#include "load/plan.h"

#include <algorithm>
#include <limits>
#include <memory>

#include <fmt/format.h>

#include "load/echo_matcher.h"
#include "load/fifo_matcher.h"
#include "load/id_matcher.h"
#include "load/matcher.h"

namespace wskit::load {

std::uint32_t senders(const Plan& plan) {
  return plan.fanout ? plan.fanout->publishers : plan.connections;
}

std::vector<std::uint32_t> senders_of(const Plan& plan, const Slice& slice) {
  if (plan.fanout) {
    return members_of(*plan.fanout, plan.fanout->publishers, slice.index, slice.count);
  }
  std::vector<std::uint32_t> numbers;
  for (std::uint32_t c = slice.index; c < plan.connections; c += slice.count) {
    numbers.push_back(c);
  }
  return numbers;
}

std::uint32_t most_threads(const Plan& plan) {
  const std::size_t most = plan.fanout ? plan.fanout->topics.size() : plan.connections;
  return static_cast<std::uint32_t>(std::max<std::size_t>(1, most));
}

std::uint64_t quota_of(const Plan& plan, std::uint32_t number) {
  if (plan.max_messages == 0) {
    return std::numeric_limits<std::uint64_t>::max();
  }
  return plan.max_messages / senders(plan) + (number < plan.max_messages % senders(plan) ? 1 : 0);
}

Expected<void> validate(const Plan& plan) {
  if (plan.connections == 0) {
    return fail(ErrorCode::usage, "a load test needs at least one connection");
  }
  if (plan.model == stats::Model::open && plan.rate <= 0 && plan.stages.empty()) {
    return fail(ErrorCode::usage, "the open model needs a rate or stages");
  }
  if (plan.model == stats::Model::closed && plan.window == 0) {
    return fail(ErrorCode::usage, "the window is at least one message");
  }
  if (plan.script && (plan.model == stats::Model::open || plan.window != 1)) {
    return fail(ErrorCode::usage, "a script is played in the closed model, with a window of 1");
  }
  if (plan.fanout) {
    if (auto valid = validate(*plan.fanout); !valid) {
      return valid;
    }
  }
  if (plan.payload.size_bytes > Payload::kMaxSizeBytes) {
    return fail(ErrorCode::usage, fmt::format("--size {} is too large: at most {}, which is 1G",
                                              plan.payload.size_bytes, Payload::kMaxSizeBytes));
  }
  if (plan.match == Match::echo && !plan.payload.messages.empty()) {
    return fail(ErrorCode::usage,
                "--match echo makes its own messages; a payload goes with fifo or id");
  }
  if (plan.match != Match::echo && plan.payload.messages.empty()) {
    return fail(ErrorCode::usage, "--match fifo and id need --payload or --payload-jsonl");
  }
  constexpr Nanoseconds kLeastRange = std::chrono::milliseconds(1);
  constexpr Nanoseconds kMostRange = std::chrono::hours(24);
  if (plan.histogram.highest < kLeastRange || plan.histogram.highest > kMostRange) {
    return fail(ErrorCode::usage, "--hdr-max is from 1ms to 24h");
  }
  if (auto valid = stats::validate(plan.histogram); !valid) {
    return valid;
  }
  const std::size_t least = min_echo_size(plan.payload.type);
  if (plan.match == Match::echo && plan.payload.size_bytes < least) {
    return fail(ErrorCode::usage,
                fmt::format("--size {} is too small: the header that replies are matched by takes "
                            "{} bytes in {} messages",
                            plan.payload.size_bytes, least,
                            plan.payload.type == ws::MessageType::text ? "text" : "binary"));
  }
  return {};
}

Expected<std::unique_ptr<Matcher>> make_matcher(const Plan& plan) {
  if (auto valid = validate(plan); !valid) {
    return std::unexpected(std::move(valid.error()));
  }
  switch (plan.match) {
    case Match::fifo:
      return std::make_unique<FifoMatcher>(plan);
    case Match::id:
      return IdMatcher::make(plan);
    case Match::echo:
      break;
  }
  return std::make_unique<EchoMatcher>(plan);
}

}  // namespace wskit::load
