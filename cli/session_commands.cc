// SPDX-License-Identifier: MIT
#include "cli/session_commands.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "core/bytes.h"
#include "core/parse.h"
#include "report/file.h"
#include "report/terminal.h"
#include "wire/utf8.h"

namespace wskit::cli {
namespace {

constexpr std::size_t kMaxSentFileBytes = std::size_t{64} << 20;

}  // namespace

void SessionCommands::run(const TypedLine& line) {
  using Method = void (SessionCommands::*)(const std::string&);
  static constexpr std::array<std::pair<std::string_view, Method>, 5> kWithText{{
      {"ping", &SessionCommands::ping},
      {"file", &SessionCommands::send_file},
      {"save", &SessionCommands::save},
      {"filter", &SessionCommands::filter},
      {"set", &SessionCommands::set},
  }};
  const std::string& name = line.command;
  const auto* const found =
      std::ranges::find(kWithText, name, &std::pair<std::string_view, Method>::first);
  if (found != kWithText.end()) {
    return (this->*found->second)(line.text);
  }
  if (name == "text" || name == "hex" || name == "b64") {
    const auto message = typed_message(name, line.text);
    return message ? send(*message) : screen_.note(message.error().message);
  }
  if (name == "help") {
    help();
  } else if (name == "show") {
    screen_.show_last();
  } else if (name == "stats") {
    stats();
  } else if (name == "headers") {
    headers();
  } else if (name == "reconnect") {
    screen_.note("connecting again");
    session_.reconnect();
  } else {
    screen_.note(fmt::format("no command /{}; /help lists them, // sends a slash", name));
  }
}

void SessionCommands::help() const {
  for (const SlashCommand& command : slash_commands()) {
    screen_.print(fmt::format("  {:<26}{}\n",
                              fmt::format("/{} {}", command.name, command.arguments),
                              command.description));
  }
  screen_.print(
      "  //TEXT                    send /TEXT as a message\n"
      "  Ctrl-R searches the history, Ctrl-C clears the line, Ctrl-D closes\n");
}

void SessionCommands::ping(const std::string& text) {
  if (text.size() > wire::kMaxControlPayload) {
    return screen_.note("a ping carries at most 125 bytes");
  }
  screen_.expect_pong();
  if (session_.ping_now(text) == ws::SendResult::dropped) {
    screen_.note("not connected");
  }
}

void SessionCommands::send(const script::Message& message) {
  if (session_.send(message.view()) == ws::SendResult::dropped) {
    return screen_.note("not connected: the message was not sent");
  }
  screen_.sent(message.view(), loop_.now(), true);
}

void SessionCommands::send_file(const std::string& path) {
  auto content = report::read_file(path, kMaxSentFileBytes);
  if (!content) {
    return screen_.note(content.error().message);
  }
  const bool text = wire::is_utf8(*content);
  send({.type = text ? script::MessageType::text : script::MessageType::binary,
        .payload = std::move(*content)});
}

void SessionCommands::save(const std::string& path) {
  if (!screen_.last()) {
    return screen_.note("nothing was received yet");
  }
  if (path.empty()) {
    return screen_.note("write /save PATH");
  }
  const auto written = report::write_file(path, screen_.last()->payload);
  screen_.note(written ? fmt::format("{}: {} bytes", path, screen_.last()->payload.size())
                       : written.error().message);
}

void SessionCommands::stats() {
  const auto& agreed = screen_.agreed();
  const std::string agreement = agreed ? describe_agreement(*agreed) : std::string();
  screen_.note(session_.is_open() ? "connected" : "not connected");
  if (!agreement.empty()) {
    screen_.note(agreement);
  }
  if (const auto round_trip = session_.round_trip()) {
    screen_.note("round trip of the last ping " + format_duration(*round_trip));
  }
  const ws::Traffic traffic = screen_.traffic();
  const auto describe = [&](std::string_view way, const SessionScreen::Totals& totals,
                            std::uint64_t wire) {
    const bool ratio = agreed && agreed->deflate && wire != 0;
    screen_.note(fmt::format("{} {} messages, {} bytes; {} bytes of frames{}", way, totals.messages,
                             totals.bytes, wire,
                             ratio ? fmt::format(", {:.1f} : 1", static_cast<double>(totals.bytes) /
                                                                     static_cast<double>(wire))
                                   : ""));
  };
  describe("sent", screen_.sent_totals(), traffic.sent);
  describe("received", screen_.received_totals(), traffic.received);
}

void SessionCommands::headers() {
  const auto& agreed = screen_.agreed();
  if (!agreed) {
    return;
  }
  screen_.print(fmt::format("  {} {}\n", agreed->response.status,
                            report::printable(agreed->response.reason)));
  for (const wire::Header& header : agreed->response.headers) {
    screen_.print(
        fmt::format("  {}: {}\n", report::printable(header.name), report::printable(header.value)));
  }
}

void SessionCommands::filter(const std::string& pattern) {
  if (pattern.empty()) {
    screen_.set_filter(std::nullopt);
    return screen_.note("all messages are shown");
  }
  auto regex = script::Regex::compile(pattern);
  if (!regex) {
    return screen_.note(regex.error().message);
  }
  screen_.set_filter(std::move(*regex));
  screen_.note(fmt::format("only messages that match {} are shown", pattern));
}

void SessionCommands::set(const std::string& arguments) {
  const std::size_t space = arguments.find(' ');
  const std::string_view name = std::string_view(arguments).substr(0, space);
  const std::string_view value =
      space == std::string::npos ? "" : std::string_view(arguments).substr(space + 1);
  const bool on = value == "on";
  if (name == "timestamps" && timestamps(value)) {
    screen_.view().timestamps = *timestamps(value);
  } else if (name == "pretty" && (on || value == "off")) {
    screen_.view().pretty = on;
  } else if (name == "pings" && (on || value == "off")) {
    screen_.show_pings(on);
  } else {
    screen_.note(
        "write /set timestamps off|iso|rel|delta, /set pretty on|off or /set pings on|off");
  }
}

}  // namespace wskit::cli
