// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/error.h"
#include "script/input_splitter.h"
#include "script/message_format.h"
#include "script/redaction.h"
#include "session/exchange.h"

namespace CLI {
class App;
}

namespace wskit::cli {

/// What `connect`, `send` and `listen` share beside ConnectOptions, as it was typed.
struct ExchangeFlags {
  std::string format = "text";
  std::string output_file;
  std::string record_file;
  std::vector<std::string> redact;
  bool record_secrets = false;
  bool quiet = false;
  std::vector<std::string> init;
  Nanoseconds max_time{0};
  std::int64_t reconnect = 0;
  Nanoseconds ping_interval{0};
  Nanoseconds ping_timeout = std::chrono::seconds(10);
  std::string heartbeat;
  Nanoseconds heartbeat_interval = std::chrono::seconds(30);
  std::uint16_t close_code = 1000;
  std::string close_reason;
  bool no_close = false;
  std::optional<std::uint16_t> expect_close;
};

void add_exchange_flags(CLI::App& app, ExchangeFlags& flags);
/// Parts of these: what recordings leave out, and how the connection lives and ends.
void add_recording_flags(CLI::App& app, ExchangeFlags& flags);
void add_life_flags(CLI::App& app, ExchangeFlags& flags);

/// What `connect` and `send` share: how what they read and are told becomes messages.
struct MessageFlags {
  std::string input_format = "line";
  bool null_terminated = false;
  bool binary = false;
  bool text = false;
};

void add_message_flags(CLI::App& app, MessageFlags& flags);

/// Fails with what contradicts what.
[[nodiscard]] Expected<session::ExchangeOptions> make_exchange_options(const ExchangeFlags& flags);
[[nodiscard]] Expected<session::StreamInputOptions> make_input_options(const MessageFlags& flags,
                                                                       std::uint64_t max_bytes);
/// What recordings are to leave out of messages. Fails also when nothing is recorded.
[[nodiscard]] Expected<script::Redaction> make_redaction(const ExchangeFlags& flags);
/// A message given as an argument. Fails for text that is not UTF-8.
[[nodiscard]] Expected<script::Message> argument_message(const std::string& text, bool binary);

}  // namespace wskit::cli
