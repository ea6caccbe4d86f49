// SPDX-License-Identifier: MIT
#include "cli/replay_input.h"

#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "cli/recording_files.h"

namespace wskit::cli {
namespace {

/// As much as is looked at to know what a file is.
constexpr std::size_t kBeginning = std::size_t{64} << 10;
/// What JSON and base64 make of a message at most.
constexpr std::size_t kGrowth = 6;

Expected<net::Descriptor> open_file(const std::string& path) {
  net::Descriptor file(path == "-" ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                                   : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) {
    return fail(ErrorCode::unreadable_file,
                fmt::format("{}: {}", path, std::generic_category().message(errno)));
  }
  return file;
}

/// The next line that is not blank.
std::optional<std::string_view> take_line(std::string_view& rest) {
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (line.find_first_not_of(" \t\r") != std::string_view::npos) {
      return line;
    }
  }
  return std::nullopt;
}

}  // namespace

Expected<ReplayInput> ReplayInput::open(const std::string& path, const std::string& format,
                                        std::size_t max_message_bytes) {
  auto file = open_file(path);
  if (!file) {
    return std::unexpected(file.error());
  }
  ReplayInput input;
  input.path_ = path;
  input.name_ = path == "-" ? "standard input" : path;
  input.file_ = std::move(*file);
  input.max_message_bytes_ = max_message_bytes;
  if (auto read = input.read_beginning(); !read) {
    return std::unexpected(read.error());
  }
  if (input.is_har(format)) {
    auto recording = read_har({.file = path});
    if (!recording) {
      return std::unexpected(recording.error());
    }
    input.recording_ = std::move(*recording);
    input.beginning_ = input.recording_;
  }
  input.look_at_beginning(input.recording_.empty() ? format : "jsonl");
  return input;
}

/// Up to the first read that has a whole line: a pipe may have no more for now.
Expected<void> ReplayInput::read_beginning() {
  std::array<char, kBeginning> piece{};
  while (beginning_.size() < kBeginning && !beginning_.contains('\n')) {
    const ssize_t got = ::read(file_.get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return fail(ErrorCode::unreadable_file,
                  fmt::format("{}: {}", name_, std::generic_category().message(errno)));
    }
    if (got == 0) {
      break;
    }
    beginning_.append(piece.data(), static_cast<std::size_t>(got));
  }
  return {};
}

/// By its name, or as one object whose first member is "log".
bool ReplayInput::is_har(const std::string& format) const {
  if (format != "auto") {
    return format == "har";
  }
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t first = beginning_.find_first_not_of(kBlanks);
  const std::size_t second =
      first == std::string::npos ? first : beginning_.find_first_not_of(kBlanks, first + 1);
  const bool begins = second != std::string::npos && beginning_[first] == '{' &&
                      std::string_view(beginning_).substr(second).starts_with("\"log\"");
  return path_ != "-" && (begins || path_.ends_with(".har"));
}

void ReplayInput::look_at_beginning(const std::string& format) {
  std::string_view rest = beginning_;
  auto line = take_line(rest);
  const bool named = format == "jsonl" || (format == "auto" && path_.ends_with(".jsonl"));
  plain_ = format == "line" || (!named && line && !script::looks_recorded(*line));
  while (!plain_ && line && look_at(*line)) {
    line = take_line(rest);
  }
}

/// False when no more is to be seen.
bool ReplayInput::look_at(std::string_view line) {
  auto parsed = script::parse_recorded_line(line);
  if (!parsed) {
    // Told, with its place, when it is its turn.
    return false;
  }
  if (auto* head = std::get_if<script::RecordedHead>(&parsed->what)) {
    head_ = std::move(*head);
    return true;
  }
  return std::holds_alternative<std::monostate>(parsed->what);
}

Expected<std::unique_ptr<session::ReplaySource>> ReplayInput::source(net::Loop& loop) {
  if (!recording_.empty()) {
    return std::make_unique<session::ReplaySource>(
        recording_, session::ReplaySourceOptions{
                        .name = name_, .max_line_bytes = recording_.size(), .beginning = {}});
  }
  auto file = file_.is_open() ? Expected<net::Descriptor>(std::move(file_)) : open_file(path_);
  if (!file) {
    return std::unexpected(file.error());
  }
  return session::ReplaySource::create(loop, std::move(*file),
                                       {.name = name_,
                                        .plain = plain_,
                                        .max_line_bytes = max_message_bytes_ * kGrowth + kBeginning,
                                        .beginning = std::exchange(beginning_, {})});
}

}  // namespace wskit::cli
