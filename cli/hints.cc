// SPDX-License-Identifier: MIT
#include "cli/hints.h"

#include <cstdio>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "cli/standard_streams.h"
#include "report/terminal.h"

namespace wskit::cli {
namespace {

/// What is foreign in a line, without changing where its tabs lead.
std::string printable_with_tabs(std::string_view line) {
  std::string out;
  for (std::size_t tab = line.find('\t'); tab != std::string_view::npos; tab = line.find('\t')) {
    out += report::printable(line.substr(0, tab)) + '\t';
    line.remove_prefix(tab + 1);
  }
  return out + report::printable(line);
}

/// The place of a script's mistake, its line and the caret below it; nothing for other messages.
struct ShownMistake {
  std::string_view place;
  std::string_view line;
  std::string_view caret;
};

std::optional<ShownMistake> mistake_in(std::string_view message) {
  const std::size_t above_caret = message.rfind('\n');
  const std::size_t above_line = above_caret == 0 || above_caret == std::string_view::npos
                                     ? std::string_view::npos
                                     : message.rfind('\n', above_caret - 1);
  if (above_line == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view caret = message.substr(above_caret + 1);
  if (caret.find_first_not_of(" \t") != caret.size() - 1 || !caret.ends_with('^')) {
    return std::nullopt;
  }
  return ShownMistake{.place = message.substr(0, above_line),
                      .line = message.substr(above_line + 1, above_caret - above_line - 1),
                      .caret = caret};
}

/// What the status calls for, of "the server answered 401 Unauthorized instead of upgrading".
std::string_view hint_on_status(std::string_view message) {
  constexpr std::string_view kAnswered = "the server answered ";
  constexpr std::size_t kStatusLength = 3;
  const std::size_t found = message.find(kAnswered);
  const std::string_view status = found == std::string_view::npos
                                      ? std::string_view()
                                      : message.substr(found + kAnswered.size(), kStatusLength);
  if (status == "401") {
    return "-u, --oauth2-bearer and -H send credentials";
  }
  if (status == "403") {
    return "check the credentials (-u, --oauth2-bearer, -H) and --origin";
  }
  if (status == "404") {
    return "check the URL's path";
  }
  return status == "407" ? "--proxy-user gives the proxy's login" : std::string_view();
}

/// Its caret stays below its character, however wide the line's escapes are.
std::string shown_mistake(const ShownMistake& mistake) {
  std::string caret;
  std::string_view rest = mistake.line;
  for (const char blank : mistake.caret.substr(0, mistake.caret.size() - 1)) {
    std::size_t size = rest.empty() ? 0 : 1;
    while (size < rest.size() && (static_cast<unsigned char>(rest[size]) & 0xc0U) == 0x80U) {
      ++size;
    }
    const std::string shown = report::printable(rest.substr(0, size));
    caret += blank == '\t' ? "\t" : std::string(report::columns_of(shown), ' ');
    rest.remove_prefix(size);
  }
  return fmt::format("{}\n{}\n{}^\n", report::printable(mistake.place),
                     printable_with_tabs(mistake.line), caret);
}

}  // namespace

std::string_view hint(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::dns_not_found:
      return "check the name, or give its address with --resolve";
    case ErrorCode::tcp_refused:
      return "is the server running, and is this its port?";
    case ErrorCode::dns_timeout:
    case ErrorCode::tcp_timeout:
    case ErrorCode::tls_timeout:
    case ErrorCode::upgrade_timeout:
      return "--connect-timeout sets how long to wait";
    case ErrorCode::tls_not_tls:
      return "a server without TLS is ws://, not wss://";
    case ErrorCode::tls_alert:
      return "--cert and --key give a client certificate, --tls-max and --tlsv1.3 the versions";
    case ErrorCode::upgrade_closed:
      return "a server that expects TLS is wss://, not ws://";
    case ErrorCode::upgrade_bad_subprotocol:
      return "-s offers a subprotocol";
    case ErrorCode::too_big:
      return "--max-message allows longer ones";
    default:
      return {};
  }
}

std::string describe_failure(std::string_view url, std::string_view message) {
  constexpr std::string_view kConnect = "connect ";
  const std::size_t colon = message.find(": ");
  if (url.empty() || !message.starts_with(kConnect) || colon == std::string_view::npos) {
    return url.empty() ? std::string(message) : fmt::format("connect {}: {}", url, message);
  }
  const std::string_view address = message.substr(kConnect.size(), colon - kConnect.size());
  const bool named = url.find(address) != std::string_view::npos;
  return fmt::format("connect {}{}{}{}", url, named ? "" : " at ", named ? "" : address,
                     message.substr(colon));
}

int complain(std::string_view command, const Error& error, std::string_view url) {
  if (const auto mistake = mistake_in(error.message)) {
    say(shown_mistake(*mistake));
    return exit_code(error.code);
  }
  const bool advises = error.message.find("; -") != std::string::npos;
  // What closes TLS without a word after a handshake of TLS 1.3 often wanted a certificate.
  const bool of_tls = error.code == ErrorCode::upgrade_closed && url.starts_with("wss:");
  const std::string_view advice =
      of_tls ? "--cert and --key give a client certificate, if it wants one"
      : error.code == ErrorCode::upgrade_http_status ? hint_on_status(error.message)
                                                     : hint(error.code);
  const std::string_view try_this = advises ? std::string_view() : advice;
  say(fmt::format("wskit {}: {}{}{}\n", command,
                  report::printable(describe_failure(url, error.message)),
                  try_this.empty() ? "" : "; ", try_this));
  return exit_code(error.code);
}

}  // namespace wskit::cli
