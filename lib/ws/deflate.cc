// SPDX-License-Identifier: MIT
#include "ws/deflate.h"

#include <utility>

#include "core/check.h"
#include "wire/violation.h"

namespace wskit::ws {
namespace {

constexpr std::size_t kInflateRoom = std::size_t{64} << 10;
/// A buffer that one large message has grown beyond this is not kept.
constexpr std::size_t kKeptCapacity = std::size_t{1} << 20;

bool takes_over(const wire::DeflateParameters& parameters, wire::Role role) {
  return role == wire::Role::client ? !parameters.client_no_context_takeover
                                    : !parameters.server_no_context_takeover;
}

int window_bits(const wire::DeflateParameters& parameters, wire::Role role) {
  return role == wire::Role::client ? parameters.client_max_window_bits
                                    : parameters.server_max_window_bits;
}

}  // namespace

MessageInflater::MessageInflater(const wire::DeflateParameters& parameters, wire::Role role,
                                 const ConnectionOptions& options)
    : inflater_(parameters, role,
                {.max_message_bytes = options.max_message_bytes,
                 .max_ratio = options.max_inflate_ratio}) {}

void MessageInflater::feed(const wire::FrameEvent& event) {
  if (event.message_begin) {
    utf8_.reset();
  }
  event_ = event;
  pending_ = true;
  inflater_.feed(event.payload, event.message_end);
}

wire::FrameEvent MessageInflater::next(std::span<std::byte> room) {
  if (failure_ != nullptr) {
    return {.kind = wire::FrameEvent::Kind::violation};
  }
  if (!pending_) {
    return {};
  }
  std::size_t filled = 0;
  const bool used_up = fill(room, filled);
  if (failure_ != nullptr && filled == 0) {
    return next(room);
  }
  wire::FrameEvent event = event_;
  event.payload = room.first(filled);
  event.frame_end = used_up && event_.frame_end;
  event.message_end = used_up && event_.message_end;
  pending_ = !used_up;
  event_.frame_begin = false;
  event_.message_begin = false;
  return event.opcode == wire::Opcode::text ? check_text(event) : event;
}

bool MessageInflater::fill(std::span<std::byte> room, std::size_t& filled) {
  while (filled < room.size()) {
    auto part = inflater_.next(room.subspan(filled));
    if (!part) {
      fail(std::move(part.error()));
      return false;
    }
    if (part->empty()) {
      return true;
    }
    filled += part->size();
  }
  return false;
}

/// What is good before a bad byte is still handed out, as FrameParser does.
wire::FrameEvent MessageInflater::check_text(wire::FrameEvent event) {
  const std::size_t size = event.payload.size();
  const std::size_t good = utf8_.consume(event.payload);
  if (good == size && (!event.message_end || utf8_.complete())) {
    return event;
  }
  fail({.code = ErrorCode::bad_utf8,
        .message = good < size
                       ? "a compressed text message that is not UTF-8 (RFC 6455 8.1)"
                       : "a compressed text message that ends inside a character (RFC 6455 8.1)"});
  if (good == 0) {
    return {.kind = wire::FrameEvent::Kind::violation};
  }
  event.payload = event.payload.first(good);
  event.frame_end = false;
  event.message_end = false;
  return event;
}

void MessageInflater::fail(Error error) {
  failure_ = std::make_unique<Error>(std::move(error));
}

wire::CloseCode MessageInflater::close_code() const {
  switch (failure_->code) {
    case ErrorCode::too_big:
      return wire::CloseCode::too_big;
    case ErrorCode::bad_utf8:
      return wire::CloseCode::bad_payload;
    default:
      return wire::CloseCode::protocol_error;
  }
}

std::span<std::byte> SharedDeflate::inflate_room() {
  inflated_.resize(kInflateRoom);
  return inflated_;
}

std::span<const std::byte> SharedDeflate::compress(wire::Deflater& deflater,
                                                   std::span<const std::byte> payload) {
  if (compressed_.capacity() > kKeptCapacity) {
    compressed_ = {};
  }
  compressed_.clear();
  deflater.compress(payload, true, compressed_);
  return std::as_bytes(std::span(compressed_));
}

wire::Deflater& SharedDeflate::without_takeover(const wire::DeflateParameters& parameters,
                                                wire::Role role,
                                                const wire::DeflateEffort& effort) {
  auto& compressor = compressors_[static_cast<std::size_t>(window_bits(parameters, role))];
  if (!compressor) {
    compressor.emplace(parameters, role, effort);
  }
  return *compressor;
}

ConnectionDeflate::ConnectionDeflate(const wire::DeflateParameters& parameters, wire::Role role,
                                     const ConnectionOptions& options, SharedDeflate& shared)
    : inflater(parameters, role, options), shared_(shared) {
  if (takes_over(parameters, role)) {
    own_.emplace(parameters, role, options.deflate_effort);
  } else {
    foreign_ = &shared_.without_takeover(parameters, role, options.deflate_effort);
  }
}

}  // namespace wskit::ws
