// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <utility>

#include "core/clock.h"
#include "core/error.h"
#include "core/json.h"
#include "script/message.h"

namespace wskit::script {

/// A message or control frame that came, as it lies in a mailbox.
class Received {
 public:
  Received(Message message, Instant at) : message_(std::move(message)), at_(at) {}

  [[nodiscard]] const Message& message() const { return message_; }
  [[nodiscard]] Instant at() const { return at_; }
  [[nodiscard]] bool is_data() const { return script::is_data(message_.type); }
  /// Parsed when first asked for. ErrorCode::local_limit is of what could be JSON, but too deep.
  [[nodiscard]] const Expected<Json>& json() const {
    if (json_ == nullptr) {
      json_ = std::make_unique<Expected<Json>>(parse_json(message_.payload));
    }
    return *json_;
  }

 private:
  Message message_;
  Instant at_;
  mutable std::unique_ptr<Expected<Json>> json_;
};

}  // namespace wskit::script
