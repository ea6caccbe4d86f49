// SPDX-License-Identifier: MIT
#include "pubsub/out_queue.h"

#include "core/bytes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_set>
#include <utility>

namespace wskit::pubsub {
namespace {

constexpr std::array kPolicies{SlowPolicy::close, SlowPolicy::drop_new, SlowPolicy::drop_old,
                               SlowPolicy::latest};

// It may go, so that another one fits.
bool may_go(const OutQueue::Entry& entry) {
  return !entry.piece.is_notice() &&
         (entry.policy == SlowPolicy::drop_old || entry.policy == SlowPolicy::latest);
}

}  // namespace

Expected<SlowPolicy> parse_slow_policy(std::string_view text) {
  const auto* const found = std::ranges::find(kPolicies, text, name);
  if (found == kPolicies.end()) {
    return fail(
        ErrorCode::usage,
        fmt::format("'{}' is no policy for slow receivers: close, drop-new, drop-old, latest",
                    escape(text)));
  }
  return *found;
}

std::string_view name(SlowPolicy policy) {
  switch (policy) {
    case SlowPolicy::close:
      return "close";
    case SlowPolicy::drop_new:
      return "drop-new";
    case SlowPolicy::drop_old:
      return "drop-old";
    case SlowPolicy::latest:
      return "latest";
  }
  return "";
}

OutQueue::Pushed OutQueue::push(const Piece& piece, const QueueLimits& limits) {
  const std::size_t more = cost(piece);
  const std::uint64_t dropped_before = dropped_;
  if (limits.share != 0 && !fits_share(more, limits)) {
    if (limits.policy == SlowPolicy::close) {
      return Pushed::overflow;
    }
    if (limits.policy == SlowPolicy::drop_new) {
      return drop_coming();
    }
    make_room_in_share(piece, limits);
  }
  if (fits(more, limits)) [[likely]] {
    append(piece, limits);
    return dropped_ == dropped_before ? Pushed::queued : Pushed::dropped;
  }
  if (limits.policy == SlowPolicy::close) {
    return Pushed::overflow;
  }
  if (piece.is_notice()) {
    if (bytes_ + more > 2 * limits.max_bytes) {
      return Pushed::overflow;
    }
    append(piece, limits);
    return Pushed::queued;
  }
  if (limits.policy == SlowPolicy::drop_new || !make_room(piece, limits)) {
    return drop_coming();
  }
  append(piece, limits);
  return Pushed::dropped;
}

OutQueue::Pushed OutQueue::drop_coming() {
  ++dropped_;
  ++dropped_last_;
  return Pushed::dropped;
}

bool OutQueue::fits_share(std::size_t more, const QueueLimits& limits) const {
  const std::size_t bytes = limits.share <= shares_.size() ? shares_[limits.share - 1].bytes : 0;
  return bytes == 0 || bytes + more <= limits.max_share_bytes;
}

bool OutQueue::has_crowded_share() const {
  return std::ranges::any_of(shares_,
                             [](const Share& share) { return share.bytes > share.max_bytes / 2; });
}

// Of a share all pieces have the same policy: they may all go.
void OutQueue::make_room_in_share(const Piece& coming, const QueueLimits& limits) {
  const std::size_t more = cost(coming);
  const std::size_t all = limits.max_share_bytes;
  std::size_t room = all > more ? all - more : 0;
  const Share& share = shares_[limits.share - 1];
  if (limits.policy == SlowPolicy::latest) {
    keep_latest(coming.topic(), limits.share);
    room = std::min(room, share.bytes > all / 4 * 3 ? all / 4 * 3 : share.bytes);
  }
  if (share.bytes > room) {
    drop_if([&](const Entry& entry) { return share.bytes > room && entry.share == limits.share; });
  }
}

// False when messages that may not go take the room.
bool OutQueue::make_room(const Piece& coming, const QueueLimits& limits) {
  const std::size_t more = cost(coming);
  const std::size_t room = limits.max_bytes > more ? limits.max_bytes - more : 0;
  if (limits.policy == SlowPolicy::drop_old) {
    drop_oldest_above(room);
  } else {
    keep_latest(coming.topic(), 0);
    // Otherwise a queue of many topics would be gone through for every message.
    if (bytes_ > limits.max_bytes / 4 * 3 || bytes_ > room) {
      drop_oldest_above(std::min(limits.max_bytes / 4 * 3, room));
    }
  }
  const auto is_message = [](const Entry& entry) { return !entry.piece.is_notice(); };
  return bytes_ <= room || std::none_of(entries_.begin() + static_cast<std::ptrdiff_t>(head_),
                                        entries_.end(), is_message);
}

void OutQueue::clear() {
  entries_ = {};
  shares_ = {};
  head_ = 0;
  bytes_ = 0;
  dropped_last_ = 0;
}

void OutQueue::append(const Piece& piece, const QueueLimits& limits) {
  if (entries_.capacity() == 0) {
    entries_.reserve(kSpareEntries);
  }
  entries_.emplace_back(piece, std::exchange(dropped_last_, 0), limits.policy, limits.share);
  bytes_ += cost(piece);
  if (limits.share == 0) [[likely]] {
    return;
  }
  if (shares_.size() < limits.share) {
    shares_.resize(limits.share);
  }
  Share& share = shares_[limits.share - 1];
  share.bytes += cost(piece);
  share.max_bytes = limits.max_share_bytes;
}

// It is about to go.
void OutQueue::forget(const Entry& entry) {
  bytes_ -= cost(entry.piece);
  if (entry.share != 0) {
    shares_[entry.share - 1].bytes -= cost(entry.piece);
  }
}

void OutQueue::pop() {
  forget(entries_[head_]);
  entries_[head_] = {};
  ++head_;
  // A queue that never gets empty must not keep what it has taken.
  constexpr std::size_t kWorthMoving = 64;
  if (head_ >= kWorthMoving && 2 * head_ >= entries_.size()) {
    entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(head_));
    head_ = 0;
  }
}

