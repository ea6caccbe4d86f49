// SPDX-License-Identifier: MIT
#include "http/netrc.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/bytes.h"

namespace wskit::http {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

struct Entry {
  bool is_default = false;
  std::string machine;
  wire::Credentials credentials;
};

class Words {
 public:
  explicit Words(std::string_view text) : rest_(text) {}

  /// The next word; nothing at the end, and with `broken()` for a quotation without an end.
  std::optional<std::string> next();
  [[nodiscard]] bool broken() const { return broken_; }
  /// A macro ends at an empty line.
  void skip_macro();

 private:
  void skip_space_and_comments();
  std::optional<std::string> quoted();

  std::string_view rest_;
  bool broken_ = false;
};

void Words::skip_space_and_comments() {
  while (true) {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(kSpace), rest_.size()));
    if (!rest_.starts_with('#')) {
      return;
    }
    rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
  }
}

std::optional<std::string> Words::next() {
  skip_space_and_comments();
  if (rest_.empty()) {
    return std::nullopt;
  }
  if (rest_.starts_with('"')) {
    return quoted();
  }
  const std::size_t end = std::min(rest_.find_first_of(kSpace), rest_.size());
  std::string word(rest_.substr(0, end));
  rest_.remove_prefix(end);
  return word;
}

std::optional<std::string> Words::quoted() {
  std::string word;
  for (std::size_t i = 1; i < rest_.size(); ++i) {
    if (rest_[i] == '"') {
      rest_.remove_prefix(i + 1);
      return word;
    }
    if (rest_[i] != '\\' || i + 1 == rest_.size()) {
      word += rest_[i];
      continue;
    }
    ++i;
    switch (rest_[i]) {
      case 'n':
        word += '\n';
        break;
      case 'r':
        word += '\r';
        break;
      case 't':
        word += '\t';
        break;
      default:
        word += rest_[i];
    }
  }
  broken_ = true;
  rest_ = {};
  return std::nullopt;
}

void Words::skip_macro() {
  const std::size_t end = std::min(rest_.find("\n\n"), rest_.size());
  rest_.remove_prefix(end);
}

std::unexpected<Error> unreadable(std::string_view why) {
  return fail(ErrorCode::usage, fmt::format("the netrc file is broken: {}", why));
}

/// One keyword with its value, for the last of `entries`.
Expected<void> take(const std::string& keyword, Words& words, std::vector<Entry>& entries) {
  if (keyword == "default") {
    entries.push_back({.is_default = true});
    return {};
  }
  auto value = words.next();
  if (!value) {
    // Not quoted: what stands in the wrong place may be a password.
    return unreadable(words.broken() ? "a quotation has no end" : "the last word has no value");
  }
  if (keyword == "macdef") {
    words.skip_macro();
    return {};
  }
  if (keyword == "machine") {
    entries.push_back({.machine = to_lower(*value)});
    return {};
  }
  if (keyword == "account") {
    return {};
  }
  if ((keyword != "login" && keyword != "password") || entries.empty()) {
    return unreadable("it has words other than machine, default, login, password, account, macdef");
  }
  wire::Credentials& credentials = entries.back().credentials;
  (keyword == "login" ? credentials.user : credentials.password) = std::move(*value);
  return {};
}

}  // namespace

Expected<std::optional<wire::Credentials>> find_in_netrc(std::string_view text,
                                                         std::string_view host,
                                                         std::string_view user) {
  Words words(text);
  std::vector<Entry> entries;
  while (const auto keyword = words.next()) {
    if (auto taken = take(*keyword, words, entries); !taken) {
      return std::unexpected(std::move(taken.error()));
    }
  }
  const std::string name = to_lower(host);
  const auto found = std::ranges::find_if(entries, [&](const Entry& entry) {
    return (entry.is_default || entry.machine == name) &&
           (user.empty() || entry.credentials.user == user);
  });
  if (found == entries.end()) {
    return std::nullopt;
  }
  return std::move(found->credentials);
}

}  // namespace wskit::http
