// SPDX-License-Identifier: MIT
#include "serve/feed.h"

namespace wskit::serve {

Feed::Feed(const Parts& parts) : parts_(parts) {
  parts_.outlet.set_source(this);
}

Feed::~Feed() {
  close();
  parts_.outlet.set_source(nullptr);
}

void Feed::push(const pubsub::Piece& piece, const pubsub::QueueLimits& limits) {
  using Pushed = pubsub::OutQueue::Pushed;
  if (closed_) {
    return;
  }
  const std::size_t before = queue_.bytes();
  const std::uint64_t dropped = queue_.dropped();
  const Pushed pushed = queue_.push(piece, limits);
  count_bytes(before);
  if (pushed == Pushed::queued) [[likely]] {
    parts_.outlet.mark_dirty();
    return;
  }
  parts_.counts.dropped(limits.policy).add(queue_.dropped() - dropped);
  if (pushed == Pushed::overflow) {
    parts_.counts.overflows.add(1);
    close();
    parts_.owner.on_overflow();
  }
}

void Feed::close() {
  const std::size_t before = queue_.bytes();
  closed_ = true;
  queue_.clear();
  count_bytes(before);
}

void Feed::take(std::string& out, std::size_t max_bytes) {
  const std::size_t before = queue_.bytes();
  const bool was_backlogged = backlogged();
  queue_.take(
      max_bytes,
      [&](const pubsub::Piece& piece) {
        out += piece.bytes();
        messages_ += piece.is_notice() ? 0U : 1U;
      },
      [&](std::uint64_t messages) { parts_.owner.append_dropped(out, messages); });
  count_bytes(before);
  if (was_backlogged && !backlogged()) {
    parts_.owner.on_room();
  }
}

void Feed::count_bytes(std::size_t before) {
  parts_.counts.queued_bytes.add(queue_.bytes() - before);  // unsigned: may well be less
}

}  // namespace wskit::serve
