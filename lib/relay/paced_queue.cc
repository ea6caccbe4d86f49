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

void PacedQueue::insert(Item item, Instant due) {
  bytes_ += item.bytes.size();
  items_.emplace(due, std::move(item));
}

// At a rate each piece leaves when it would have passed whole.
void PacedQueue::put(std::string bytes, Instant due) {
  last_ = earliest(due);
  if (rate_ == 0) {
    return insert({.bytes = std::move(bytes)}, last_);
  }
  const std::uint64_t piece = std::clamp<std::uint64_t>(rate_ / kPiecesPerSecond, 1, kLargestPiece);
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    std::string part = bytes.substr(at, piece);
    last_ += time_of(part.size(), rate_);
    insert({.bytes = std::move(part)}, last_);
  }
}

void PacedQueue::put(Action action, Instant due) {
  last_ = earliest(due);
  insert({.action = action}, last_);
}

void PacedQueue::put_torn(std::string_view bytes, const Tearing& tearing, Instant due) {
  for (std::size_t at = 0; at < bytes.size(); at += tearing.bytes) {
    put(std::string(bytes.substr(at, tearing.bytes)), due);
    due = last_ + tearing.gap;
  }
}

void PacedQueue::put_aside(std::string bytes, Instant due) {
  insert({.bytes = std::move(bytes)}, due);
}

std::optional<PacedQueue::Item> PacedQueue::take(Instant now) {
  if (items_.empty() || items_.begin()->first > now) {
    return std::nullopt;
  }
  Item item = std::move(items_.begin()->second);
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
