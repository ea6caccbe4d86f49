// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "core/error.h"
#include "core/json.h"
#include "script/message.h"

namespace wskit::script {

/// Recordings: JSON Lines, one event a line, the first line a head. What `--record` writes, what
/// `--format jsonl` prints, and what can be sent again; the version is the head's "wskit".
inline constexpr int kRecordingVersion = 1;

enum class Direction : std::uint8_t { send, recv };

/// "send" or "recv".
[[nodiscard]] std::string_view name(Direction direction);

/// Where in a recording a line belongs.
struct Moment {
  /// Since the start of the recording; written in seconds.
  Nanoseconds at{0};
  std::uint64_t connection = 1;
};

struct RecordingHead {
  /// Without secrets (wire::Uri::display()).
  std::string url;
  /// By the clock on the wall, since 1970 in UTC.
  std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds> start;
  /// Of the request; secrets are replaced by the caller.
  std::vector<std::pair<std::string, std::string>> headers;
};

struct RecordedOpen {
  int status = 101;
  std::string_view subprotocol;
  std::string_view extensions;
};

/// Each appends one line with its end.
void append_head(std::string& out, const RecordingHead& head);
void append_open(std::string& out, const Moment& moment, const RecordedOpen& open);
/// Text that is not UTF-8 (which no connection delivers) would be written with U+FFFD.
void append_message(std::string& out, const Moment& moment, Direction direction,
                    const MessageView& message);

/// A line about something else, which readers of messages pass over: {"t":…,"conn":…,"ev":"name"}
/// and further members.
void append_event(std::string& out, const Moment& moment, std::string_view event,
                  const std::vector<std::pair<std::string_view, Json>>& members);

/// What a line of a recording says to a reader that wants messages: the message, or nothing for a
/// head, an event or an empty line. Fails with ErrorCode::usage and what was expected.
[[nodiscard]] Expected<std::optional<Message>> parse_recorded_message(std::string_view line);

}  // namespace wskit::script
