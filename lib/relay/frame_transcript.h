// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/error.h"
#include "script/message.h"
#include "script/recording.h"
#include "script/redaction.h"
#include "wire/deflate.h"
#include "wire/deflate_negotiation.h"
#include "wire/frame_parser.h"

namespace wskit::relay {

/// What a recording of passing bytes is to have in it.
struct TranscriptOptions {
  /// A line for each frame of a message too, before that of the message.
  bool frames = false;
  /// Credentials, cookies and tokens of the request as they are.
  bool secrets = false;
  /// Of what is in the messages; may be null, else outlives the transcript.
  const script::Redaction* redaction = nullptr;
  /// A longer message, inflated, is told of without its content.
  std::uint64_t max_message_bytes = std::uint64_t{64} << 20;
};

/// The frames of one direction of an open WebSocket as lines of a recording. What is not legal is
/// told of in a line, once, and what follows it is not read; nothing is held up or changed for it.
class FrameTranscript {
 public:
  /// `options` outlives it. A direction is the client's: send is from the client to the server.
  FrameTranscript(const TranscriptOptions& options, script::Direction direction,
                  const std::optional<wire::DeflateParameters>& deflate);

  /// The next bytes, which are unmasked in place. Appends lines to `out`.
  void read(std::span<std::byte> bytes, const script::Moment& moment, std::string& out);

  /// Reads nothing from now on, and says why.
  void stop(const Error& why, const script::Moment& moment, std::string& out);

  /// Bytes behind a Close frame or behind what was not legal.
  [[nodiscard]] std::uint64_t unread_bytes() const { return unread_bytes_; }

 private:
  static constexpr std::size_t kPieceBytes = std::size_t{4} << 10;

  void read_data(const wire::FrameEvent& event);
  void inflate(const wire::FrameEvent& event);
  void add(std::string_view piece);
  void end_frame(const wire::FrameEvent& event);
  void end_message(const wire::FrameEvent& event);
  void read_control(const wire::FrameEvent& event);
  void put(const script::MessageView& message);
  void put_violation(const Error& error);

  const TranscriptOptions& options_;
  script::Direction direction_;
  wire::FrameParser parser_;
  std::optional<wire::Inflater> inflater_;
  /// Of the message under way, inflated.
  std::string message_;
  std::uint64_t message_bytes_ = 0;
  bool first_frame_ = false;
  bool stopped_ = false;
  std::uint64_t unread_bytes_ = 0;
  /// Of the call of read() that is under way.
  script::Moment moment_;
  std::string* out_ = nullptr;
};

}  // namespace wskit::relay
