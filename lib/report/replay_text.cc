// SPDX-License-Identifier: MIT
#include "report/replay_text.h"

#include <array>
#include <cmath>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "report/picture.h"
#include "report/text_parts.h"
#include "report/units.h"

namespace wskit::report {
namespace {

using stats::ReplayDifference;
using stats::ReplayResult;

std::string pace_text(const std::string& pace) {
  if (pace == "original") {
    return "at its own pace";
  }
  if (pace == "asap") {
    return "as fast as it goes";
  }
  return pace == "reply" ? "from answer to answer"
                         : fmt::format("at {} times its pace", pace.substr(1));
}

std::string counts_text(const ReplayResult& result, const TextOptions& options) {
  std::string text = fmt::format(
      "{} over {} in {}: {} ({}) sent, {} ({}) received", plural(result.rounds, "round"),
      format_latency(Nanoseconds(std::llround(result.duration_s * 1e9)), options.unicode),
      plural(result.connections, "connection"), plural(result.sent, "message"),
      format_bytes(static_cast<double>(result.sent_bytes)), format_count(result.received),
      format_bytes(static_cast<double>(result.received_bytes)));
  if (result.recorded != 0) {
    text += fmt::format(" of {} recorded", format_count(result.recorded));
  }
  return "  " + wrap(text, options.width, 2) + "\n";
}

std::string deviation_text(const stats::Histogram& deviation, const TextOptions& options) {
  if (deviation.count() == 0) {
    return {};
  }
  std::string out = heading("Deviation, from when each was due to when it was sent", options);
  const std::vector<Band> bands = divide(deviation);
  const std::vector<std::string> labels = label_bands(bands, options.unicode);
  std::vector<Bar> bars;
  bars.reserve(bands.size());
  for (std::size_t i = 0; i < bands.size(); ++i) {
    bars.push_back({.label = labels[i], .count = bands[i].count, .style = Style::green});
  }
  out += draw_bars(bars, options);
  constexpr std::array<std::pair<std::string_view, double>, 4> kShown{
      {{"p50", 50}, {"p90", 90}, {"p99", 99}, {"max", 100}}};
  std::string line;
  for (const auto& [name, percent] : kShown) {
    line += fmt::format("{}{} {}", line.empty() ? "" : "   ", name,
                        format_latency(deviation.value_at_percentile(percent), options.unicode));
  }
  return out + "  " + line + "\n";
}

/// "  expected  text hello".
std::string side(std::string_view title, std::string_view text, const TextOptions& options) {
  constexpr std::size_t kTitleWidth = 10;
  return "  " + pad_right(title, kTitleWidth) +
         wrap(printable(text), options.width, 2 + kTitleWidth) + "\n";
}

std::string difference_text(const ReplayResult& result, const ReplayDifference& difference,
                            const TextOptions& options) {
  const std::string where = fmt::format("{}:{}, connection {}", printable(result.file),
                                        difference.line, difference.connection);
  switch (difference.kind) {
    case ReplayDifference::Kind::missing:
      return paint(where + ": did not come", Style::red, options) + "\n" +
             side("expected", difference.expected, options);
    case ReplayDifference::Kind::unexpected:
      return paint(where + ": something came after this that was not recorded", Style::red,
                   options) +
             "\n" + side("got", difference.got, options);
    default:
      break;
  }
  std::string out = paint(where + ": is not what came", Style::red, options) + "\n";
  out += side("expected", difference.expected, options) + side("got", difference.got, options);
  const std::string place =
      difference.place.empty() ? std::string("there") : fmt::format("at {}", difference.place);
  return out +
         side(place,
              fmt::format("expected {}, got {}", difference.expected_there, difference.got_there),
              options);
}

std::string check_text(const ReplayResult& result, const TextOptions& options) {
  const stats::ReplayCheck& check = *result.check;
  const bool good = check.passed();
  std::string text =
      fmt::format("{}  {} compared", good ? "ok  " : "FAIL", plural(check.compared, "message"));
  if (check.failures() > 0) {
    text += fmt::format(": {} different, {} missing, {} unexpected", format_count(check.different),
                        format_count(check.missing), format_count(check.unexpected));
  }
  return "\n" + paint(text, good ? Style::green : Style::red, options) + "\n" +
         differences_text(result, options);
}

}  // namespace

std::string differences_text(const ReplayResult& result, const TextOptions& options) {
  if (!result.check) {
    return {};
  }
  std::string out;
  for (const ReplayDifference& difference : result.check->first) {
    out += difference_text(result, difference, options);
  }
  const std::uint64_t more = result.check->failures() - result.check->first.size();
  if (more != 0) {
    out += fmt::format("  and {} more\n", format_count(more));
  }
  return out;
}

std::string replay_text(const ReplayResult& result, const TextOptions& options) {
  std::string out = wrap(fmt::format("{} replayed to {} {}", printable(result.file),
                                     printable(result.url), pace_text(result.pace)),
                         options.width, 0) +
                    "\n" + counts_text(result, options);
  if (result.deviation) {
    out += deviation_text(*result.deviation, options);
  }
  return result.check ? out + check_text(result, options) : out;
}

}  // namespace wskit::report
