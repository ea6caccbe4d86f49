// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "core/error.h"

namespace wskit::cli {

/// What `record --import` was told.
struct HarImportOptions {
  std::string file;
  /// Which entries: a regular expression on their URLs; empty for all.
  std::string url;
  bool with_secrets = false;
};

/// The recording (JSON Lines) of a HAR file's WebSockets. Fails with ErrorCode::usage, and a list
/// of what the file has when nothing in it was chosen.
[[nodiscard]] Expected<std::string> read_har(const HarImportOptions& options);

/// Makes a script (.wst) of a recording, or a recording of a script that is nothing but the
/// transcript of one; which of them shows the names. Fails with "FILE:LINE: ..." and
/// ErrorCode::usage, or when a file cannot be read or written, or `to` exists and nothing
/// `replaces` it.
[[nodiscard]] Expected<void> convert_recording(const std::string& from, const std::string& to,
                                               bool replaces);

}  // namespace wskit::cli
