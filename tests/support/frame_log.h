// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <span>
#include <string>
#include <vector>

#include "core/check.h"
#include "wire/frame_parser.h"

namespace wskit::test {

/// One frame as a FrameParser told it, its pieces joined, or the violation that ended the stream.
struct LoggedFrame {
  wire::FrameEvent::Kind kind = wire::FrameEvent::Kind::need_more;
  wire::Opcode opcode = wire::Opcode::continuation;
  bool compressed = false;
  bool fin = false;
  bool message_begin = false;
  bool frame_end = false;
  bool message_end = false;
  std::uint64_t frame_bytes = 0;
  std::string payload;
  std::string error;
  wire::CloseCode close{};

  bool operator==(const LoggedFrame&) const = default;
};

/// Feeds a parser and keeps what it tells, independent of how the stream is cut.
class FrameLog {
 public:
  explicit FrameLog(const wire::FrameParserOptions& options) : parser_(options) {}

  /// Returns false once the parser has met a violation.
  bool feed(std::span<const std::byte> bytes) {
    std::vector<std::byte> copy(bytes.begin(), bytes.end());  // the parser unmasks in place
    std::span<std::byte> input(copy);
    while (!failed_) {
      const wire::FrameEvent event = parser_.next(input);
      if (event.kind == wire::FrameEvent::Kind::need_more) {
        break;
      }
      add(event);
    }
    return !failed_;
  }

  [[nodiscard]] const std::vector<LoggedFrame>& frames() const { return frames_; }
  [[nodiscard]] const wire::FrameParser& parser() const { return parser_; }

 private:
  void add(const wire::FrameEvent& event) {
    failed_ = event.kind == wire::FrameEvent::Kind::violation;
    if (failed_) {
      frames_.push_back(
          {.kind = event.kind, .error = parser_.error().message, .close = parser_.close_code()});
      return;
    }
    if (event.frame_begin) {
      frames_.push_back({.kind = event.kind,
                         .opcode = event.opcode,
                         .compressed = event.compressed,
                         .fin = event.fin,
                         .message_begin = event.message_begin,
                         .frame_bytes = event.frame_bytes});
    }
    check(!frames_.empty() && !frames_.back().frame_end, "a piece belongs to a begun frame");
    LoggedFrame& frame = frames_.back();
    frame.payload.append(reinterpret_cast<const char*>(event.payload.data()), event.payload.size());
    frame.frame_end = event.frame_end;
    frame.message_end = event.message_end;
  }

  wire::FrameParser parser_;
  std::vector<LoggedFrame> frames_;
  bool failed_ = false;
};

inline std::vector<LoggedFrame> parse_whole(const wire::FrameParserOptions& options,
                                            std::span<const std::byte> stream) {
  FrameLog log(options);
  log.feed(stream);
  return log.frames();
}

inline std::ostream& operator<<(std::ostream& out, const LoggedFrame& frame) {
  return out << "{kind " << static_cast<int>(frame.kind) << " opcode " << name(frame.opcode)
             << (frame.compressed ? " compressed" : "") << (frame.fin ? " fin" : "")
             << (frame.message_begin ? " begin" : "") << (frame.frame_end ? " frame-end" : "")
             << (frame.message_end ? " end" : "") << " of " << frame.frame_bytes << ": "
             << frame.payload.size() << " bytes " << frame.payload.substr(0, 40) << ' '
             << frame.error << '}';
}

}  // namespace wskit::test
