// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "ws/handler.h"

namespace wskit::load {

/// What a long poll brings:
/// {"cursor":"...","messages":[{"data":"text"} or {"b64":"..."}, ...]}, other members aside.
struct PollAnswer {
  struct Message {
    ws::MessageType type = ws::MessageType::text;
    std::string payload;
  };
  std::string cursor;
  std::vector<Message> messages;

  /// Fails with ErrorCode::upgrade_not_http.
  [[nodiscard]] static Expected<PollAnswer> parse(std::string_view body);
};

}  // namespace wskit::load
