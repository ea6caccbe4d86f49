// SPDX-License-Identifier: MIT
#include "cli/command_line.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "cli/secrets.h"
#include "wire/uri.h"

namespace wskit::cli {
namespace {

constexpr std::array<std::string_view, 11> kSecretOptions{
    "-H",       "--header", "-u",           "--user",  "--bearer",   "--oauth2-bearer",
    "--cookie", "--pass",   "--proxy-user", "--proxy", "--from-curl"};

bool is_secret_option(std::string_view name) {
  return std::ranges::find(kSecretOptions, name) != kSecretOptions.end();
}

bool is_reference(std::string_view value) {
  return value.starts_with('@') || value.starts_with("env:");
}

std::string shell_quoted(std::string_view text) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+:,./@%*";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string_view::npos) {
    return std::string(text);
  }
  std::string result = "'";
  for (const char c : text) {
    result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return result + "'";
}

/// A value that stands by itself or after the "=" or the letter of its option.
std::string shown(std::string_view argument) {
  const std::size_t equals = argument.find('=');
  if (argument.starts_with("--") && equals != std::string_view::npos &&
      is_secret_option(argument.substr(0, equals)) && !is_reference(argument.substr(equals + 1))) {
    return std::string(argument.substr(0, equals + 1)) + std::string(kHiddenSecret);
  }
  if (argument.size() > 2 && argument[1] != '-' && is_secret_option(argument.substr(0, 2)) &&
      !is_reference(argument.substr(2))) {
    return std::string(argument.substr(0, 2)) + std::string(kHiddenSecret);
  }
  const auto uri = wire::parse_uri(argument);
  return uri ? uri->display() : std::string(argument);
}

}  // namespace

std::string redacted_command_line(std::span<char* const> arguments) {
  std::string line = "wskit";
  bool secret_follows = false;
  for (const char* const text : arguments.subspan(std::min<std::size_t>(1, arguments.size()))) {
    const std::string_view argument = text;
    const bool hide = secret_follows && !is_reference(argument);
    line += ' ';
    line += hide ? std::string(kHiddenSecret) : shell_quoted(shown(argument));
    secret_follows = is_secret_option(argument);
  }
  return line;
}

std::vector<std::string> literal_messages(std::span<char* const> arguments) {
  using std::string_view_literals::operator""sv;
  if (arguments.size() < 2 || arguments[1] != "send"sv) {
    return {};
  }
  const auto mark = std::ranges::find(arguments, "--"sv);
  return mark == arguments.end() ? std::vector<std::string>()
                                 : std::vector<std::string>(mark + 1, arguments.end());
}

}  // namespace wskit::cli
