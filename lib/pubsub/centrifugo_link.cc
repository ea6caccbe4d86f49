// SPDX-License-Identifier: MIT
#include "pubsub/centrifugo_link.h"

#include <cstddef>

#include "pubsub/wire_format.h"

namespace wskit::pubsub {
namespace {

constexpr std::size_t kMaxSharedBytes = std::size_t{64} << 10;

Piece centrifugo_frame_of(std::string_view text) {
  std::string frame;
  append_text_frame(frame, text);
  return Piece(frame);
}

}  // namespace

void CentrifugoLink::reply(std::string_view text) {
  if (ended_) {
    return;
  }
  if (replies_.empty()) {
    peer_.flush_later();
  } else {
    replies_ += '\n';
  }
  replies_ += text;
  if (replies_.size() > kMaxSharedBytes) {
    flush();
  }
}

void CentrifugoLink::fail(std::uint32_t id, CentrifugoError error) {
  if (error == CentrifugoError::permission_denied) {
    peer_.note_forbidden();
  }
  reply(centrifugo_failed(id, error));
}

void CentrifugoLink::push(std::string_view text) {
  push(centrifugo_frame_of(text));
}

void CentrifugoLink::push(const Piece& piece) {
  flush();
  if (!ended_) {
    peer_.push(piece);
  }
}

void CentrifugoLink::flush() {
  if (!ended_ && !replies_.empty()) {
    peer_.push(centrifugo_frame_of(std::exchange(replies_, {})));
  }
}

void CentrifugoLink::disconnect(CentrifugoDisconnect why) {
  flush();
  if (end()) {
    on_end_();
    peer_.close(why);
  }
}

bool CentrifugoLink::full() const {
  return peer_.backlogged() || replies_.size() > kMaxSharedBytes;
}

}  // namespace wskit::pubsub
