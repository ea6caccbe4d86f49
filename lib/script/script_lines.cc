// SPDX-License-Identifier: MIT
#include "script/script_lines.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

namespace wskit::script {
namespace {

constexpr std::string_view kBlockOfText = "\"\"\"";

std::vector<std::string> split_lines(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) {
    text.remove_prefix(3);
  }
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    lines.emplace_back(line);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

// The first one from `next` to `end` that says something, or `end`.
std::size_t next_telling(const std::vector<std::string>& lines, std::size_t next, std::size_t end) {
  const auto says_nothing = [](std::string_view line) {
    const std::string_view text = trimmed(line);
    return text.empty() || text.starts_with('#');
  };
  while (next < end && says_nothing(lines[next])) {
    ++next;
  }
  return next;
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool opens_block(std::string_view line) {
  std::string_view text = trimmed(line);
  if (text.starts_with('@')) {
    text = trimmed(text.substr(std::min(text.find_first_of(" \t"), text.size())));
  }
  return text.ends_with('{') && (text.starts_with("repeat") || text.starts_with("unordered"));
}

std::optional<LineCursor> ScriptLines::peek() {
  while (!stack_.empty()) {
    Level& level = stack_.back();
    const auto& lines = script_.lines[level.file];
    level.next = next_telling(lines, level.next, level.end);
    if (level.next < level.end) {
      const std::string& line = lines[level.next];
      const auto last = line.find_last_not_of(" \t");
      return LineCursor({.file = level.file, .line = static_cast<std::uint32_t>(level.next + 1)},
                        std::string_view(line).substr(0, last + 1));
    }
    if (stack_.size() == 1) {
      break;  // The end of the script itself stays, for place().
    }
    stack_.pop_back();
  }
  return std::nullopt;
}

std::optional<std::string_view> ScriptLines::take_verbatim() {
  Level& level = stack_.back();
  if (level.next >= level.end) {
    return std::nullopt;
  }
  return script_.lines[level.file][level.next++];
}

Place ScriptLines::place() {
  const Level& level = stack_.back();
  return {.file = level.file,
          .line = static_cast<std::uint32_t>(std::min(level.next, level.end - 1) + 1)};
}

Place ScriptLines::taken() const {
  const Level& level = stack_.back();
  return {.file = level.file,
          .line = static_cast<std::uint32_t>(std::max(level.next, std::size_t{1}))};
}

void ScriptLines::enter(std::string name, std::string_view text) {
  script_.files.push_back(std::move(name));
  auto& lines = script_.lines.emplace_back(split_lines(text));
  if (lines.empty()) {
    lines.emplace_back();
  }
  stack_.push_back(
      {.file = static_cast<std::uint16_t>(script_.files.size() - 1), .end = lines.size()});
}

void ScriptLines::enter(const Range& range) {
  stack_.push_back({.file = range.file, .next = range.first, .end = range.end});
}

std::string ScriptLines::path_from_here(std::string_view path) const {
  const std::filesystem::path here(script_.files[stack_.back().file]);
  return (here.parent_path() / std::filesystem::path(path)).lexically_normal().string();
}

Expected<std::string> ScriptLines::read(std::string_view path) const {
  return read_(path_from_here(path));
}

Expected<void> ScriptLines::include(std::string_view path) {
  if (path.empty()) {
    return fail(ErrorCode::usage, "expected the path of a file");
  }
  const std::string name = path_from_here(path);
  const auto is_this = [&](const Level& level) {
    return std::filesystem::path(script_.files[level.file]).lexically_normal() == name;
  };
  if (std::ranges::any_of(stack_, is_this)) {
    return fail(ErrorCode::usage, fmt::format("{} includes itself{}", name,
                                              is_this(stack_.back()) ? "" : " by this line"));
  }
  if (stack_.size() > kMaxDepth) {
    return fail(ErrorCode::usage,
                fmt::format("files include each other more than {} deep", kMaxDepth));
  }
  auto text = read(path);
  if (!text) {
    return std::unexpected(std::move(text.error()));
  }
  constexpr std::size_t kMaxFiles = 1000;
  if (script_.files.size() >= kMaxFiles) {
    return fail(ErrorCode::usage, fmt::format("more than {} files are included", kMaxFiles));
  }
  enter(name, *text);
  return {};
}

std::optional<ScriptLines::Range> ScriptLines::skip_block() {
  Level& level = stack_.back();
  Range range{.file = level.file, .first = level.next};
  std::size_t depth = 1;
  bool in_text = false;
  for (; level.next < level.end; ++level.next) {
    const std::string_view text = trimmed(script_.lines[level.file][level.next]);
    if (text.ends_with(kBlockOfText)) {
      in_text = !in_text;
    } else if (!in_text && opens_block(text) && !text.starts_with('#')) {
      ++depth;
    } else if (!in_text && text == "}" && --depth == 0) {
      range.end = level.next++;
      return range;
    }
  }
  return std::nullopt;
}

}  // namespace wskit::script
