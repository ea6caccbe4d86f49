// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

#include "core/clock.h"

namespace wskit::serve {

/// Frames held back until they are due: in order of their instants across owners, and in the order
/// of their arrival for one owner, so that jitter never reorders a connection. Knows no clock.
template <class Owner>
class DelayQueue {
 public:
  /// A frame that would overtake an earlier one of its owner is due together with it.
  void push(Owner& owner, Instant due, std::string frame) {
    Line& line = lines_[&owner];
    if (line.frames.empty()) {
      heads_.emplace(due, &owner);
    } else {
      due = std::max(due, line.frames.back().due);
    }
    line.bytes += cost(frame);
    line.frames.push_back({due, std::move(frame)});
  }

  [[nodiscard]] std::optional<Instant> next_due() const {
    return heads_.empty() ? std::nullopt : std::optional(heads_.begin()->first);
  }

  /// Calls use(owner, frame) for each frame that is due. It must not change the queue.
  template <class Use>
  void release_due(Instant now, Use use) {
    while (!heads_.empty() && heads_.begin()->first <= now) {
      Owner* const owner = heads_.begin()->second;
      heads_.erase(heads_.begin());
      Line& line = lines_.at(owner);
      for (; !line.frames.empty() && line.frames.front().due <= now; line.frames.pop_front()) {
        line.bytes -= cost(line.frames.front().bytes);
        use(*owner, std::as_const(line.frames.front().bytes));
      }
      if (line.frames.empty()) {
        lines_.erase(owner);
      } else {
        heads_.emplace(line.frames.front().due, owner);
      }
    }
  }

  /// Takes all that is held for the owner, due or not, as one string.
  [[nodiscard]] std::string take(Owner& owner) {
    std::string all;
    const auto found = lines_.find(&owner);
    if (found != lines_.end()) {
      heads_.erase({found->second.frames.front().due, &owner});
      for (const Held& held : found->second.frames) {
        all += held.bytes;
      }
      lines_.erase(found);
    }
    return all;
  }

  /// Memory held for the owner, in bytes, the queue's own included.
  [[nodiscard]] std::size_t held_bytes(const Owner& owner) const {
    const auto found = lines_.find(const_cast<Owner*>(&owner));
    return found == lines_.end() ? 0 : found->second.bytes;
  }

 private:
  struct Held {
    Instant due;
    std::string bytes;
  };
  struct Line {
    std::deque<Held> frames;
    std::size_t bytes = 0;
  };

  static std::size_t cost(const std::string& frame) { return frame.size() + sizeof(Held); }

  std::unordered_map<Owner*, Line> lines_;
  std::set<std::pair<Instant, Owner*>> heads_;
};

}  // namespace wskit::serve
