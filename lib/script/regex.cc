// SPDX-License-Identifier: MIT
#define PCRE2_CODE_UNIT_WIDTH 8
#include "script/regex.h"

#include <algorithm>
#include <array>

#include <pcre2.h>

#include <fmt/format.h>

#include "script/shown.h"

namespace wskit::script {
namespace {

/// Of PCRE2's own steps: about a tenth of a second.
constexpr std::uint32_t kMostSteps = 2'000'000;
constexpr std::uint32_t kMostHeapKibibytes = 16'384;

std::string reason(int code) {
  std::array<PCRE2_UCHAR, 256> text{};
  ::pcre2_get_error_message(code, text.data(), text.size());
  return reinterpret_cast<const char*>(text.data());
}

/// Where the UTF-8 character after the one at `at` begins; beyond the end at the end.
std::size_t next_character(std::string_view text, std::size_t at) {
  do {
    ++at;
  } while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80U);
  return at;
}

PCRE2_SPTR units(std::string_view text) {
  return reinterpret_cast<PCRE2_SPTR>(text.data());
}

}  // namespace

void Regex::Free::operator()(pcre2_real_code_8* code) const {
  ::pcre2_code_free(code);
}

void Regex::Free::operator()(pcre2_real_match_context_8* context) const {
  ::pcre2_match_context_free(context);
}

void Regex::Free::operator()(pcre2_real_match_data_8* match) const {
  ::pcre2_match_data_free(match);
}

Expected<Regex> Regex::compile(std::string_view pattern) {
  int error = 0;
  PCRE2_SIZE offset = 0;
  Regex regex;
  regex.pattern_ = pattern;
  // What is not UTF-8 simply does not match: a binary message is no error.
  regex.code_.reset(::pcre2_compile(units(pattern), pattern.size(),
                                    PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF, &error,
                                    &offset, nullptr));
  if (regex.code_ == nullptr) {
    return fail(ErrorCode::usage, fmt::format("regular expression '{}': {} at offset {}",
                                              shown_pattern(pattern), reason(error), offset));
  }
  (void)::pcre2_jit_compile(regex.code_.get(), PCRE2_JIT_COMPLETE);  // It works without, too.
  regex.context_.reset(::pcre2_match_context_create(nullptr));
  ::pcre2_set_match_limit(regex.context_.get(), kMostSteps);
  ::pcre2_set_heap_limit(regex.context_.get(), kMostHeapKibibytes);
  regex.match_.reset(::pcre2_match_data_create_from_pattern(regex.code_.get(), nullptr));
  return regex;
}

Expected<bool> Regex::match_at(std::string_view text, std::size_t offset) const {
  const int found =
      ::pcre2_match(code_.get(), units(text), text.size(), offset, 0, match_.get(), context_.get());
  if (found >= 0) {
    return true;
  }
  if (found == PCRE2_ERROR_NOMATCH) {
    return false;
  }
  return fail(ErrorCode::usage, fmt::format("regular expression '{}' gave up on a message of {} "
                                            "bytes: {}; make it simpler",
                                            shown_pattern(pattern_), text.size(), reason(found)));
}

Expected<bool> Regex::find(std::string_view text) const {
  return match_at(text, 0);
}

Expected<std::optional<Regex::Groups>> Regex::search(std::string_view text) const {
  const auto found = match_at(text, 0);
  if (!found) {
    return std::unexpected(found.error());
  }
  if (!*found) {
    return std::nullopt;
  }
  const PCRE2_SIZE* const ranges = ::pcre2_get_ovector_pointer(match_.get());
  Groups groups(::pcre2_get_ovector_count(match_.get()));
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (ranges[2 * i] != PCRE2_UNSET) {
      groups[i] = text.substr(ranges[2 * i], ranges[2 * i + 1] - ranges[2 * i]);
    }
  }
  return groups;
}

std::vector<Regex::NamedGroup> Regex::named_groups() const {
  std::uint32_t count = 0;
  std::uint32_t entry_bytes = 0;
  PCRE2_SPTR entry = nullptr;
  (void)::pcre2_pattern_info(code_.get(), PCRE2_INFO_NAMECOUNT, &count);
  (void)::pcre2_pattern_info(code_.get(), PCRE2_INFO_NAMEENTRYSIZE, &entry_bytes);
  (void)::pcre2_pattern_info(code_.get(), PCRE2_INFO_NAMETABLE, static_cast<void*>(&entry));
  std::vector<NamedGroup> names;
  for (std::uint32_t i = 0; i < count; ++i, entry += entry_bytes) {
    // Two bytes of number, then the name, ended by a NUL.
    names.push_back({.name = reinterpret_cast<const char*>(entry + 2),
                     .number = (std::uint32_t{entry[0]} << 8U) | entry[1]});
  }
  return names;
}

Expected<std::string> Regex::replace_all(std::string_view text,
                                         std::string_view replacement) const {
  std::string out;
  std::size_t at = 0;
  while (at <= text.size()) {
    const auto found = match_at(text, at);
    if (!found) {
      return std::unexpected(found.error());
    }
    const PCRE2_SIZE* const range = ::pcre2_get_ovector_pointer(match_.get());
    if (!*found) {
      break;
    }
    out += text.substr(at, range[0] - at);
    at = range[1];
    if (range[0] < range[1]) {
      out += replacement;
      continue;
    }
    // A match of nothing: there is nothing to replace, and it is found again unless one goes on.
    const std::size_t next = next_character(text, at);
    out += text.substr(at, next - at);
    at = next;
  }
  out += text.substr(std::min(at, text.size()));
  return out;
}

std::vector<LibraryVersion> libraries() {
  std::array<char, 64> version{};
  ::pcre2_config(PCRE2_CONFIG_VERSION, version.data());
  const std::string_view text(version.data());
  return {{.name = "pcre2", .version = std::string(text.substr(0, text.find(' ')))}};
}

}  // namespace wskit::script
