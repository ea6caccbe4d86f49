// SPDX-License-Identifier: MIT
#include "report/ping_text.h"

#include <array>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "core/units.h"
#include "report/units.h"
#include "report/waterfall.h"

namespace wskit::report {
namespace {

using stats::PingCheck;
using stats::PingResult;
using stats::RoundTrips;
using stats::ShownCertificate;

constexpr std::size_t kNameWidth = 12;
constexpr std::int64_t kSoonDays = 30;

/// "  name        text", the text wrapped beside the name.
std::string row(std::string_view name, std::string_view text, const TextOptions& options) {
  return "  " + pad_right(name, kNameWidth) + wrap(text, options.width, 2 + kNameWidth) + "\n";
}

std::vector<Step> steps_of(const stats::OpeningTimes& times, const PingResult& result) {
  std::vector<Step> steps;
  Nanoseconds at{0};
  const auto add = [&](std::string_view label, Nanoseconds length, Style style) {
    if (length != Nanoseconds::zero()) {
      steps.push_back({.label = std::string(label), .from = at, .to = at + length, .style = style});
    }
    at += length;
  };
  add("redirects", times.redirects, Style::dim);
  add("dns", times.dns, Style::yellow);
  const std::string_view way = result.unix_socket ? "connect" : "tcp";
  add(result.proxy.empty() ? way : "proxy", times.connect, Style::green);
  add("tls", times.tls, Style::yellow);
  const Nanoseconds request = at;
  add("upgrade", times.upgrade, Style::green);
  steps.push_back({.label = "  first byte",
                   .from = request,
                   .to = request + times.first_byte,
                   .style = Style::dim});
  steps.push_back({.label = "total", .from = Nanoseconds(0), .to = at, .style = Style::bold});
  return steps;
}

std::string date(std::chrono::sys_seconds instant) {
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(instant));
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()),
                     static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
}

std::string days(std::int64_t count) {
  return count == 1 ? "1 day" : format_count(static_cast<std::uint64_t>(count)) + " days";
}

std::string validity(const ShownCertificate& certificate, std::chrono::sys_seconds now,
                     const TextOptions& options) {
  const std::string span =
      fmt::format("{} to {}, ", date(certificate.not_before), date(certificate.not_after));
  const std::int64_t left = days_left(certificate, now);
  if (certificate.not_before > now) {
    return span + paint("not valid yet", Style::red, options);
  }
  if (certificate.not_after < now) {
    return span + paint(fmt::format("expired {} ago", days(-left)), Style::red, options);
  }
  return span + paint(fmt::format("expires in {}", days(left)),
                      left < kSoonDays ? Style::yellow : Style::plain, options);
}

std::string certificate_text(const ShownCertificate& certificate, std::string_view title,
                             std::chrono::sys_seconds now, const TextOptions& options) {
  const auto name = [](const std::string& text) {
    return text.empty() ? std::string("(no name)") : printable(text);
  };
  std::string out = row(title, name(certificate.subject), options);
  out += row("  issuer", name(certificate.issuer), options);
  out += row("  valid", validity(certificate, now, options), options);
  if (!certificate.names.empty()) {
    out +=
        row("  names", printable(fmt::format("{}", fmt::join(certificate.names, ", "))), options);
  }
  return out + row("  key", printable(certificate.key), options);
}

std::string latency(Nanoseconds time, const TextOptions& options) {
  return format_latency(time, options.unicode);
}

std::string found(const PingCheck& check, bool unicode) {
  if (!check.value) {
    return check.unit == "us" ? "infinite: pongs are missing" : "there is no certificate";
  }
  if (check.unit == "us") {
    return format_latency(
        Nanoseconds(static_cast<Nanoseconds::rep>(*check.value * kNanosecondsPerMicrosecond)),
        unicode);
  }
  const auto left = static_cast<std::int64_t>(*check.value);
  return left < 0 ? fmt::format("expired {} ago", days(-left)) : fmt::format("{} left", days(left));
}

