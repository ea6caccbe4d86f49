// SPDX-License-Identifier: MIT
#include "relay/frame_transcript.h"

#include "core/bytes.h"
#include "wire/close_code.h"
#include "wire/role.h"
#include "wire/utf8.h"

namespace wskit::relay {
namespace {

using script::Direction;
using script::MessageType;

/// Limits are for those who have to keep what they read.
constexpr std::uint64_t kNoLimit = std::uint64_t{1} << 62;
/// What a message may leave behind for the next one.
constexpr std::size_t kKeptCapacity = std::size_t{64} << 10;

/// Whoever receives what this direction's sender sends.
wire::Role receiver(Direction direction) {
  return direction == Direction::send ? wire::Role::server : wire::Role::client;
}

MessageType type_of(wire::Opcode opcode) {
  switch (opcode) {
    case wire::Opcode::binary:
      return MessageType::binary;
    case wire::Opcode::ping:
      return MessageType::ping;
    case wire::Opcode::pong:
      return MessageType::pong;
    case wire::Opcode::close:
      return MessageType::close;
    default:
      return MessageType::text;
  }
}

}  // namespace

FrameTranscript::FrameTranscript(const TranscriptOptions& options, Direction direction,
                                 const std::optional<wire::DeflateParameters>& deflate)
    : options_(options),
      direction_(direction),
      parser_({.role = receiver(direction),
               .allow_rsv1 = deflate.has_value(),
               .max_frame_bytes = kNoLimit,
               .max_message_bytes = kNoLimit}) {
  if (deflate) {
    inflater_.emplace(*deflate, receiver(direction),
                      wire::InflateLimits{.max_message_bytes = kNoLimit});
  }
}

void FrameTranscript::read(std::span<std::byte> bytes, const script::Moment& moment,
                           std::string& out) {
  moment_ = moment;
  out_ = &out;
  while (!stopped_) {
    const wire::FrameEvent event = parser_.next(bytes);
    switch (event.kind) {
      case wire::FrameEvent::Kind::need_more:
        return;
      case wire::FrameEvent::Kind::data:
        read_data(event);
        break;
      case wire::FrameEvent::Kind::control:
        read_control(event);
        break;
      case wire::FrameEvent::Kind::violation:
        put_violation(parser_.error());
        stopped_ = true;
    }
  }
  unread_bytes_ += bytes.size();
}

void FrameTranscript::stop(const Error& why, const script::Moment& moment, std::string& out) {
  moment_ = moment;
  out_ = &out;
  put_violation(why);
  stopped_ = true;
}

void FrameTranscript::read_data(const wire::FrameEvent& event) {
  if (event.message_begin && event.message_end && !event.compressed && !options_.frames &&
      event.payload.size() <= options_.max_message_bytes) {
    return put({.type = type_of(event.opcode), .payload = as_text(event.payload)});
  }
  if (event.frame_begin) {
    first_frame_ = event.message_begin;
  }
  if (event.compressed) {
    inflate(event);
  } else {
    add(as_text(event.payload));
  }
  if (event.frame_end && options_.frames) {
    end_frame(event);
  }
  if (event.message_end && !stopped_) {
    end_message(event);
  }
}

void FrameTranscript::inflate(const wire::FrameEvent& event) {
  std::array<std::byte, kPieceBytes> room{};
  inflater_->feed(event.payload, event.message_end);
  while (true) {
    const auto piece = inflater_->next(room);
    if (!piece) {
      put_violation(piece.error());
      stopped_ = true;
      return;
    }
    if (piece->empty()) {
      return;
    }
    add(as_text(*piece));
  }
}

void FrameTranscript::add(std::string_view piece) {
  message_bytes_ += piece.size();
  if (message_bytes_ <= options_.max_message_bytes) {
    message_ += piece;
  } else {
    message_ = {};
  }
}

void FrameTranscript::end_frame(const wire::FrameEvent& event) {
  const MessageType type = type_of(event.opcode);
  script::append_event(*out_, moment_, "frame",
                       {{"dir", script::name(direction_)},
                        {"type", first_frame_ ? script::name(type) : "continuation"},
                        {"fin", event.fin},
                        {"compressed", event.compressed},
                        {"bytes", event.frame_bytes}});
}

void FrameTranscript::end_message(const wire::FrameEvent& event) {
  const MessageType type = type_of(event.opcode);
  if (message_bytes_ > options_.max_message_bytes) {
    script::append_event(*out_, moment_, "omitted",
                         {{"dir", script::name(direction_)},
                          {"type", script::name(type)},
                          {"bytes", message_bytes_}});
  } else if (type == MessageType::text && event.compressed && !wire::is_utf8(message_)) {
    put_violation({ErrorCode::bad_utf8, "a compressed text message is not UTF-8"});
  } else {
    put({.type = type, .payload = message_});
  }
  message_bytes_ = 0;
  if (message_.capacity() > kKeptCapacity) {
    message_ = {};
  }
  message_.clear();
}

void FrameTranscript::read_control(const wire::FrameEvent& event) {
  const MessageType type = type_of(event.opcode);
  if (type != MessageType::close) {
    return put({.type = type, .payload = as_text(event.payload)});
  }
  const auto status = wire::parse_close_payload(event.payload).value_or(wire::CloseStatus());
  put({.type = type, .payload = status.reason, .code = status.code});
  stopped_ = true;
}

void FrameTranscript::put(const script::MessageView& message) {
  std::string clean;
  script::append_message(*out_, moment_, direction_,
                         script::redacted(message, options_.redaction, clean));
}

void FrameTranscript::put_violation(const Error& error) {
  script::append_event(*out_, moment_, "violation",
                       {{"dir", script::name(direction_)}, {"error", error.message}});
}

}  // namespace wskit::relay
