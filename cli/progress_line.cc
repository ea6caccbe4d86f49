// SPDX-License-Identifier: MIT
#include "cli/progress_line.h"

#include <algorithm>
#include <cstdio>
#include <string_view>
#include <vector>

#include <sys/ioctl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "cli/standard_streams.h"
#include "core/parse.h"
#include "core/units.h"

namespace wskit::cli {
namespace {

std::size_t terminal_width() {
  constexpr std::size_t kUsual = 80;
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kUsual;
}

/// A duration without a known end (-n alone) has nothing left to show.
bool is_limited(Nanoseconds duration) {
  return duration < std::chrono::hours(24);
}

/// There is none before the first second is complete.
std::string known_latency(Nanoseconds value) {
  return value == Nanoseconds::zero() ? "-" : format_duration(value);
}

/// From the longest to the shortest; errors and the rate are in all of them.
std::vector<std::string> measuring_texts(const load::Progress& progress, std::uint64_t connections,
                                         Nanoseconds duration) {
  const double elapsed = std::max(to_seconds(progress.counted), 0.001);
  const std::string open = fmt::format("{}/{}", progress.connections_open, connections);
  const std::string rate = fmt::format("{:.0f}", static_cast<double>(progress.counts.ok) / elapsed);
  const std::string p50 = known_latency(progress.p50);
  const std::string p99 = known_latency(progress.p99);
  const std::uint64_t errors = progress.counts.errors();
  const std::string left =
      is_limited(duration)
          ? fmt::format("  {:.0f} s", std::max(0.0, to_seconds(duration - progress.elapsed)))
          : "";
  return {
      fmt::format("{} connections  {} msg/s  p50 {}  p99 {}  {} errors{}{}", open, rate, p50, p99,
                  errors, left, left.empty() ? "" : " left"),
      fmt::format("{} open  {}/s  p50 {}  p99 {}  {} errors{}", open, rate, p50, p99, errors, left),
      fmt::format("{}  {}/s  p99 {}  {} errors{}", open, rate, p99, errors, left),
      fmt::format("{}/s  p99 {}  {} errors{}", rate, p99, errors, left),
      fmt::format("{}/s  {} errors", rate, errors)};
}

std::vector<std::string> texts(const load::Progress& progress, std::uint64_t connections,
                               Nanoseconds duration) {
  using Phase = load::Progress::Phase;
  const std::uint64_t failures = progress.connections_failed;
  const std::string open = fmt::format("{}/{}", progress.connections_open, connections);
  const std::string failed = failures == 0 ? "" : fmt::format(", {} failed", failures);
  switch (progress.phase) {
    case Phase::connecting:
      return {fmt::format("connecting: {} open{}", open, failed),
              fmt::format("{} open{}", open, failed)};
    case Phase::warmup:
      return {fmt::format("warming up: {} connections", open), fmt::format("warming up: {}", open)};
    case Phase::measuring:
      return measuring_texts(progress, connections, duration);
    case Phase::draining: {
      const auto& counts = progress.counts;
      return {fmt::format("waiting for the last replies: {} of {} answered", counts.ok,
                          counts.scheduled),
              fmt::format("last replies: {} of {}", counts.ok, counts.scheduled)};
    }
    case Phase::finished:
      break;
  }
  return {std::string()};
}

}  // namespace

std::string describe(const load::Progress& progress, std::uint64_t connections,
                     Nanoseconds duration, std::size_t width) {
  const std::vector<std::string> all = texts(progress, connections, duration);
  const auto fits = [width](const std::string& text) { return text.size() <= width; };
  const auto chosen = std::ranges::find_if(all, fits);
  return chosen != all.end() ? *chosen : all.back().substr(0, width);
}

ProgressLine::ProgressLine(bool wanted, std::uint64_t connections, Nanoseconds duration)
    : shown_(wanted && isatty(STDERR_FILENO) == 1),
      connections_(connections),
      duration_(duration) {}

void ProgressLine::draw(const load::Progress& progress) const {
  if (!shown_) {
    return;
  }
  say(fmt::format("\r{}\x1b[K", describe(progress, connections_, duration_, terminal_width() - 1)));
}

void ProgressLine::clear() const {
  if (shown_) {
    say("\r\x1b[K");
  }
}

}  // namespace wskit::cli