std::string counts(const RoundTrips& trips) {
  const std::uint64_t known = trips.answered_count() + trips.lost_count();
  std::string text =
      fmt::format("{} sent, {} answered, {} lost ({})", plural(trips.sent_count(), "ping"),
                  format_count(trips.answered_count()), format_count(trips.lost_count()),
                  format_share(trips.lost_count(), known));
  if (trips.sent_count() > known) {
    text += fmt::format(", {} still out", format_count(trips.sent_count() - known));
  }
  if (trips.unmatched_count() != 0) {
    text += fmt::format(", {} to nothing that was out", plural(trips.unmatched_count(), "pong"));
  }
  return text;
}

std::string statistics(const RoundTrips& trips, const TextOptions& options) {
  const std::array<std::pair<std::string_view, Nanoseconds>, 5> values{
      {{"min", trips.min()},
       {"avg", trips.mean()},
       {"p50", trips.percentile(50)},
       {"p99", trips.percentile(99)},
       {"max", trips.max()}}};
  std::string text;
  for (const auto& [name, value] : values) {
    text += fmt::format("{}{} {}", text.empty() ? "" : "  ", name, latency(value, options));
  }
  return text;
}

}  // namespace

std::string ping_opening_text(const PingResult& result, bool picture, const TextOptions& options) {
  std::string out = fmt::format("{} ({}{})\n", printable(result.url),
                                result.proxy.empty() ? "" : "through the proxy ",
                                printable(result.proxy.empty() ? result.peer : result.proxy));
  if (!result.location.empty()) {
    out += row("location", printable(result.location), options);
  }
  if (result.opening) {
    out += draw_waterfall(steps_of(*result.opening, result), picture, options);
  }
  if (!result.tls_version.empty()) {
    out += row("protocol", printable(result.tls_version + ", " + result.cipher), options);
  }
  if (!result.subprotocol.empty()) {
    out += row("subprotocol", printable(result.subprotocol), options);
  }
  if (!result.compression.empty()) {
    out += row("extension", printable(result.compression), options);
  }
  return out;
}

std::string certificates_text(const PingResult& result, std::chrono::sys_seconds now,
                              const TextOptions& options) {
  if (result.chain.empty()) {
    return {};
  }
  std::string out;
  for (std::size_t i = 0; i < result.chain.size(); ++i) {
    out += certificate_text(result.chain[i], i == 0 ? "certificate" : "authority", now, options);
  }
  const bool trusted = result.distrust.empty();
  const std::string trust = trusted ? "yes" : "no: " + printable(result.distrust);
  return out + row("trusted", paint(trust, trusted ? Style::plain : Style::red, options), options);
}

std::string pong_line(std::uint64_t number, Nanoseconds time, const TextOptions& options) {
  return fmt::format("pong {}: {}\n", number, latency(time, options));
}

std::string lost_line(std::uint64_t number, const TextOptions& options) {
  return paint(fmt::format("ping {}: no pong", number), Style::red, options) + "\n";
}

std::string ping_summary_text(const PingResult& result, const TextOptions& options) {
  const RoundTrips& trips = result.round_trips;
  std::string out;
  if (trips.sent_count() != 0) {
    out += "\n" + wrap(counts(trips), options.width, 0) + "\n";
  }
  if (trips.answered_count() != 0) {
    out += wrap(statistics(trips, options), options.width, 0) + "\n";
  }
  for (const PingCheck& check : result.checks) {
    const std::string line = fmt::format("{}  {}  {}", check.ok ? "ok  " : "FAIL",
                                         printable(check.expr), found(check, options.unicode));
    out += paint(line, check.ok ? Style::green : Style::red, options) + "\n";
  }
  return out;
}

std::vector<std::string> broken_checks(const PingResult& result) {
  std::vector<std::string> broken;
  for (const PingCheck& check : result.checks) {
    if (!check.ok) {
      broken.push_back(
          fmt::format("{} does not hold: {}", printable(check.expr), found(check, false)));
    }
  }
  return broken;
}

}  // namespace wskit::report
