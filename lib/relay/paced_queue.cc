// SPDX-License-Identifier: MIT
#include "relay/paced_queue.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace wskit::relay {
namespace {

constexpr std::uint64_t kNanosecondsPerSecond = 1'000'000'000;
/// With a rate, pieces are as long as passes in a hundredth of a second, as far as that is
/// sensible.
constexpr std::uint64_t kPiecesPerSecond = 100;
constexpr std::uint64_t kLargestPiece = std::uint64_t{16} << 10;

Nanoseconds time_of(std::uint64_t bytes, std::uint64_t rate) {
  return Nanoseconds(static_cast<std::int64_t>(bytes * kNanosecondsPerSecond / rate));
}

}  // namespace

void PacedQueue::insert(Item item, Instant due, Instant leaves) {
  bytes_ += item.bytes.size();
  items_.emplace(leaves, Entry{.item = std::move(item), .due = due});
}

void PacedQueue::set_rate(std::uint64_t rate) {
  if (std::exchange(rate_, rate) != rate) {
    put_again();
  }
}

void PacedQueue::hold_until(Instant until) {
  held_until_ = until;
  last_ = std::max(last_, until);
}

void PacedQueue::end_hold() {
  held_until_ = {};
  put_again();
}

void PacedQueue::put_again() {
  auto items = std::exchange(items_, {});
  bytes_ = 0;
  last_ = held_until_;
  for (auto& [leaves, entry] : items) {
    if (!entry.due) {
      put_aside(std::move(entry.item.bytes), leaves);
    } else if (entry.item.action == Action::write) {
      put(std::move(entry.item.bytes), *entry.due);
    } else {
      put(entry.item.action, *entry.due);
    }
  }
}

// At a rate each piece leaves when it would have passed whole.
void PacedQueue::put(std::string bytes, Instant due) {
  last_ = earliest(due);
  if (rate_ == 0) {
    return insert({.bytes = std::move(bytes)}, due, last_);
  }
  const std::uint64_t piece = std::clamp<std::uint64_t>(rate_ / kPiecesPerSecond, 1, kLargestPiece);
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    std::string part = bytes.substr(at, piece);
    last_ += time_of(part.size(), rate_);
    insert({.bytes = std::move(part)}, due, last_);
  }
}

void PacedQueue::put(Action action, Instant due) {
  last_ = earliest(due);
  insert({.action = action}, due, last_);
}

void PacedQueue::put_torn(std::string_view bytes, const Tearing& tearing, Instant due) {
  for (std::size_t at = 0; at < bytes.size(); at += tearing.bytes) {
    put(std::string(bytes.substr(at, tearing.bytes)), due);
    due = last_ + tearing.gap;
  }
}

void PacedQueue::put_aside(std::string bytes, Instant due) {
  bytes_ += bytes.size();
  items_.emplace(due, Entry{.item = {.bytes = std::move(bytes)}, .due = std::nullopt});
}

std::optional<PacedQueue::Item> PacedQueue::take(Instant now) {
  if (items_.empty() || items_.begin()->first > now) {
    return std::nullopt;
  }
  Item item = std::move(items_.begin()->second.item);
  items_.erase(items_.begin());
  bytes_ -= item.bytes.size();
  return item;
}

std::optional<Instant> PacedQueue::next() const {
  return items_.empty() ? std::nullopt : std::optional(items_.begin()->first);
}

void PacedQueue::clear() {
  items_.clear();
  bytes_ = 0;
}

}  // namespace wskit::relay
