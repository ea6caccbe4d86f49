// SPDX-License-Identifier: MIT
#include "cli/handshake_trace.h"

#include <string_view>

#include <fmt/format.h>

#include "cli/secrets.h"
#include "net/certificate.h"
#include "report/terminal.h"
#include "report/units.h"
#include "wire/deflate_negotiation.h"
#include "wire/http.h"
#include "wire/uri.h"

namespace wskit::cli {
namespace {

constexpr int kFirstRedirect = 300;
constexpr int kSwitchingProtocols = 101;

void add_line(std::string& text, char mark, std::string_view line) {
  text += fmt::format("{} {}\n", mark, report::printable(line));
}

std::string latency(Nanoseconds time) {
  return report::format_latency(time, false);
}

/// "Basic ***" of an authentication, "***" of other secrets, and links without theirs.
std::string shown_value(std::string_view name, std::string_view value) {
  if (!wire::is_secret_header(name)) {
    return wire::without_secrets(value);
  }
  const bool scheme = wire::equals_ignoring_case(name, "Authorization") &&
                      value.find(' ') != std::string_view::npos;
  return scheme ? fmt::format("{} {}", value.substr(0, value.find(' ')), kHiddenSecret)
                : std::string(kHiddenSecret);
}

std::string header_line(std::string_view name, std::string_view value) {
  return fmt::format("{}: {}", name, shown_value(name, value));
}

void add_request(std::string& text, std::string_view bytes) {
  bool first = true;
  while (!bytes.empty()) {
    const std::size_t end = std::min(bytes.find("\r\n"), bytes.size());
    const std::string_view line = bytes.substr(0, end);
    bytes.remove_prefix(std::min(end + 2, bytes.size()));
    const std::size_t colon = line.find(": ");
    if (first) {
      const std::size_t target_end = line.rfind(' ');
      add_line(
          text, '>',
          wire::without_secrets(line.substr(0, target_end)) + std::string(line.substr(target_end)));
    } else if (colon == std::string_view::npos) {
      add_line(text, '>', line);
    } else {
      add_line(text, '>', header_line(line.substr(0, colon), line.substr(colon + 2)));
    }
    first = false;
  }
}

void add_answer(std::string& text, const wire::HttpResponse& head) {
  if (head.status == 0) {
    return;
  }
  add_line(text, '<',
           fmt::format("HTTP/1.{} {}{}{}", head.minor_version, head.status,
                       head.reason.empty() ? "" : " ", head.reason));
  for (const wire::Header& header : head.headers) {
    add_line(text, '<', header_line(header.name, header.value));
  }
  add_line(text, '<', "");
}

void add_connection(std::string& text, const ws::Hop& hop) {
  const net::DialTimes& times = hop.times;
  std::string line = fmt::format("connected to {}", hop.peer.to_string());
  if (!hop.proxy.empty()) {
    line += fmt::format(", through the proxy {}", hop.proxy);
  }
  line += fmt::format(" in {}", latency(times.connected - times.resolved));
  if (times.resolved != times.started) {
    line += fmt::format(", after {} for the name", latency(times.resolved - times.started));
  }
  add_line(text, '*', line);
}

void add_tls(std::string& text, const ws::Hop& hop) {
  if (hop.tls) {
    add_line(text, '*',
             fmt::format("{}, {}, {} session, in {}", net::name(hop.tls->version), hop.tls->cipher,
                         hop.tls->resumed ? "resumed" : "new",
                         latency(hop.times.secured - hop.times.connected)));
  }
  if (hop.certificates == nullptr) {
    return;
  }
  for (const net::Certificate& certificate : hop.certificates->chain) {
    const bool own = &certificate == &hop.certificates->chain.front();
    add_line(text, '*',
             fmt::format("{}: {}; issuer: {}; valid from {} to {}; {}",
                         own ? "certificate" : "authority", certificate.subject, certificate.issuer,
                         net::date_text(certificate.not_before),
                         net::date_text(certificate.not_after), certificate.key));
    if (own && !certificate.names.empty()) {
      add_line(text, '*', fmt::format("  names: {}", fmt::join(certificate.names, ", ")));
    }
  }
  const std::string& distrust = hop.certificates->distrust;
  add_line(text, '*', distrust.empty() ? "certificate trusted" : "not trusted: " + distrust);
}

void add_outcome(std::string& text, const ws::Hop& hop) {
  const int status = hop.response.head.status;
  if (hop.error != nullptr) {
    return;
  }
  if (status >= kFirstRedirect) {
    add_line(text, '*', "the redirect is followed");
  }
  if (status != kSwitchingProtocols) {
    return;
  }
  std::string line =
      fmt::format("open, {} after the request", latency(hop.ended - hop.times.secured));
  line += hop.response.subprotocol.empty()
              ? ", without a subprotocol"
              : fmt::format(", subprotocol {}", hop.response.subprotocol);
  line += hop.response.deflate ? ", " + wire::describe(*hop.response.deflate)
                               : std::string(", without compression");
  add_line(text, '*', line);
}

}  // namespace

std::string handshake_trace(const ws::Hop& hop) {
  std::string text;
  add_line(text, '*', hop.request.options().uri.display());
  if (!hop.bytes.empty()) {
    add_connection(text, hop);
  }
  add_tls(text, hop);
  add_request(text, hop.bytes);
  add_answer(text, hop.response.head);
  add_outcome(text, hop);
  return text;
}

}  // namespace wskit::cli
