// SPDX-License-Identifier: MIT
#include "script/redacted_text.h"

#include <algorithm>
#include <cctype>
#include <cstddef>

#include <fmt/format.h>

#include "script/redaction.h"
#include "script/script_lines.h"

namespace wskit::script {
namespace {

std::string_view without_blanks_behind(std::string_view text) {
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

/// The name of the member whose value begins behind `text`, as `{"name": "`; empty for other text.
std::string_view member_of(std::string_view text) {
  if (!text.ends_with('"')) {
    return {};
  }
  text = without_blanks_behind(text.substr(0, text.size() - 1));
  if (!text.ends_with(':')) {
    return {};
  }
  text = without_blanks_behind(text.substr(0, text.size() - 1));
  if (!text.ends_with('"')) {
    return {};
  }
  text.remove_suffix(1);
  const std::size_t begin = text.rfind('"');
  return begin == std::string_view::npos ? std::string_view() : text.substr(begin + 1);
}

/// Whether a placeholder behind `text` is one: "{" and "\\" would take its braces.
bool takes_placeholder(std::string_view text) {
  const std::size_t last = text.find_last_not_of('{');
  const std::size_t braces = text.size() - (last == std::string_view::npos ? 0 : last + 1);
  return braces % 2 == 0 && !text.ends_with('\\');
}

}  // namespace

bool has_control_character(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
}

bool has_mark(std::string_view text) {
  return text.find(Redaction::kMark) != std::string_view::npos;
}

std::string variable_of(std::string_view name) {
  std::string variable;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    variable += std::isalnum(byte) != 0 ? static_cast<char>(std::toupper(byte)) : '_';
  }
  return variable;
}

std::string escaped_braces(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with("{{")) {
      out += "\\{{";
      ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::unexpected<Error> unsayable_redaction() {
  return fail(ErrorCode::usage, fmt::format("{} cannot become {{{{env.NAME}}}} in a script here, "
                                            "behind {{ or \\ or beside a control character: write "
                                            "another value in its place",
                                            Redaction::kMark));
}

Expected<std::string> with_variables(std::string_view text) {
  std::string out;
  for (std::size_t at = text.find(Redaction::kMark); at != std::string_view::npos;
       at = text.find(Redaction::kMark)) {
    const std::string_view behind = text.substr(at + Redaction::kMark.size());
    const std::string_view member = member_of(text.substr(0, at));
    const bool is_value = !member.empty() && behind.starts_with('"');
    const std::string_view before = text.substr(0, is_value ? at - 1 : at);
    if (!takes_placeholder(before)) {
      return unsayable_redaction();
    }
    out += escaped_braces(before);
    out += is_value ? "{{json env." + variable_of(member) + "}}" : "{{env.REDACTED}}";
    text = behind.substr(is_value ? 1 : 0);
  }
  return out.append(escaped_braces(text));
}

Expected<std::string> block_with_variables(std::string_view text) {
  constexpr std::string_view kQuotes = "\"\"\"";
  std::string block(kQuotes);
  while (true) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    const auto is_sayable = [](char c) { return c == '\t' || !has_control_character({&c, 1}); };
    const auto said = with_variables(line);
    if (!said || !std::ranges::all_of(line, is_sayable) || trimmed(line) == kQuotes) {
      return unsayable_redaction();
    }
    block.append("\n").append(*said);
    if (end == text.size()) {
      return block.append("\n").append(kQuotes);
    }
    text.remove_prefix(end + 1);
  }
}

}  // namespace wskit::script
