// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"
#include "script/recorded_line.h"

namespace wskit::script {

/// Writes a recording as a script for people (.wst): one test, a line a message, with its time.
/// Made in two passes: note() every line, then head(), then append() every line.
class Transcript {
 public:
  void note(const RecordedLine& line);
  /// The directives and the name of the test. Header values that the recording does not hold become
  /// {{env.NAME}}. Fails with ErrorCode::usage for what would not be one line.
  [[nodiscard]] Expected<std::string> head(std::string_view name) const;
  /// What a message does not hold becomes {{env.NAME}}, too. Fails with ErrorCode::usage where that
  /// or an "expect" cannot be said, and for a control frame that cannot be sent.
  [[nodiscard]] Expected<void> append(std::string& out, const RecordedLine& line) const;

 private:
  /// One that is the first connection needs no name.
  [[nodiscard]] bool names_clients() const;
  /// Of all connections; nothing when they differ.
  [[nodiscard]] std::optional<std::string> common_subprotocol() const;
  void append_clients(std::string& out) const;

  RecordedHead head_;
  /// Of each connection its subprotocol, empty for none; nothing where its opening is not there.
  std::map<std::uint64_t, std::optional<std::string>> connections_;
};

}  // namespace wskit::script
