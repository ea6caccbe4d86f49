// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/error.h"
#include "script/recording.h"
#include "wire/http.h"

namespace wskit::relay {

/// What can be made to go wrong on a connection. fault_form.h has their names and values.
enum class FaultKind : std::uint8_t {
  tls_delay,
  certificate,
  upgrade_delay,
  upgrade_stall,
  reject,
  wrong_node,
  bad_accept,
  subprotocol,
  history_truncated,
  epoch_changed,
  close,
  data_after_close,
  fin,
  rst,
  half_open,
  stall,
  oversize,
  bomb,
  ping_flood,
  bandwidth,
  slow_read,
  delay,
  drop,
  duplicate,
  reorder,
  corrupt,
  fragment,
  interleave,
  mask,
  reserved_bit,
  reserved_opcode,
  bad_length,
  bad_utf8,
  torn,
  truncate,
  no_pong,
  late_pong,
  wrong_pong,
};

inline constexpr std::size_t kFaultKindCount = static_cast<std::size_t>(FaultKind::wrong_pong) + 1;

/// One fault, and where and when it is to happen.
struct FaultRule {
  FaultKind kind = FaultKind::close;
  /// As it was written, for logs.
  std::string text;

  /// What stands behind the kind's name, as far as the kind has it: a number (nothing for "none"),
  /// a time (nothing for "for ever") or a word.
  std::optional<std::uint64_t> number;
  std::optional<Nanoseconds> time;
  std::string word;

  /// On which connections: `match` is a pattern (script::glob_matches) of the path, the others are
  /// the connections' numbers.
  std::string match = "*";
  std::uint64_t first_connection = 1;
  std::uint64_t last_connection = std::numeric_limits<std::uint64_t>::max();
  /// Of the connections, or of the messages, by the seed.
  double percent = 100;

  /// Messages of which direction; a client's view, as in recordings.
  bool send = false;
  bool recv = true;
  /// Not before so many messages passed, nor before so much time since the WebSocket opened.
  std::uint64_t after = 0;
  Nanoseconds at{0};
  /// Of the messages behind `after` every n-th one.
  std::uint64_t every = 1;
  /// So often on one connection at most; 0 is without end.
  std::uint64_t times = 0;

  Nanoseconds jitter{0};
  Nanoseconds gap = std::chrono::milliseconds(1);
  std::string reason;
  std::string body;
  std::vector<wire::Header> headers;

  /// Whether connection `number`, which asks for `path`, is one that it is for.
  [[nodiscard]] bool is_for(std::uint64_t connection, std::string_view path) const;
  [[nodiscard]] bool is_for(script::Direction direction) const {
    return direction == script::Direction::send ? send : recv;
  }
};

/// "close:4001,after:3,match:/room/*,percent:10,dir:recv,conn:2": a kind, with a value where it
/// takes one, and keys with values. A backslash before a comma or a backslash takes its meaning
/// away. Fails with ErrorCode::usage, and what could be written instead.
[[nodiscard]] Expected<FaultRule> parse_fault(std::string_view text);

/// A rule a line; empty lines and those that begin with '#' do not count. The failure names the
/// line.
[[nodiscard]] Expected<std::vector<FaultRule>> parse_fault_file(std::string_view text);

}  // namespace wskit::relay
