// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <utility>

#include "broker/message.h"
#include "pubsub/piece.h"
#include "pubsub/wire_format.h"

namespace wskit::pubsub {

/// A message on its way to many receivers: encoded once per wire format, when the first asks.
class Delivery {
 public:
  /// `scratch` is any string that outlives this; its contents are overwritten.
  Delivery(broker::MessagePtr message, std::string& scratch)
      : message_(std::move(message)), scratch_(scratch) {}

  [[nodiscard]] const broker::Message& message() const { return *message_; }

  /// To keep the message itself, which is shared.
  [[nodiscard]] const broker::MessagePtr& shared() const { return message_; }

  [[nodiscard]] const Piece& piece(Format format) {
    Piece& piece = pieces_[static_cast<std::size_t>(format)];
    if (!piece) [[unlikely]] {
      scratch_.clear();
      append(scratch_, format, *message_);
      piece = Piece(message_->topic, scratch_);
    }
    return piece;
  }

 private:
  broker::MessagePtr message_;
  std::string& scratch_;
  std::array<Piece, kFormats> pieces_;
};

}  // namespace wskit::pubsub
