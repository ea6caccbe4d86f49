// SPDX-License-Identifier: MIT
#include "cli/recording_files.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/standard_streams.h"
#include "core/bytes.h"
#include "report/file.h"
#include "report/terminal.h"
#include "script/har.h"
#include "script/input_splitter.h"
#include "script/recorded_line.h"
#include "script/regex.h"
#include "script/transcript.h"
#include "script/transcript_reader.h"
#include "wire/uri.h"

namespace wskit::cli {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 30;

/// Of a URL for people, in a list of many.
constexpr std::size_t kShown = 200;

std::string list_of(const script::HarImport& import) {
  std::string text;
  for (const script::HarSocket& socket : import.sockets) {
    text += fmt::format("{}{} ({} {})", text.empty() ? "" : ", ", escape(socket.url, kShown),
                        socket.messages, socket.messages == 1 ? "message" : "messages");
  }
  return text;
}

/// Calls visit(number, line) for each line of a recording; the first failure ends it and gets its
/// place.
template <class Visitor>
Expected<void> for_each_line(const std::string& file, std::string_view text, Visitor visit) {
  std::uint64_t number = 0;
  while (!text.empty()) {
    ++number;
    const std::size_t end = text.find('\n');
    const auto parsed = script::parse_recorded_line(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const auto visited = parsed ? visit(*parsed) : std::unexpected(parsed.error());
    if (!visited) {
      return fail(visited.error().code,
                  fmt::format("{}:{}: {}", file, number, visited.error().message));
    }
  }
  return {};
}

/// Without a last line that was cut off because whoever wrote it was killed, of which it warns.
std::string_view without_cut_line(const std::string& file, std::string_view text) {
  const std::size_t end = text.rfind('\n');
  if (end == std::string_view::npos || end + 1 == text.size() ||
      script::parse_recorded_line(text.substr(end + 1))) {
    return text;
  }
  const auto number = std::ranges::count(text, '\n') + 1;
  say(fmt::format("wskit record: warning: {}:{}: the last line was cut off and is left out\n",
                  report::printable(file), number));
  return text.substr(0, end + 1);
}

/// "session" of "recordings/session.jsonl".
std::string name_of(const std::string& file) {
  const std::string base = file.substr(file.rfind('/') + 1);
  return base.substr(0, base.rfind('.'));
}

Expected<std::string> as_transcript(const std::string& file, std::string_view text) {
  script::Transcript transcript;
  auto noted = for_each_line(file, text, [&](const script::RecordedLine& line) -> Expected<void> {
    transcript.note(line);
    return {};
  });
  if (!noted) {
    return std::unexpected(noted.error());
  }
  auto head = transcript.head(name_of(file));
  if (!head) {
    return fail(head.error().code, fmt::format("{}: {}", file, head.error().message));
  }
  std::string out = *std::move(head);
  auto written = for_each_line(
      file, text, [&](const script::RecordedLine& line) { return transcript.append(out, line); });
  if (!written) {
    return std::unexpected(written.error());
  }
  return out;
}

Expected<std::string> as_recording(const std::string& file, std::string_view text) {
  auto recording = script::recording_of_transcript(file, text);
  return recording ? Expected<std::string>(*std::move(recording))
                   : fail(ErrorCode::usage, recording.error().describe());
}

}  // namespace

Expected<std::string> read_har(const HarImportOptions& options) {
  const auto text = report::read_file(options.file, kMostBytes);
  if (!text) {
    return std::unexpected(text.error());
  }
  std::optional<script::Regex> regex;
  if (!options.url.empty()) {
    auto compiled = script::Regex::compile(options.url);
    if (!compiled) {
      return fail(ErrorCode::usage, fmt::format("--url: {}", compiled.error().message));
    }
    regex.emplace(std::move(*compiled));
  }
  script::HarOptions har{.url = regex ? &*regex : nullptr, .is_secret = {}};
  if (!options.with_secrets) {
    har.is_secret = wire::is_secret_header;
  }
  auto import = script::import_har(*text, har);
  if (!import) {
    return fail(import.error().code, fmt::format("{}: {}", options.file, import.error().message));
  }
  if (import->sockets.empty()) {
    return fail(ErrorCode::usage,
                fmt::format("{} has no WebSocket: reload the page with the developer tools open, "
                            "and export \"HAR with content\"",
                            options.file));
  }
  if (import->recording.empty()) {
    return fail(ErrorCode::usage, fmt::format("--url {} matches no WebSocket of {}, which has {}",
                                              escape(options.url), options.file, list_of(*import)));
  }
  return std::move(import->recording);
}

Expected<void> convert_recording(const std::string& from, const std::string& to, bool replaces) {
  const bool to_script = from.ends_with(".jsonl") && to.ends_with(".wst");
  if (!to_script && !(from.ends_with(".wst") && to.ends_with(".jsonl"))) {
    return fail(ErrorCode::usage,
                "--convert takes a recording FILE.jsonl and the name of a script FILE.wst, or the "
                "other way round");
  }
  const auto text = report::read_file(from, kMostBytes);
  if (!text) {
    return std::unexpected(text.error());
  }
  std::error_code unknown;
  if (!replaces && std::filesystem::exists(to, unknown)) {
    return fail(ErrorCode::usage, fmt::format("{} exists; --force replaces it", to));
  }
  auto out =
      to_script ? as_transcript(from, without_cut_line(from, *text)) : as_recording(from, *text);
  if (!out) {
    return std::unexpected(out.error());
  }
  return report::write_file(to, *out);
}

}  // namespace wskit::cli
