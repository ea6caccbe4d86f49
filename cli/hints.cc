// SPDX-License-Identifier: MIT
#include "cli/hints.h"

#include <cstdio>

#include <fmt/format.h>

#include "cli/standard_streams.h"
#include "report/terminal.h"

namespace wskit::cli {

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
    case ErrorCode::upgrade_http_status:
      return "check path, -H, --origin, -u and --oauth2-bearer";
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
  const bool advises = error.message.find("; -") != std::string::npos;
  // What closes TLS without a word after a handshake of TLS 1.3 often wanted a certificate.
  const bool of_tls = error.code == ErrorCode::upgrade_closed && url.starts_with("wss:");
  const std::string_view advice =
      of_tls ? "--cert and --key give a client certificate, if it wants one" : hint(error.code);
  const std::string_view try_this = advises ? std::string_view() : advice;
  say(fmt::format("wskit {}: {}{}{}\n", command,
                  report::printable(describe_failure(url, error.message)),
                  try_this.empty() ? "" : "; ", try_this));
  return exit_code(error.code);
}

}  // namespace wskit::cli
