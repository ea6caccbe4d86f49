// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/error.h"
#include "core/json.h"
#include "script/message.h"
#include "script/recording.h"

namespace wskit::script {

/// The first line of a recording.
struct RecordedHead {
  std::string url;
  /// As it was written: RFC 3339, in UTC.
  std::string start;
  /// Of the request; the value of one that was left out is Redaction::kMark.
  std::vector<std::pair<std::string, std::string>> headers;
};

/// A connection opened.
struct RecordedOpening {
  int status = 101;
  std::string subprotocol;
  std::string extensions;
};

struct RecordedMessage {
  Direction direction = Direction::send;
  Message message;
  /// "expect": what the message is to be held against instead of itself (expectation.h).
  std::optional<Json> expect;
};

/// A line of a recording: nothing when it is empty or an event that readers may pass over.
struct RecordedLine {
  Moment moment;
  std::variant<std::monostate, RecordedHead, RecordedOpening, RecordedMessage> what;
};

/// A message without "t", "conn" or "dir" is one that was sent at 0 on connection 1. Fails with
/// ErrorCode::usage and what was expected.
[[nodiscard]] Expected<RecordedLine> parse_recorded_line(std::string_view line);

/// Whether it looks like a line of a recording rather than a message that is JSON itself.
[[nodiscard]] bool looks_recorded(std::string_view line);

}  // namespace wskit::script
