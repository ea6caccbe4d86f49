// SPDX-License-Identifier: MIT
// Bytes as pieces pushed to one receiver's queue and taken from it: nothing is missing that the
// queue does not tell of, where it is missing, and the limit holds.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "core/check.h"
#include "pubsub/out_queue.h"

namespace {

using wskit::check;
using namespace wskit::pubsub;
using Pushed = OutQueue::Pushed;

constexpr std::array kPolicies{SlowPolicy::close, SlowPolicy::drop_new, SlowPolicy::drop_old,
                               SlowPolicy::latest};
constexpr std::array<const char*, 3> kTopics{"a", "b", "c"};

/// The receiver: pieces are numbered in the order in which they are pushed, notices are not.
class Reader {
 public:
  explicit Reader(const QueueLimits& limits) : limits_(limits) {}

  void push(const char* topic, std::size_t padding) {
    const std::string bytes = std::to_string(pushed_) + std::string(padding, ' ');
    const bool was_empty = queue_.empty();
    const Pushed result = queue_.push(Piece(topic, bytes), limits_);
    check(result != Pushed::overflow || limits_.policy == SlowPolicy::close, "only close closes");
    check(result == Pushed::queued || !was_empty, "a single piece fits");
    if (result != Pushed::overflow) {
      ++pushed_;
    }
    // Notices may exceed it once more, and beside them a single piece still fits.
    largest_ = std::max(largest_, bytes.size() + OutQueue::kEntryBytes);
    const std::size_t limit =
        notices_ > 0 ? 2 * limits_.max_bytes + largest_ : std::max(limits_.max_bytes, largest_);
    check(queue_.bytes() <= limit, "the limit holds");
  }

  void push_notice() {
    if (queue_.push(Piece("!"), limits_) == Pushed::queued) {
      ++notices_;
    }
  }

  void take(std::size_t max_bytes) {
    queue_.take(
        max_bytes, [this](const Piece& piece) { on_piece(piece); },
        [this](std::uint32_t count) { told_ += count; });
  }

  void finish() {
    take(SIZE_MAX);
    check(queue_.empty() && queue_.bytes() == 0, "all is taken");
    check(notices_ == 0, "no notice is lost");
    check(came_ + told_ == pushed_, "each piece came, or was told to be dropped");
    check(told_ == queue_.dropped(), "what was dropped was told");
  }

 private:
  void on_piece(const Piece& piece) {
    if (piece.is_notice()) {
      check(notices_ > 0, "a notice comes once");
      --notices_;
      return;
    }
    const std::size_t number = std::stoul(std::string(piece.bytes()));
    check(number >= next_, "pieces come once and in order");
    // Where only the last of each topic is kept, a later piece may come before an earlier loss.
    if (limits_.policy != SlowPolicy::latest) {
      check(number == came_ + told_, "what was dropped is told where it is missing");
    }
    next_ = number + 1;
    ++came_;
  }

  QueueLimits limits_;
  OutQueue queue_;
  std::size_t pushed_ = 0;
  std::size_t largest_ = 0;
  std::size_t notices_ = 0;  // waiting
  std::size_t came_ = 0;
  std::size_t told_ = 0;
  std::size_t next_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) {
    return 0;
  }
  Reader reader({.policy = kPolicies.at(data[0] % kPolicies.size()),
                 .max_bytes = (1 + data[1] % 32) * OutQueue::kEntryBytes});
  for (const std::uint8_t byte : std::span(data, size).subspan(2)) {
    const std::size_t argument = byte / 8;
    switch (byte % 8) {
      case 0:
        reader.push_notice();
        break;
      case 1:
        reader.take(argument);
        break;
      default:
        reader.push(kTopics.at(argument % kTopics.size()), byte % 8 == 2 ? 10 * argument : 0);
        break;
    }
  }
  reader.finish();
  return 0;
}
