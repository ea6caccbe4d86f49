// SPDX-License-Identifier: MIT
#include "wire/extensions.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/bytes.h"
#include "wire/ascii.h"
#include "wire/http.h"

namespace wskit::wire {
namespace {

/// Reads one header value from the left; every step skips the white space before it.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool at_end() {
    skip_spaces();
    return rest_.empty();
  }

  [[nodiscard]] bool take(char expected) {
    skip_spaces();
    if (!rest_.starts_with(expected)) {
      return false;
    }
    rest_.remove_prefix(1);
    return true;
  }

  /// Empty when there is none.
  [[nodiscard]] std::string take_token() {
    skip_spaces();
    const auto* const end =
        std::ranges::find_if_not(rest_, [](char c) { return is_token(std::string_view(&c, 1)); });
    std::string token(rest_.begin(), end);
    rest_.remove_prefix(token.size());
    return token;
  }

  /// A token or a quoted string that holds one; empty when there is neither.
  [[nodiscard]] std::string take_value() {
    if (!take('"')) {
      return take_token();
    }
    std::string value;
    while (!rest_.empty() && rest_.front() != '"') {
      if (rest_.front() == '\\' && rest_.size() > 1) {
        rest_.remove_prefix(1);
      }
      value += rest_.front();
      rest_.remove_prefix(1);
    }
    const bool closed = take('"');
    return closed && is_token(value) ? value : std::string{};
  }

 private:
  void skip_spaces() {
    while (!rest_.empty() && is_space(rest_.front())) {
      rest_.remove_prefix(1);
    }
  }

  std::string_view rest_;
};

std::optional<ExtensionParameter> parse_parameter(Cursor& cursor) {
  ExtensionParameter parameter{.name = cursor.take_token(), .value = {}};
  if (parameter.name.empty()) {
    return std::nullopt;
  }
  if (cursor.take('=')) {
    parameter.value = cursor.take_value();
    if (parameter.value->empty()) {
      return std::nullopt;
    }
  }
  return parameter;
}

std::optional<Extension> parse_extension(std::string_view member) {
  Cursor cursor(member);
  Extension extension{.name = cursor.take_token(), .parameters = {}};
  if (extension.name.empty()) {
    return std::nullopt;
  }
  while (cursor.take(';')) {
    auto parameter = parse_parameter(cursor);
    if (!parameter) {
      return std::nullopt;
    }
    extension.parameters.push_back(std::move(*parameter));
  }
  return cursor.at_end() ? std::optional(std::move(extension)) : std::nullopt;
}

}  // namespace

Expected<std::vector<Extension>> parse_extensions(std::string_view header) {
  std::vector<Extension> extensions;
  for (const std::string_view member : split_list(header)) {
    auto extension = parse_extension(member);
    if (!extension) {
      return fail(ErrorCode::upgrade_bad_extension,
                  fmt::format("'{}' is not a valid extension", escape(member)));
    }
    extensions.push_back(std::move(*extension));
  }
  return extensions;
}

std::string to_header(const Extension& extension) {
  std::string header = extension.name;
  for (const ExtensionParameter& parameter : extension.parameters) {
    header.append("; ").append(parameter.name);
    if (parameter.value) {
      header.append("=").append(*parameter.value);
    }
  }
  return header;
}

}  // namespace wskit::wire
