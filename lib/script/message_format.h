// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "script/message.h"

namespace wskit::script {

/// How messages are printed for people and programs that want their payload. `jsonl` is the
/// lossless one (recording.h).
enum class MessageFormat : std::uint8_t { text, jsonl, hex, hexdump, base64, raw };

[[nodiscard]] std::optional<MessageFormat> message_format(std::string_view name);

/// What a line of text could not say of a message.
enum class Loss : std::uint8_t {
  none,
  line_end,  // a line end within the message: it takes several lines
  binary,    // not text: printed as base64
};

/// Appends `payload` in any format but jsonl: a line each, raw without a line's end, hexdump as
/// `hexdump -C` does. `binary` says that it is no text message.
Loss append_payload(std::string& out, MessageFormat format, std::string_view payload, bool binary);

}  // namespace wskit::script
