// SPDX-License-Identifier: MIT
// A rule (the first line) and a stream of frames, legal or not (the rest), in pieces: whatever the
// rule does to it comes to an end, and a rule that never strikes changes no byte; where messages
// are kept until they are whole, control frames go ahead of the message that they stand in.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/check.h"
#include "relay/fault_stage.h"

namespace {

using wskit::check;
using wskit::Instant;
using namespace wskit::relay;

constexpr Instant kStart{std::chrono::hours(1)};
constexpr std::uint64_t kMostMadeUp = 1000;

struct Counting final : FaultStage::Owner {
  std::uint64_t fired = 0;

 private:
  void on_fired(const ActiveFault& /*fault*/, Instant /*now*/) override { ++fired; }
};

/// All that leaves, up to the first end of the stream.
std::string drain(PacedQueue& queue) {
  std::string out;
  bool ended = false;
  while (const auto due = queue.next()) {
    const auto item = queue.take(*due);
    check(item.has_value(), "what is due can be taken");
    ended = ended || item->action != PacedQueue::Action::write;
    if (!ended) {
      out += item->bytes;
    }
  }
  check(ended, "the end passes on");
  check(queue.bytes() == 0, "an empty queue has no bytes");
  return out;
}

/// The stream as it is to leave when nothing strikes.
std::string unstruck(const FaultRule& rule, std::string_view stream) {
  if (form_of(rule.kind).moment != FaultMoment::message) {
    return std::string(stream);
  }
  FrameCutter cutter(FrameCutter::kMostKept);
  std::string bytes;
  auto rest = wskit::as_bytes(stream);
  while (const auto unit = cutter.next(rest)) {
    bytes += unit->bytes;
  }
  check(rest.empty(), "all of the stream is cut");
  bytes += cutter.take_rest();
  check(bytes.size() == stream.size(), "no byte is lost in cutting");
  return bytes;
}

void run(const FaultRule& rule, std::string_view stream, std::size_t step) {
  PacedQueue queue;
  Counting owner;
  std::vector<ActiveFault> faults;
  auto live = std::make_shared<LiveFault>();  // shared with the stage
  live->rule = rule;
  faults.emplace_back(std::move(live), FaultDice(1));
  FaultStage stage(std::move(faults), wskit::script::Direction::recv, queue, owner);
  Instant now = kStart;
  stage.open(now, true);
  for (std::size_t at = 0; at < stream.size(); at += step) {
    stage.feed(wskit::as_bytes(stream.substr(at, step)), now);
    now += std::chrono::milliseconds(1);
    stage.tick(now);
  }
  stage.end(now);
  const std::string out = drain(queue);
  check(owner.fired > 0 || out == unstruck(rule, stream), "what no fault strikes is as it was");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(input.find('\n'), input.size());
  const auto rule = parse_fault(input.substr(0, end));
  // Large things are made in tests of their own.
  if (!rule || (rule->number.value_or(0) > kMostMadeUp && rule->kind != FaultKind::close)) {
    return 0;
  }
  const std::string_view stream = input.substr(std::min(end + 1, input.size()));
  run(*rule, stream, 1 + size % 7);
  run(*rule, stream, input.size() + 1);
  return 0;
}
