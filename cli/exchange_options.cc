// SPDX-License-Identifier: MIT
#include "cli/exchange_options.h"

#include <utility>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/parsed_option.h"
#include "cli/redaction_options.h"
#include "core/bytes.h"
#include "core/parse.h"
#include "wire/utf8.h"

namespace wskit::cli {
namespace {

Expected<std::uint16_t> parse_close_code(std::string_view text) {
  const auto code = parse_integer(text, 1000, 4999);
  if (!code) {
    return fail(ErrorCode::usage, "a close code is a number from 1000 to 4999");
  }
  return static_cast<std::uint16_t>(*code);
}

void add_output_flags(CLI::App& app, ExchangeFlags& flags) {
  const std::string group = "Output";
  app.add_option("--format", flags.format,
                 "How messages are printed: text, jsonl (lossless), hex, hexdump, base64 or raw")
      ->check(CLI::IsMember({"text", "jsonl", "hex", "hexdump", "base64", "raw"}))
      ->type_name("FORMAT")
      ->capture_default_str()
      ->group(group);
  app.add_option("-o,--output", flags.output_file, "Print messages to this file")
      ->type_name("FILE")
      ->check(not_empty())
      ->group(group);
  app.add_option("--record", flags.record_file, "Record all that is sent and received (JSON Lines)")
      ->type_name("FILE")
      ->check(not_empty())
      ->group(group);
  add_recording_flags(app, flags);
  app.add_flag("-q,--quiet", flags.quiet, "No notes and warnings, errors only")->group(group);
}

}  // namespace

void add_recording_flags(CLI::App& app, ExchangeFlags& flags) {
  add_redaction_options(app, {.redact = flags.redact, .record_secrets = flags.record_secrets},
                        "Output");
}

void add_life_flags(CLI::App& app, ExchangeFlags& flags) {
  const std::string group = "Connection";
  app.add_option("--init", flags.init, "Text message to send first on each connection (repeatable)")
      ->allow_extra_args(false)
      ->type_name("MSG")
      ->group(group);
  // A flag: an option with an optional value would swallow the URL.
  app.add_flag(
         "--reconnect{-1}", flags.reconnect,
         "Connect again when the connection is lost, at most N times in a row (--reconnect=N)")
      ->group(group);
  add_duration(app, "--max-time", flags.max_time, "End after this time, connecting included")
      ->group(group);
  add_duration(app, "--ping-interval", flags.ping_interval, "Send a ping this often; 0 for never")
      ->default_str("0")
      ->group(group);
  add_duration(app, "--ping-timeout", flags.ping_timeout,
               "A peer that is silent for so long after a ping is dead")
      ->default_str("10s")
      ->group(group);
  app.add_option("--heartbeat", flags.heartbeat, "Text message to send again and again")
      ->type_name("MSG")
      ->group(group);
  add_duration(app, "--heartbeat-interval", flags.heartbeat_interval, "How often")
      ->default_str("30s")
      ->group(group);
  add_parsed(app, "--close-status-code", flags.close_code, parse_close_code)
      ->description("Code to close with")
      ->type_name("CODE")
      ->default_str("1000")
      ->group(group);
  app.add_option("--close-reason", flags.close_reason, "Reason to close with, up to 123 bytes")
      ->type_name("TEXT")
      ->group(group);
  app.add_flag("--no-close", flags.no_close, "End the connection without a Close frame")
      ->group(group);
  add_parsed(app, "--expect-close", flags.expect_close, parse_close_code)
      ->description("Succeed only if the connection ends with this code")
      ->type_name("CODE")
      ->group(group);
}

void add_exchange_flags(CLI::App& app, ExchangeFlags& flags) {
  add_output_flags(app, flags);
  add_life_flags(app, flags);
}

void add_message_flags(CLI::App& app, MessageFlags& flags) {
  const std::string group = "Input";
  app.add_option(
         "--input-format", flags.input_format,
         "How standard input is cut into messages: line, null, len32, jsonl or raw (not at all)")
      ->check(CLI::IsMember({"line", "null", "len32", "jsonl", "raw"}))
      ->type_name("FORMAT")
      ->capture_default_str()
      ->group(group);
  app.add_flag("-0,--null-terminated", flags.null_terminated, "Same as --input-format null")
      ->group(group);
  app.add_flag("-t,--text", flags.text, "Send text messages (default)")->group(group);
  app.add_flag("-b,--binary", flags.binary, "Send binary messages")->group(group);
}

Expected<script::Message> argument_message(const std::string& text, bool binary) {
  if (!binary && !wire::is_utf8(text)) {
    return fail(ErrorCode::usage,
                fmt::format("message '{}' is not UTF-8; -b sends binary messages", escape(text)));
  }
  return script::Message{.type = binary ? script::MessageType::binary : script::MessageType::text,
                         .payload = text};
}

Expected<session::ExchangeOptions> make_exchange_options(const ExchangeFlags& flags) {
  session::ExchangeOptions options;
  for (const std::string& text : flags.init) {
    auto message = argument_message(text, false);
    if (!message) {
      return std::unexpected(message.error());
    }
    options.session.init.push_back(std::move(*message));
  }
  if (flags.reconnect < 0) {
    options.session.reconnect.attempts = session::ReconnectPolicy::kUnlimited;
  } else {
    options.session.reconnect.attempts = static_cast<std::uint32_t>(
        std::min<std::int64_t>(flags.reconnect, session::ReconnectPolicy::kUnlimited - 1));
  }
  options.session.ping_interval = flags.ping_interval;
  options.session.ping_timeout = flags.ping_timeout;
  if (!flags.heartbeat.empty()) {
    options.session.heartbeat = flags.heartbeat;
    options.session.heartbeat_interval = flags.heartbeat_interval;
  }
  options.goal.max_time = flags.max_time;
  options.close_code = static_cast<wire::CloseCode>(flags.close_code);
  options.close_reason = flags.close_reason;
  options.no_close = flags.no_close;
  options.expect_close = flags.expect_close;
  if (auto payload = wire::ClosePayload::make(options.close_code, options.close_reason); !payload) {
    return std::unexpected(payload.error());
  }
  return options;
}

Expected<script::Redaction> make_redaction(const ExchangeFlags& flags) {
  const bool records = !flags.record_file.empty() || flags.format == "jsonl";
  if (!records && (flags.record_secrets || !flags.redact.empty())) {
    return fail(ErrorCode::usage,
                fmt::format("{} is for recordings; --record FILE or --format jsonl makes one",
                            flags.redact.empty() ? "--record-secrets" : "--redact"));
  }
  auto redaction = script::Redaction::parse(flags.redact);
  if (!redaction) {
    return fail(ErrorCode::usage, fmt::format("--redact: {}", redaction.error().message));
  }
  return redaction;
}

Expected<session::StreamInputOptions> make_input_options(const MessageFlags& flags,
                                                         std::uint64_t max_bytes) {
  if (flags.text && flags.binary) {
    return fail(ErrorCode::usage, "--text and --binary contradict each other");
  }
  if (flags.null_terminated && flags.input_format != "line" && flags.input_format != "null") {
    return fail(ErrorCode::usage,
                fmt::format("-0 and --input-format {} contradict each other", flags.input_format));
  }
  return session::StreamInputOptions{
      .format = flags.null_terminated ? script::InputFormat::null
                                      : *script::input_format(flags.input_format),
      .type = flags.binary ? script::MessageType::binary : script::MessageType::text,
      .max_message_bytes = max_bytes,
      .name = "standard input"};
}

}  // namespace wskit::cli
