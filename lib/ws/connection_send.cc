// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstring>
#include <utility>

#include "core/check.h"
#include "wire/frame.h"
#include "ws/connection.h"
#include "ws/connection_watch.h"

namespace wskit::ws {
namespace {

/// Pongs are held back above this many unsent bytes: a peer that pings and does not read must not
/// fill our memory.
constexpr std::size_t kPongRoom = std::size_t{64} << 10;

}  // namespace

SendResult Connection::queued() {
  if (unsent_ > context_.options.high_watermark) [[unlikely]] {
    backpressure_ = true;
    return SendResult::backpressure;
  }
  return SendResult::queued;
}

SendResult Connection::send_any(MessageType type, std::span<const std::byte> payload) {
  const std::size_t most = context_.options.max_unsent_bytes;
  if (state_ != State::open || unsent_ > most || payload.size() > most - unsent_) {
    return SendResult::dropped;
  }
  if (deflate_ != nullptr) {
    put_frame({.opcode = opcode_of(type), .rsv1 = true}, deflate_->compress(payload));
  } else {
    put_frame({.opcode = opcode_of(type)}, payload);
  }
  return queued();
}

SendResult Connection::send_control(wire::Opcode opcode, std::span<const std::byte> payload) {
  check(payload.size() <= wire::kMaxControlPayload, "a control frame has at most 125 bytes");
  if (state_ != State::open || unsent_ > context_.options.max_unsent_bytes) {
    return SendResult::dropped;
  }
  put_frame({.opcode = opcode}, payload);
  return queued();
}

SendResult Connection::send_raw(std::span<const std::byte> bytes) {
  const std::size_t most = context_.options.max_unsent_bytes;
  if (state_ != State::open || unsent_ > most || bytes.size() > most - unsent_) {
    return SendResult::dropped;
  }
  if (!bytes.empty()) {
    std::memcpy(stream_->prepare(bytes.size()).data(), bytes.data(), bytes.size());
    commit(bytes.size());
  }
  return queued();
}

void Connection::put_frame(wire::FrameHeader header, std::span<const std::byte> payload) {
  if (role_ == wire::Role::client) {
    header.masked = true;
    header.mask_key = context_.masks.next();
  }
  const std::span<std::byte> room = stream_->prepare(wire::max_frame_size(payload.size()));
  commit(wire::encode_frame(room, header, payload));
}

void Connection::put_close(const wire::ClosePayload& payload) {
  put_frame({.opcode = wire::Opcode::close}, payload.bytes());
}

Expected<void> Connection::close(wire::CloseCode code, std::string_view reason) {
  const auto payload = code == wire::CloseCode::no_status
                           ? Expected<wire::ClosePayload>(wire::ClosePayload{})
                           : wire::ClosePayload::make(code, reason);
  if (!payload) {
    return std::unexpected(payload.error());
  }
  if (state_ == State::open) {
    put_close(*payload);
    state_ = State::close_sent;
    held_pong_.reset();
    arm_deadline();
  }
  return {};
}

void Connection::answer_ping(std::span<const std::byte> payload) {
  if (state_ != State::open || !answers_pings_) {
    return;
  }
  if (unsent_ < kPongRoom) {
    put_frame({.opcode = wire::Opcode::pong}, payload);
  } else {
    held_pong_ = std::make_unique<std::vector<std::byte>>(payload.begin(), payload.end());
  }
}

void Connection::arm_deadline() {
  deadline_.arm(context_.loop.now() + context_.options.close_timeout);
}

void Connection::on_sent(std::size_t bytes) {
  if (upgrade_unsent_ != 0) [[unlikely]] {
    const std::size_t of_upgrade = std::min(bytes, upgrade_unsent_);
    upgrade_unsent_ -= of_upgrade;
    bytes -= of_upgrade;
    if (bytes == 0) {
      return;
    }
  }
  context_.traffic.sent += bytes;
  unsent_ -= bytes;
  if (state_ == State::open && !backpressure_ && held_pong_ == nullptr) [[likely]] {
    handler_.on_flushed(bytes);
  } else {
    sent_otherwise(bytes);
  }
}

void Connection::sent_otherwise(std::size_t bytes) {
  if (held_pong_ != nullptr && unsent_ < kPongRoom) {
    const auto pong = std::move(held_pong_);
    put_frame({.opcode = wire::Opcode::pong}, *pong);
  }
  if (deadline_.armed()) {
    // The Close frame may stand behind much that a slow peer still takes.
    arm_deadline();
  }
  const Watch watch(*this);
  handler_.on_flushed(bytes);
  if (watch.alive() && state_ == State::open && backpressure_ &&
      unsent_ <= context_.options.high_watermark / 2) {
    backpressure_ = false;
    handler_.on_drain();
  }
}

}  // namespace wskit::ws
