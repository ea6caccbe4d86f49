// SPDX-License-Identifier: MIT
#include "cli/progress_line.h"

#include <algorithm>
#include <cstdio>
#include <string_view>

#include <sys/ioctl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "cli/standard_streams.h"
#include "core/parse.h"

namespace wskit::cli {
namespace {

std::size_t terminal_width() {
  constexpr std::size_t kUsual = 80;
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kUsual;
}

double seconds(Nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

/// A duration without a known end (-n alone) has nothing left to show.
bool is_limited(Nanoseconds duration) {
  return duration < std::chrono::hours(24);
}

/// There is none before the first second is complete.
std::string latency(Nanoseconds value) {
  return value == Nanoseconds::zero() ? "-" : format_duration(value);
}

std::string describe_measuring(const load::Progress& progress, std::uint64_t connections,
                               Nanoseconds duration) {
  const double elapsed = std::max(seconds(progress.counted), 0.001);
  std::string text = fmt::format(
      "{}/{} connections  {:.0f} msg/s  p50 {}  p99 {}  {} errors", progress.connections_open,
      connections, static_cast<double>(progress.counts.ok) / elapsed, latency(progress.p50),
      latency(progress.p99), progress.counts.errors());
  if (is_limited(duration)) {
    text += fmt::format("  {:.0f} s left", std::max(0.0, seconds(duration - progress.elapsed)));
  }
  return text;
}

}  // namespace

std::string describe(const load::Progress& progress, std::uint64_t connections,
                     Nanoseconds duration) {
  using Phase = load::Progress::Phase;
  switch (progress.phase) {
    case Phase::connecting: {
      const std::string failed = progress.connections_failed == 0
                                     ? ""
                                     : fmt::format(", {} failed", progress.connections_failed);
      return fmt::format("connecting: {}/{} open{}", progress.connections_open, connections,
                         failed);
    }
    case Phase::warmup:
      return fmt::format("warming up: {}/{} connections", progress.connections_open, connections);
    case Phase::measuring:
      return describe_measuring(progress, connections, duration);
    case Phase::draining:
      return fmt::format("waiting for the last replies: {} of {} answered", progress.counts.ok,
                         progress.counts.scheduled);
    case Phase::finished:
      break;
  }
  return {};
}

ProgressLine::ProgressLine(bool wanted, std::uint64_t connections, Nanoseconds duration)
    : shown_(wanted && isatty(STDERR_FILENO) == 1),
      connections_(connections),
      duration_(duration) {}

void ProgressLine::draw(const load::Progress& progress) const {
  if (!shown_) {
    return;
  }
  std::string text = describe(progress, connections_, duration_);
  text.resize(std::min(text.size(), terminal_width() - 1));
  say(fmt::format("\r{}\x1b[K", text));
}

void ProgressLine::clear() const {
  if (shown_) {
    say("\r\x1b[K");
  }
}

}  // namespace wskit::cli
