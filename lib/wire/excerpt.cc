// SPDX-License-Identifier: MIT
#include "wire/excerpt.h"

#include <algorithm>
#include <array>
#include <utility>

#include "wire/http.h"

namespace wskit::wire {
namespace {

constexpr std::string_view kSpaces = " \t\r\n\f\v";
/// Elements whose content nobody reads on the page; a title says what a heading says again.
constexpr std::array<std::string_view, 3> kHidden{"script", "style", "title"};

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::size_t end_of(std::string_view text, std::string_view mark, std::size_t from) {
  const std::size_t at = text.find(mark, from);
  return at == std::string_view::npos ? text.size() : at + mark.size();
}

bool is_tag(std::string_view text, std::string_view name) {
  return text.size() > name.size() && equals_ignoring_case(text.substr(0, name.size()), name) &&
         !is_letter(text[name.size()]);
}

std::size_t end_of_element(std::string_view text, std::string_view name) {
  for (std::size_t at = text.find("</"); at < text.size(); at = text.find("</", at + 2)) {
    if (is_tag(text.substr(at + 2), name)) {
      return end_of(text, ">", at);
    }
  }
  return text.size();
}

/// How long the tag, comment or hidden element is that `text` begins with; 0 when it is none.
std::size_t markup_length(std::string_view text) {
  if (text.starts_with("<!--")) {
    return end_of(text, "-->", 0);
  }
  if (text.size() < 2 || !(is_letter(text[1]) || text[1] == '/' || text[1] == '!')) {
    return 0;
  }
  for (const std::string_view name : kHidden) {
    if (is_tag(text.substr(1), name)) {
      return end_of_element(text, name);
    }
  }
  return end_of(text, ">", 0);
}

std::string without_markup(std::string_view html) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kReferences{
      {{"&lt;", "<"},
       {"&gt;", ">"},
       {"&quot;", "\""},
       {"&apos;", "'"},
       {"&#39;", "'"},
       {"&nbsp;", " "},
       {"&amp;", "&"}}};
  std::string text;
  while (!html.empty()) {
    if (const std::size_t length = html.front() == '<' ? markup_length(html) : 0; length != 0) {
      text += ' ';
      html.remove_prefix(length);
      continue;
    }
    const auto reference = std::ranges::find_if(
        kReferences, [&](const auto& pair) { return html.starts_with(pair.first); });
    if (reference != kReferences.end()) {
      text += reference->second;
      html.remove_prefix(reference->first.size());
    } else {
      text += html.front();
      html.remove_prefix(1);
    }
  }
  return text;
}

std::string fold_spaces(std::string_view text) {
  std::string folded;
  for (const char c : text) {
    if (kSpaces.find(c) == std::string_view::npos) {
      folded += c;
    } else if (!folded.empty() && folded.back() != ' ') {
      folded += ' ';
    }
  }
  if (folded.ends_with(' ')) {
    folded.pop_back();
  }
  return folded;
}

}  // namespace

std::string excerpt(std::string_view body, std::size_t max_bytes) {
  const std::size_t first = body.find_first_not_of(kSpaces);
  const bool html = first != std::string_view::npos && body[first] == '<';
  std::string text = fold_spaces(html ? without_markup(body) : std::string(body));
  if (text.size() > max_bytes) {
    std::size_t end = max_bytes;
    while (end != 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80) {
      --end;
    }
    text.resize(end);
    text += "...";
  }
  return text;
}

}  // namespace wskit::wire
