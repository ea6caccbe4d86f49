// SPDX-License-Identifier: MIT
#include "cli/slash_command.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "core/base64.h"
#include "core/bytes.h"
#include "core/parse.h"
#include "wire/close_code.h"

namespace wskit::cli {
namespace {

constexpr std::array<SlashCommand, 15> kCommands{{
    {"help", "", "this list"},
    {"ping", "[TEXT]", "send a ping; the round trip is shown"},
    {"close", "[CODE] [REASON]", "close the connection and end"},
    {"text", "TEXT", "send this as it is"},
    {"hex", "DIGITS", "send a binary message, as 00 ff 0a"},
    {"b64", "BASE64", "send a binary message"},
    {"file", "PATH", "send a file, as text if it is UTF-8"},
    {"save", "PATH", "write the last message received to a file"},
    {"show", "", "the last message received as a whole"},
    {"reconnect", "", "drop the connection and make a new one"},
    {"stats", "", "connection, round trip, messages and bytes"},
    {"headers", "", "the server's answer to the upgrade"},
    {"filter", "[REGEX]", "show only messages that match"},
    {"set", "NAME VALUE", "timestamps, pretty or pings: see the manual"},
    {"quit", "", "close the connection and end"},
}};

std::optional<unsigned> hex_value(char c) {
  if (c >= '0' && c <= '9') {
    return static_cast<unsigned>(c - '0');
  }
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? std::optional(static_cast<unsigned>(lower - 'a' + 10))
                                      : std::nullopt;
}

Expected<std::string> hex_bytes(std::string_view text) {
  std::string digits;
  std::ranges::copy_if(text, std::back_inserter(digits),
                       [](char c) { return c != ' ' && c != ':' && c != ','; });
  const bool only_digits =
      std::ranges::all_of(digits, [](char c) { return hex_value(c).has_value(); });
  if (digits.size() % 2 != 0 || !only_digits) {
    return fail(ErrorCode::usage, "write two hexadecimal digits a byte, as 00 ff 0a");
  }
  std::string bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    bytes += static_cast<char>(*hex_value(digits[i]) << 4U | *hex_value(digits[i + 1]));
  }
  return bytes;
}

}  // namespace

std::span<const SlashCommand> slash_commands() {
  return kCommands;
}

TypedLine read_typed_line(std::string_view line) {
  if (!line.starts_with('/')) {
    return {.command = {}, .text = std::string(line)};
  }
  if (line.starts_with("//")) {
    return {.command = {}, .text = std::string(line.substr(1))};
  }
  const std::size_t space = std::min(line.find(' '), line.size());
  const std::size_t rest = line.find_first_not_of(' ', space);
  return {.command = std::string(line.substr(1, space - 1)),
          .text = rest == std::string_view::npos ? "" : std::string(line.substr(rest))};
}

Expected<script::Message> typed_message(std::string_view command, std::string_view text) {
  if (command == "text") {
    return script::Message{.type = script::MessageType::text, .payload = std::string(text)};
  }
  if (command == "hex") {
    auto bytes = hex_bytes(text);
    if (!bytes) {
      return std::unexpected(bytes.error());
    }
    return script::Message{.type = script::MessageType::binary, .payload = std::move(*bytes)};
  }
  auto bytes = base64_decode(text);
  if (!bytes) {
    return fail(ErrorCode::usage, fmt::format("'{}' is not base64", escape(text)));
  }
  return script::Message{.type = script::MessageType::binary, .payload = std::move(*bytes)};
}

Expected<script::Message> typed_close(std::string_view arguments) {
  script::Message close{
      .type = script::MessageType::close, .payload = {}, .code = wire::CloseCode::normal};
  const std::size_t space = std::min(arguments.find(' '), arguments.size());
  const std::string_view word = arguments.substr(0, space);
  if (!word.empty()) {
    const auto code = parse_integer(word, 1000, 4999);
    if (!code) {
      return fail(ErrorCode::usage, "a close code is a number from 1000 to 4999");
    }
    close.code = static_cast<wire::CloseCode>(*code);
    const std::size_t reason = arguments.find_first_not_of(' ', space);
    close.payload = reason == std::string_view::npos ? "" : arguments.substr(reason);
  }
  if (const auto payload = wire::ClosePayload::make(close.code, close.payload); !payload) {
    return std::unexpected(payload.error());
  }
  return close;
}

Completion complete_command(std::string_view word) {
  std::vector<std::string_view> fitting;
  for (const SlashCommand& command : kCommands) {
    if (word.starts_with('/') && command.name.starts_with(word.substr(1))) {
      fitting.push_back(command.name);
    }
  }
  if (fitting.empty()) {
    return {};
  }
  const std::size_t typed = word.size() - 1;
  if (fitting.size() == 1) {
    return {.rest = std::string(fitting[0].substr(typed)) + " ", .candidates = {}};
  }
  std::string_view shared = fitting[0];
  for (const std::string_view name : fitting) {
    const auto end = std::ranges::mismatch(shared, name).in1;
    shared = shared.substr(0, static_cast<std::size_t>(end - shared.begin()));
  }
  return {.rest = std::string(shared.substr(typed)),
          .candidates = fmt::format("/{}", fmt::join(fitting, "  /"))};
}

}  // namespace wskit::cli