void OutQueue::release() {
  head_ = 0;
  entries_.clear();
  if (entries_.capacity() > kSpareEntries) {
    entries_ = {};
    shares_ = {};
  }
}

void OutQueue::drop_oldest_above(std::size_t max_bytes) {
  while (!empty() && bytes_ > max_bytes && may_go(entries_[head_])) {
    const std::uint32_t dropped = entries_[head_].dropped + 1;
    pop();
    ++dropped_;
    (empty() ? dropped_last_ : entries_[head_].dropped) += dropped;
  }
  if (bytes_ > max_bytes) {
    drop_if([&](const Entry& entry) { return bytes_ > max_bytes && may_go(entry); });
  }
}

// Of one share, or with 0 of all.
void OutQueue::keep_latest(std::string_view coming, std::uint8_t share) {
  std::unordered_set<std::string_view> later{coming};
  std::vector<bool> outdated(pieces());
  for (std::size_t i = pieces(); i-- > 0;) {
    const Entry& entry = entries_[head_ + i];
    outdated[i] = !entry.piece.is_notice() && entry.policy == SlowPolicy::latest &&
                  (share == 0 || entry.share == share) && !later.insert(entry.piece.topic()).second;
  }
  std::size_t i = 0;
  drop_if([&](const Entry&) { return outdated[i++]; });
}

template <class Drop>
void OutQueue::drop_if(Drop&& drop) {
  std::uint32_t dropped = 0;  // that the next one to stay has to tell of
  std::size_t kept = head_;
  for (std::size_t i = head_; i < entries_.size(); ++i) {
    Entry& entry = entries_[i];
    if (drop(entry)) {
      forget(entry);
      ++dropped_;
      dropped += entry.dropped + 1;
      continue;
    }
    entry.dropped += std::exchange(dropped, 0);
    if (kept != i) {
      entries_[kept] = std::move(entry);
    }
    ++kept;
  }
  entries_.resize(kept);
  dropped_last_ += dropped;
}

}  // namespace wskit::pubsub
