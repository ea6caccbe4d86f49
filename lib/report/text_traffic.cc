// SPDX-License-Identifier: MIT
#include "core/units.h"
#include "report/text_parts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "report/units.h"

namespace wskit::report {
namespace {

using stats::Counts;
using stats::MetricId;
using stats::RunResult;

constexpr std::size_t kFateWidth = 13;
constexpr std::size_t kCountWidth = 14;

struct Fate {
  std::string_view name;
  std::uint64_t Counts::* count;
  std::string_view meaning;
};

constexpr std::array kErrors{
    Fate{"timeout", &Counts::timeout, "no reply in time"},
    Fate{"lost", &Counts::lost, "the connection ended before the reply"},
    Fate{"corrupted", &Counts::corrupted, "the reply was not what was sent"},
    Fate{"error_reply", &Counts::error_reply, "the reply was an error"},
    Fate{"unsent", &Counts::unsent, "due while its connection was not open"},
    Fate{"dropped_late", &Counts::dropped_late, "behind schedule, under --late drop"},
};

constexpr std::array kOddities{
    Fate{"duplicate", &Counts::duplicate, "a reply that had come before"},
    Fate{"reordered", &Counts::reordered, "a reply that came before an earlier one"},
    Fate{"unmatched", &Counts::unmatched, "a reply to nothing that was sent"},
    Fate{"late_reply", &Counts::late_reply, "a reply after its message had timed out"},
    Fate{"push", &Counts::push, "sent by the server on its own account"},
};

/// The same for an iteration of a script.
Fate of_script(Fate fate) {
  if (fate.count == &Counts::timeout) {
    fate.meaning = "nothing came in time, or cut off at the end of the run";
  } else if (fate.count == &Counts::lost) {
    fate.meaning = "the connection ended before the iteration";
  } else if (fate.count == &Counts::error_reply) {
    fate.meaning = "something that the script expects did not come";
  }
  return fate;
}

/// The same for a message that is published: what is counted here are messages, not deliveries,
/// but for what came besides.
Fate of_fanout(Fate fate) {
  if (fate.count == &Counts::timeout) {
    fate.meaning = "not all subscribers had it in time";
  } else if (fate.count == &Counts::lost) {
    fate.meaning = "a connection ended before all subscribers had it, or was not there";
  } else if (fate.count == &Counts::corrupted) {
    fate.meaning = "a delivery was not what was sent";
  } else if (fate.count == &Counts::duplicate) {
    fate.meaning = "deliveries that had come before";
  } else if (fate.count == &Counts::reordered) {
    fate.meaning = "deliveries that came after a later message's";
  } else if (fate.count == &Counts::unmatched) {
    fate.meaning = "deliveries of nothing that was published";
  } else if (fate.count == &Counts::late_reply) {
    fate.meaning = "deliveries after the message had timed out";
  }
  return fate;
}

Fate shown(const Fate& fate, const RunResult& result) {
  if (result.fanout) {
    return of_fanout(fate);
  }
  return result.script ? of_script(fate) : fate;
}

std::string row(std::string_view name, std::string_view value, std::string_view text) {
  const std::string line = "  " + pad_right(name, kFateWidth) + pad_left(value, kCountWidth);
  return fmt::format("{}{}{}\n", line, text.empty() ? "" : "  ", text);
}

std::string fate_row(const Fate& fate, std::uint64_t count, const TextOptions& options) {
  return row(fate.name, format_count(count),
             wrap(fate.meaning, options.width, 2 + kFateWidth + kCountWidth + 2));
}

std::string per_second(double amount, double seconds) {
  return seconds > 0 ? format_bytes(amount / seconds) + "/s" : "";
}

std::string bytes_row(std::string_view name, std::uint64_t bytes, double seconds) {
  const auto amount = static_cast<double>(bytes);
  return row(name, format_bytes(amount), per_second(amount, seconds));
}

/// Counts that are equal and rates that are not would look like a mistake.
std::string late_note(const RunResult& result, const TextOptions& options) {
  const Counts& counts = result.counts;
  const double in_window = std::round(result.rates.ok_per_s * result.run.duration_s);
  // In a damaged file the product may be anything.
  if (!(in_window < static_cast<double>(counts.ok)) ||
      format_rate(result.rates.ok_per_s) == format_rate(result.rates.scheduled_per_s)) {
    return {};
  }
  const std::uint64_t late = counts.ok - static_cast<std::uint64_t>(std::max(in_window, 0.0));
  const std::string one = result.script ? "iteration" : result.fanout ? "message" : "reply";
  const std::string many = result.script ? "iterations" : result.fanout ? "messages" : "replies";
  const std::string text = fmt::format("ok/s leaves out {} that came after the measured time",
                                       late == 1 ? "1 " + one : format_count(late) + " " + many);
  return "  " + paint(wrap(text, options.width, 2), Style::dim, options) + "\n";
}

std::string causes_text(std::string_view title, const stats::Causes& causes,
                        const TextOptions& options) {
  if (causes.empty()) {
    return {};
  }
  std::vector<std::pair<std::string, std::uint64_t>> sorted(causes.begin(), causes.end());
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  std::string out = "  " + std::string(title) + "\n";
  for (const auto& [cause, count] : sorted) {
    out += "    " + paint(pad_left(format_count(count), kCountWidth - 4), Style::red, options) +
           "  " + printable(cause) + "\n";
  }
  return out;
}

}  // namespace

std::string throughput_text(const RunResult& result, const TextOptions& options) {
  const Counts& counts = result.counts;
  const double seconds = result.run.duration_s;
  const auto rate = [](double per_second) { return format_rate(per_second) + "/s"; };
  std::string out = heading(result.script ? "Iterations" : "Messages", options);
  out += row("scheduled", format_count(counts.scheduled), rate(result.rates.scheduled_per_s));
  out += row("sent", format_count(counts.sent), rate(result.rates.sent_per_s));
  out += row("ok", format_count(counts.ok), rate(result.rates.ok_per_s));
  out += late_note(result, options);
  out += bytes_row("payload out", counts.payload_bytes_sent, seconds);
  out += bytes_row("payload in", counts.payload_bytes_received, seconds);
  out += bytes_row("wire out", counts.wire_bytes_sent, seconds);
  out += bytes_row("wire in", counts.wire_bytes_received, seconds);
  return out;
}

std::string connections_text(const RunResult& result, const TextOptions& options) {
  constexpr std::array kSteps{MetricId::connect_dns, MetricId::connect_tcp, MetricId::connect_tls,
                              MetricId::connect_upgrade, MetricId::connect_total};
  constexpr std::array kColumns{50.0, 90.0, 99.0, 100.0};
  constexpr std::string_view kPrefix = "connect_";
  const std::size_t name_width = options.width < 72 ? 9 : kFateWidth;
  const std::size_t width =
      std::min<std::size_t>(11, (options.width - 2 - name_width) / (kColumns.size() + 1));
  const stats::Connections& connections = result.connections;
  std::string out = heading("Connections", options);
  // A script closes connections, and --on-close reconnect replaces lost ones.
  const bool again = connections.opened > connections.asked;
  out += again ? fmt::format("  {} opened for {}", format_count(connections.opened),
                             format_count(connections.asked))
               : fmt::format("  {} of {} opened", format_count(connections.opened),
                             format_count(connections.asked));
  if (result.run.tls) {
    out += fmt::format(", {} of them resumed a TLS session", format_count(result.run.tls->resumed));
  }
  out += '\n';
  std::string table;
  for (const MetricId id : kSteps) {
    const auto& metric = result.metrics[id];
    // A step that took no time at all was not there: the name of an address needs no resolving.
    if (!metric || metric->answered().max() == Nanoseconds::zero()) {
      continue;
    }
    const bool local = id == MetricId::connect_tcp && result.run.unix_socket;
    const std::string_view step = local ? "connect" : name(id).substr(kPrefix.size());
    table += "  " + pad_right(step, name_width);
    for (const double percentile : kColumns) {
      table += pad_left(percentile_text(metric->percentile(percentile), options), width);
    }
    table += pad_left(format_count(metric->answered().count()), width) + "\n";
  }
  if (!table.empty()) {
    out += "  " + pad_right("", name_width);
    for (const std::string_view title : {"50 % ", "90 % ", "99 % ", "max ", "count"}) {
      out += paint(pad_left(title, width), Style::bold, options);
    }
    out += "\n" + table;
  }
  return out;
}

std::string errors_text(const RunResult& result, const TextOptions& options) {
  const Counts& counts = result.counts;
  const stats::Connections& connections = result.connections;
  std::string out;
  for (const Fate& fate : kErrors) {
    if (const std::uint64_t count = counts.*fate.count; count != 0) {
      out += paint(fate_row(shown(fate, result), count, options), Style::red, options);
    }
  }
  for (const Fate& fate : kOddities) {
    if (const std::uint64_t count = counts.*fate.count; count != 0) {
      out += fate_row(shown(fate, result), count, options);
    }
  }
  out += causes_text("connections that never opened, by cause", connections.failed, options);
  if (!connections.first_failure.empty()) {
    out += "    " + wrap("the first: " + printable(connections.first_failure), options.width, 4) +
           "\n";
  }
  out += causes_text("connections that ended early, by cause", connections.closed_early, options);
  out += causes_text("messages that were not sent, by cause", connections.unsent, options);
  return heading("Errors", options) + (out.empty() ? "  none\n" : out);
}

std::string generator_text(const RunResult& result, const TextOptions& options) {
  const stats::Generator& generator = result.generator;
  const double busiest =
      generator.busy_per_thread.empty()
          ? 0
          : *std::max_element(generator.busy_per_thread.begin(), generator.busy_per_thread.end());
  const std::string text =
      fmt::format("Generator: busiest thread {:.0f} %, {:.3g} s of CPU, {} of memory at most",
                  busiest * kPercent, generator.cpu_s,
                  format_bytes(static_cast<double>(generator.max_rss_bytes)));
  return "\n" + paint(wrap(text, options.width, 0), Style::dim, options) + "\n";
}

}  // namespace wskit::report
