// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "script/regex.h"

namespace wskit::script {

struct HarOptions {
  /// Which entries: those whose URL it is found in; null for all.
  const Regex* url = nullptr;
  /// Whether a request header is left out (Redaction::kMark); empty keeps all, and the URL's
  /// tokens.
  std::function<bool(std::string_view name)> is_secret;
};

/// A WebSocket of a HAR file.
struct HarSocket {
  std::string url;  ///< Without secrets.
  std::uint64_t messages = 0;
  bool chosen = false;
};

struct HarImport {
  /// JSON Lines (recording.h); empty when no entry was chosen. Each entry is a connection, and
  /// times count from the first one's start.
  std::string recording;
  std::vector<HarSocket> sockets;
  /// Messages of type "error" and control frames, which are left out.
  std::uint64_t left_out = 0;
};

/// Reads the `_webSocketMessages` that browsers add to HAR 1.2. Fails with ErrorCode::usage, the
/// place and what was expected there.
[[nodiscard]] Expected<HarImport> import_har(std::string_view text, const HarOptions& options);

}  // namespace wskit::script
