// SPDX-License-Identifier: MIT
#include "cli/from_curl.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/bytes.h"
#include "core/shell_words.h"
#include "report/file.h"
#include "wire/http.h"

namespace wskit::cli {
namespace {

constexpr std::size_t kMaxCommandBytes = std::size_t{1} << 20U;

enum class Meaning : std::uint8_t { ignored, flag, value, header, referer, cookie, method, url };

struct CurlOption {
  /// 0 for none.
  char letter;
  std::string_view name;
  Meaning meaning;
};

constexpr std::array kOptions{
    CurlOption{'H', "header", Meaning::header},
    CurlOption{'b', "cookie", Meaning::cookie},
    CurlOption{'e', "referer", Meaning::referer},
    CurlOption{'X', "request", Meaning::method},
    CurlOption{0, "url", Meaning::url},
    CurlOption{'A', "user-agent", Meaning::value},
    CurlOption{'u', "user", Meaning::value},
    CurlOption{'x', "proxy", Meaning::value},
    CurlOption{'U', "proxy-user", Meaning::value},
    CurlOption{0, "noproxy", Meaning::value},
    CurlOption{0, "proxy-cacert", Meaning::value},
    CurlOption{0, "oauth2-bearer", Meaning::value},
    CurlOption{0, "netrc-file", Meaning::value},
    CurlOption{'c', "cookie-jar", Meaning::value},
    CurlOption{0, "cacert", Meaning::value},
    CurlOption{0, "capath", Meaning::value},
    CurlOption{'E', "cert", Meaning::value},
    CurlOption{0, "key", Meaning::value},
    CurlOption{0, "pass", Meaning::value},
    CurlOption{0, "tls-max", Meaning::value},
    CurlOption{0, "ciphers", Meaning::value},
    CurlOption{0, "tls13-ciphers", Meaning::value},
    CurlOption{0, "resolve", Meaning::value},
    CurlOption{0, "connect-to", Meaning::value},
    CurlOption{0, "unix-socket", Meaning::value},
    CurlOption{0, "interface", Meaning::value},
    CurlOption{0, "connect-timeout", Meaning::value},
    CurlOption{0, "max-redirs", Meaning::value},
    CurlOption{'k', "insecure", Meaning::flag},
    CurlOption{0, "proxy-insecure", Meaning::flag},
    CurlOption{'L', "location", Meaning::flag},
    CurlOption{'n', "netrc", Meaning::flag},
    CurlOption{'v', "verbose", Meaning::flag},
    CurlOption{'4', "ipv4", Meaning::flag},
    CurlOption{'6', "ipv6", Meaning::flag},
    CurlOption{0, "tlsv1.2", Meaning::flag},
    CurlOption{0, "tlsv1.3", Meaning::flag},
    CurlOption{'p', "proxytunnel", Meaning::ignored},
    CurlOption{'s', "silent", Meaning::ignored},
    CurlOption{'S', "show-error", Meaning::ignored},
    CurlOption{'i', "include", Meaning::ignored},
    CurlOption{'N', "no-buffer", Meaning::ignored},
    CurlOption{'f', "fail", Meaning::ignored},
    CurlOption{'g', "globoff", Meaning::ignored},
    CurlOption{'G', "get", Meaning::ignored},
    CurlOption{0, "compressed", Meaning::ignored},
    CurlOption{0, "http1.1", Meaning::ignored},
    CurlOption{0, "http2", Meaning::ignored},
};

/// The handshake makes its own.
constexpr std::array<std::string_view, 8> kOwnHeaders{
    "Connection",
    "Upgrade",
    "Sec-WebSocket-Key",
    "Sec-WebSocket-Version",
    "Sec-WebSocket-Extensions",
    "Sec-WebSocket-Accept",
    "Content-Length",
    "Transfer-Encoding",
};

std::unexpected<Error> refused(std::string message) {
  return fail(ErrorCode::usage, std::move(message));
}

bool takes_value(const CurlOption& option) {
  return option.meaning != Meaning::ignored && option.meaning != Meaning::flag;
}

/// Reads the words behind "curl" one after the other.
class Translation {
 public:
  explicit Translation(std::vector<std::string> words) : words_(std::move(words)) {}

  Expected<std::vector<std::string>> run();

 private:
  [[nodiscard]] Expected<void> take(const std::string& word);
  [[nodiscard]] Expected<void> take_letters(std::string_view letters);
  [[nodiscard]] Expected<void> apply(const CurlOption& option, std::optional<std::string> value);
  [[nodiscard]] Expected<void> apply_value(const CurlOption& option, const std::string& value);
  [[nodiscard]] Expected<void> set_url(const std::string& url);
  void add_header(const std::string& text);
  void add(std::string_view option, const std::string& value);

