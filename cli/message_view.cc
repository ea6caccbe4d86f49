// SPDX-License-Identifier: MIT
#include "cli/message_view.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "core/json.h"
#include "report/json_text.h"
#include "script/message_format.h"
#include "wire/close_code.h"

namespace wskit::cli {
namespace {

constexpr std::array<std::pair<std::string_view, Timestamps>, 4> kTimestamps{{
    {"off", Timestamps::off},
    {"iso", Timestamps::iso},
    {"rel", Timestamps::rel},
    {"delta", Timestamps::delta},
}};

/// Longer JSON is shown as it came: laying it out would take longer than reading it.
constexpr std::size_t kMostPretty = std::size_t{1} << 20;
constexpr std::size_t kBytesInLine = 16;
/// Of a dump, a line more than is shown before it is folded.
constexpr std::size_t kFoldedDump = (MessageView::kFoldedLines + 1) * kBytesInLine;

/// At most `bytes`, and no code point cut in two.
std::size_t whole_code_points(std::string_view text, std::size_t bytes) {
  while (bytes > 0 && bytes < text.size() &&
         (static_cast<unsigned char>(text[bytes]) & 0xc0U) == 0x80) {
    --bytes;
  }
  return std::min(bytes, text.size());
}

/// A tab is as harmless as it is frequent.
std::string harmless(std::string_view line) {
  std::string out;
  while (!line.empty()) {
    const std::size_t tab = std::min(line.find('\t'), line.size());
    out += report::printable(line.substr(0, tab));
    out += tab < line.size() ? "    " : "";
    line.remove_prefix(std::min(tab + 1, line.size()));
  }
  return out;
}

/// The first `most` bytes.
std::string binary_body(std::string_view payload, std::size_t most) {
  const bool short_one = payload.size() <= kBytesInLine;
  std::string dump;
  script::append_payload(dump,
                         short_one ? script::MessageFormat::hex : script::MessageFormat::hexdump,
                         payload.substr(0, most), true);
  return fmt::format("binary, {} {}{}{}", payload.size(), payload.size() == 1 ? "byte" : "bytes",
                     short_one ? ": " : "\n", dump.substr(0, dump.size() - 1));
}

std::string seconds(Nanoseconds time) {
  return fmt::format("+{:.3f}", std::chrono::duration<double>(time).count());
}

}  // namespace

std::optional<Timestamps> timestamps(std::string_view name) {
  const auto* const found =
      std::ranges::find(kTimestamps, name, &std::pair<std::string_view, Timestamps>::first);
  return found == kTimestamps.end() ? std::nullopt : std::optional(found->second);
}

std::string MessageView::stamp(Instant at) {
  const Instant before = std::exchange(last_, at);
  std::string text;
  if (timestamps == Timestamps::rel) {
    text = seconds(at - start_);
  } else if (timestamps == Timestamps::delta) {
    text = seconds(at - before);
  } else if (timestamps == Timestamps::iso) {
    const auto now = std::chrono::system_clock::now() - (MonotonicClock().now() - at);
    const auto whole = std::chrono::floor<std::chrono::seconds>(now);
    text = fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                       fmt::gmtime(std::chrono::system_clock::to_time_t(whole)),
                       std::chrono::floor<std::chrono::milliseconds>(now - whole).count());
  }
  return text.empty() ? text : report::paint(text, report::Style::dim, text_) + " ";
}

std::string MessageView::body(const script::MessageView& message, bool whole) const {
  using script::MessageType;
  switch (message.type) {
    case MessageType::text:
      return text_body(message.payload, whole);
    case MessageType::binary:
      return binary_body(message.payload, whole ? message.payload.size() : kFoldedDump);
    case MessageType::close:
      return fmt::format("close {} ({}){}{}", static_cast<unsigned>(message.code),
                         wire::name(message.code), message.payload.empty() ? "" : ": ",
                         report::printable(message.payload));
    default:
      return fmt::format("{} {}", script::name(message.type), report::printable(message.payload));
  }
}

std::string MessageView::text_body(std::string_view text, bool whole) const {
  const bool maybe_json = text.starts_with('{') || text.starts_with('[');
  if (pretty && maybe_json && text.size() <= kMostPretty) {
    if (const auto json = parse_json(text)) {
      return report::pretty_json(*json, text_);
    }
  }
  // More than is shown, whatever its characters take.
  constexpr std::size_t kMostBytes = 4;
  if (!whole) {
    text = text.substr(0, whole_code_points(text, (kFoldedLines + 1) * width() * kMostBytes));
  }
  std::string shown;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    shown += harmless(text.substr(at, end - at));
    shown += end < text.size() ? "\n" : "";
    at = end + 1;
  }
  return shown;
}

std::string MessageView::fold_mark(std::size_t bytes) const {
  return report::paint(fmt::format("  ... {} bytes in all; /show shows them", bytes),
                       report::Style::dim, text_) +
         "\n";
}

std::string MessageView::folded(std::string_view body, std::size_t bytes, bool whole) const {
  // A line that the terminal breaks counts as so many.
  std::string out;
  std::size_t rows = 0;
  while (!body.empty()) {
    const std::string_view line = body.substr(0, body.find('\n'));
    rows += report::columns_of(line) / width() + 1;
    if (!whole && rows > kFoldedLines && out.empty()) {
      const std::size_t cut = whole_code_points(line, kFoldedLines * width());
      return fmt::format("{}{}\n{}", line.substr(0, cut), text_.colour ? "\x1b[0m" : "",
                         fold_mark(bytes));
    }
    if (!whole && rows > kFoldedLines) {
      return out + fold_mark(bytes);
    }
    out += out.empty() ? "" : "  ";
    out += line;
    out += '\n';
    body.remove_prefix(std::min(line.size() + 1, body.size()));
  }
  return out.empty() ? "\n" : out;
}

std::string MessageView::show(script::Direction direction, const script::MessageView& message,
                              Instant at, bool whole) {
  const bool received = direction == script::Direction::recv;
  const std::string arrow = report::paint(
      received ? "<" : ">", received ? report::Style::green : report::Style::yellow, text_);
  return stamp(at) + arrow + " " + folded(body(message, whole), message.payload.size(), whole);
}

}  // namespace wskit::cli
