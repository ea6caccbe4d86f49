// SPDX-License-Identifier: MIT
#include "wire/http.h"

#include <algorithm>
#include <array>

#include "wire/ascii.h"

namespace wskit::wire {
namespace {

constexpr std::array<bool, 256> token_characters() {
  std::array<bool, 256> table{};
  for (unsigned c = '0'; c <= '9'; ++c) {
    table[c] = true;
  }
  for (unsigned c = 'a'; c <= 'z'; ++c) {
    table[c] = true;
    table[c - 'a' + 'A'] = true;
  }
  for (const char c : std::string_view("!#$%&'*+-.^_`|~")) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}

constexpr std::array<bool, 256> kTokenCharacters = token_characters();

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 0x20) : c;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && is_space(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

/// Where the list member that begins at `begin` ends: at a comma outside quotes, or at the end.
std::size_t member_end(std::string_view list, std::size_t begin) {
  bool quoted = false;
  for (std::size_t i = begin; i < list.size(); ++i) {
    if (list[i] == '"') {
      quoted = !quoted;
    } else if (list[i] == '\\' && quoted) {
      ++i;
    } else if (list[i] == ',' && !quoted) {
      return i;
    }
  }
  return list.size();
}

}  // namespace

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return kTokenCharacters[static_cast<unsigned char>(c)];
  });
}

bool is_field_value(std::string_view text) {
  if (!text.empty() && (is_space(text.front()) || is_space(text.back()))) {
    return false;
  }
  return std::ranges::all_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte >= 0x20 && byte != 0x7f) || c == '\t';
  });
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

void Headers::add(std::string_view name, std::string_view value) {
  fields_.push_back({std::string(name), std::string(value)});
}

std::optional<std::string_view> Headers::get(std::string_view name) const {
  for (const Header& field : fields_) {
    if (equals_ignoring_case(field.name, name)) {
      return field.value;
    }
  }
  return std::nullopt;
}

std::size_t Headers::count(std::string_view name) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      fields_, [&](const Header& field) { return equals_ignoring_case(field.name, name); }));
}

std::string Headers::joined(std::string_view name) const {
  std::string list;
  for (const Header& field : fields_) {
    if (equals_ignoring_case(field.name, name)) {
      list.append(list.empty() ? "" : ", ").append(field.value);
    }
  }
  return list;
}

bool Headers::has_token(std::string_view name, std::string_view token) const {
  return std::ranges::any_of(fields_, [&](const Header& field) {
    return equals_ignoring_case(field.name, name) &&
           std::ranges::any_of(split_list(field.value), [&](std::string_view member) {
             return equals_ignoring_case(member, token);
           });
  });
}

std::vector<std::string_view> split_list(std::string_view list) {
  std::vector<std::string_view> members;
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = member_end(list, begin);
    if (const std::string_view member = trim(list.substr(begin, end - begin)); !member.empty()) {
      members.push_back(member);
    }
    begin = end + 1;
  }
  return members;
}

}  // namespace wskit::wire
