// SPDX-License-Identifier: MIT
#include "report/text_parts.h"

#include <array>

#include <fmt/format.h>

#include "report/units.h"

namespace wskit::report {
namespace {

using stats::FanoutResult;

constexpr std::size_t kDeliveryWidth = 13;
constexpr std::size_t kDeliveriesWidth = 14;

struct Shortfall {
  std::string_view name;
  std::uint64_t FanoutResult::* count;
  std::string_view meaning;
};

constexpr std::array kShortfalls{
    Shortfall{"undelivered", &FanoutResult::undelivered, "did not come in time"},
    Shortfall{"cut", &FanoutResult::cut,
              "the subscriber's or the publisher's connection ended before"},
    Shortfall{"absent", &FanoutResult::absent, "the subscriber was not connected"},
    Shortfall{"damaged", &FanoutResult::damaged, "came with other content"},
    Shortfall{"unpublished", &FanoutResult::unpublished,
              "not expected either: their messages were not sent"},
};

std::string delivery_row(std::string_view name, std::uint64_t count, std::string_view text,
                         const TextOptions& options) {
  std::string line =
      "  " + pad_right(name, kDeliveryWidth) + pad_left(format_count(count), kDeliveriesWidth);
  if (!text.empty()) {
    line += "  " + wrap(text, options.width, 2 + kDeliveryWidth + kDeliveriesWidth + 2);
  }
  return line + "\n";
}

std::string oddities(const FanoutResult& fanout, const TextOptions& options) {
  const auto at = [](std::uint64_t count) { return "at " + plural(count, "subscriber"); };
  std::string out;
  if (fanout.gaps != 0) {
    out += paint(delivery_row("gaps", fanout.gaps, at(fanout.subscribers_with_gaps), options),
                 Style::red, options);
  }
  for (const auto& [what, count] :
       {std::pair{"duplicates", fanout.subscribers_with_duplicates},
        std::pair{"deliveries in another order", fanout.subscribers_with_reorders}}) {
    if (count != 0) {
      out += fmt::format("  {} {}\n", what, at(count));
    }
  }
  return out;
}

}  // namespace

std::string fanout_text(const stats::RunResult& result, const TextOptions& options) {
  if (!result.fanout) {
    return {};
  }
  const FanoutResult& fanout = *result.fanout;
  std::string out = heading("Deliveries", options);
  const std::string who =
      fmt::format("{} to {} over {}", plural(fanout.publishers, "publisher"),
                  plural(fanout.subscribers, "subscriber"), plural(fanout.topics, "topic"));
  out += "  " + wrap(who, options.width, 2) + "\n";
  out += delivery_row("expected", fanout.expected, "", options);
  out += delivery_row("delivered", fanout.delivered,
                      fmt::format("{}/s, reach {}", format_rate(fanout.delivered_per_s),
                                  format_share(fanout.delivered, fanout.expected)),
                      options);
  for (const Shortfall& shortfall : kShortfalls) {
    if (const std::uint64_t count = fanout.*shortfall.count; count != 0) {
      out += paint(delivery_row(shortfall.name, count, shortfall.meaning, options), Style::red,
                   options);
    }
  }
  return out + oddities(fanout, options);
}

}  // namespace wskit::report
