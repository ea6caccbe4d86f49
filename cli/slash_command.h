// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/error.h"
#include "script/message.h"

namespace wskit::cli {

/// A command that is typed in an interactive session.
struct SlashCommand {
  std::string_view name;
  std::string_view arguments;
  std::string_view description;
};

/// All, in the order in which /help shows them.
[[nodiscard]] std::span<const SlashCommand> slash_commands();

/// A line, taken apart: a command ("/close 1000 bye") or a message. "//text" is the message
/// "/text".
struct TypedLine {
  /// Empty for a message.
  std::string command;
  /// The rest of the line, or the message.
  std::string text;
};

[[nodiscard]] TypedLine read_typed_line(std::string_view line);

/// The message of /text, /hex and /b64. Fails with what is wrong with the digits.
[[nodiscard]] Expected<script::Message> typed_message(std::string_view command,
                                                      std::string_view text);

/// The code and reason of /close; both may be left out. Fails for a code that must not be sent.
[[nodiscard]] Expected<script::Message> typed_close(std::string_view arguments);

/// What Tab makes of a word that begins with a slash: the rest of the one command, or of what all
/// that fit have in common. `candidates` are those that fit when there are several.
struct Completion {
  std::string rest;
  std::string candidates;
};

[[nodiscard]] Completion complete_command(std::string_view word);

}  // namespace wskit::cli
