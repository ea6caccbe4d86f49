// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <set>
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
  /// Fails with ErrorCode::usage for an "expect" that cannot be said, and for a control frame that
  /// cannot be sent.
  [[nodiscard]] Expected<void> append(std::string& out, const RecordedLine& line) const;

 private:
  /// One that is the first connection needs no name.
  [[nodiscard]] bool names_clients() const;

  RecordedHead head_;
  std::string subprotocol_;
  std::set<std::uint64_t> connections_;
};

}  // namespace wskit::script