  std::vector<std::string> words_;
  std::size_t next_ = 1;
  std::string url_;
  std::vector<std::string> arguments_;
};

Expected<std::vector<std::string>> Translation::run() {
  const bool is_curl =
      !words_.empty() && (words_.front() == "curl" || words_.front().ends_with("/curl"));
  if (!is_curl) {
    return refused("it does not begin with 'curl'; copy the request as cURL for bash");
  }
  while (next_ < words_.size()) {
    if (auto taken = take(words_[next_++]); !taken) {
      return std::unexpected(std::move(taken.error()));
    }
  }
  if (url_.empty()) {
    return refused("there is no URL in it");
  }
  arguments_.insert(arguments_.begin(), url_);
  return std::move(arguments_);
}

Expected<void> Translation::take(const std::string& word) {
  if (!word.starts_with('-') || word == "-") {
    return set_url(word);
  }
  if (!word.starts_with("--")) {
    return take_letters(std::string_view(word).substr(1));
  }
  const auto* const option =
      std::ranges::find(kOptions, std::string_view(word).substr(2), &CurlOption::name);
  if (word.starts_with("--data")) {
    return refused(
        fmt::format("curl's {} is for a body, which the handshake of a WebSocket has "
                    "not: copy the WebSocket's own request",
                    escape(word.substr(0, word.find('=')))));
  }
  if (option == kOptions.end()) {
    return refused(fmt::format("curl's option {} has no counterpart here: leave it out",
                               escape(word.substr(0, word.find('=')))));
  }
  return apply(*option, std::nullopt);
}

// "-kL", "-sSH 'x: y'", "-XGET".
Expected<void> Translation::take_letters(std::string_view letters) {
  while (!letters.empty()) {
    const auto* const option = std::ranges::find(kOptions, letters.front(), &CurlOption::letter);
    if (option == kOptions.end()) {
      return refused(fmt::format("curl's option -{} has no counterpart here: leave it out",
                                 escape(letters.substr(0, 1))));
    }
    letters.remove_prefix(1);
    if (takes_value(*option)) {
      return apply(*option, letters.empty() ? std::nullopt : std::optional(std::string(letters)));
    }
    if (auto applied = apply(*option, std::nullopt); !applied) {
      return applied;
    }
  }
  return {};
}

Expected<void> Translation::apply(const CurlOption& option, std::optional<std::string> value) {
  if (option.meaning == Meaning::flag) {
    arguments_.push_back(fmt::format("--{}", option.name));
    return {};
  }
  if (option.meaning == Meaning::ignored) {
    return {};
  }
  if (!value && next_ < words_.size()) {
    value = words_[next_++];
  }
  if (!value) {
    return refused(fmt::format("curl's option --{} has no value", option.name));
  }
  return apply_value(option, *value);
}

Expected<void> Translation::apply_value(const CurlOption& option, const std::string& value) {
  switch (option.meaning) {
    case Meaning::url:
      return set_url(value);
    case Meaning::header:
      add_header(value);
      return {};
    case Meaning::referer:
      add("--header", "Referer: " + value);
      return {};
    case Meaning::cookie:
      add("--cookie", value.find('=') == std::string::npos ? "@" + value : value);
      return {};
    case Meaning::method:
      return value == "GET" ? Expected<void>()
                            : refused("the handshake of a WebSocket is a GET, no other method");
    default:
      add(fmt::format("--{}", option.name), value);
      return {};
  }
}

Expected<void> Translation::set_url(const std::string& url) {
  if (!url_.empty()) {
    return refused("there are two URLs in it");
  }
  const std::size_t end = url.find("://");
  const std::string scheme = to_lower(url.substr(0, end));
  if (end == std::string::npos) {
    url_ = "ws://" + url;
  } else if (scheme == "http" || scheme == "https") {
    url_ = (scheme == "https" ? "wss" : "ws") + url.substr(end);
  } else {
    url_ = url;
  }
  // A copied page's fragment is no part of the request.
  url_.erase(std::min(url_.find('#'), url_.size()));
  return {};
}

void Translation::add_header(const std::string& text) {
  const std::size_t end = text.find_first_of(":;");
  const std::string_view name = std::string_view(text).substr(0, end);
  const bool own = std::ranges::any_of(kOwnHeaders, [&](std::string_view header) {
    return wire::equals_ignoring_case(name, header);
  });
  if (own) {
    return;
  }
  if (!wire::equals_ignoring_case(name, "Sec-WebSocket-Protocol")) {
    return add("--header", text);
  }
  for (const std::string_view subprotocol :
       wire::split_list(std::string_view(text).substr(std::min(end, text.size() - 1) + 1))) {
    add("--subprotocol", std::string(subprotocol));
  }
}

// An empty value cannot stand behind an equals sign.
void Translation::add(std::string_view option, const std::string& value) {
  if (value.empty()) {
    arguments_.emplace_back(option);
    arguments_.emplace_back();
  } else {
    arguments_.push_back(fmt::format("{}={}", option, value));
  }
}

Expected<std::vector<std::string>> translate(const std::string& given) {
  if (!given.starts_with('@')) {
    return arguments_from_curl(given);
  }
  const auto content = report::read_file(given.substr(1), kMaxCommandBytes);
  if (!content) {
    return std::unexpected(content.error());
  }
  return arguments_from_curl(*content);
}

}  // namespace

Expected<std::vector<std::string>> arguments_from_curl(std::string_view command) {
  auto words = split_shell_words(command);
  if (!words) {
    return std::unexpected(std::move(words.error()));
  }
  return Translation(std::move(*words)).run();
}

Expected<std::vector<std::string>> expand_from_curl(std::span<char* const> arguments) {
  constexpr std::string_view kOption = "--from-curl";
  constexpr std::ptrdiff_t kBehindCommand = 2;
  std::vector<std::string> words(arguments.begin(), arguments.end());
  const auto end = std::ranges::find(words, "--");
  const auto found = std::find_if(words.begin(), end, [&](const std::string& word) {
    return word == kOption || word.starts_with(std::string(kOption) + "=");
  });
  const bool apart = found != end && *found == kOption;
  if (found == end || found - words.begin() < kBehindCommand || (apart && found + 1 == end)) {
    return words;  // without a value it is for the parser to complain
  }
  auto curl = translate(apart ? *(found + 1) : found->substr(kOption.size() + 1));
  if (!curl) {
    return fail(curl.error().code, fmt::format("{}: {}", kOption, curl.error().message));
  }
  words.erase(found, found + (apart ? 2 : 1));
  words.insert(words.begin() + kBehindCommand, curl->begin(), curl->end());
  return words;
}

std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size());
  std::ranges::transform(words, std::back_inserter(pointers),
                         [](std::string& word) { return word.data(); });
  return pointers;
}

}  // namespace wskit::cli
