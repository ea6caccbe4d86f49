// SPDX-License-Identifier: MIT
#include "report/waterfall.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string_view>

#include "report/units.h"

namespace wskit::report {
namespace {

constexpr std::size_t kValueWidth = 9;
constexpr double kEighth = 8;

/// In cells of an eighth of a column, so that short steps and their distances are seen.
struct CellRange {
  std::size_t from = 0;
  std::size_t to = 0;
};

CellRange cells_of(const Step& step, Nanoseconds total, std::size_t width) {
  const double scale = total > Nanoseconds::zero() ? static_cast<double>(width) * kEighth /
                                                         static_cast<double>(total.count())
                                                   : 0;
  const auto cell = [scale](Nanoseconds at) {
    return static_cast<std::size_t>(std::llround(static_cast<double>(at.count()) * scale));
  };
  CellRange cells{.from = cell(step.from), .to = cell(step.to)};
  const std::size_t last = width * 8 - 1;
  cells.from = std::min(cells.from, last);
  cells.to = std::max(cells.to, cells.from + 1);
  return cells;
}

/// A bar can end, but not begin, within a column: the blocks of Unicode grow from the left.
std::string draw(const CellRange& cells, bool unicode) {
  constexpr std::array<std::string_view, 8> kEighths{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const std::size_t first = cells.from / 8;
  const std::size_t eighths = std::max<std::size_t>(cells.to - first * 8, 1);
  std::string bar(first, ' ');
  for (std::size_t i = 0; i < eighths / 8; ++i) {
    bar += unicode ? "█" : "#";
  }
  if (unicode) {
    bar += kEighths[eighths % 8];
  } else if (eighths % 8 >= 4 || eighths < 8) {
    bar += "#";
  }
  return bar;
}

}  // namespace

std::string draw_waterfall(const std::vector<Step>& steps, bool picture,
                           const TextOptions& options) {
  constexpr std::size_t kMaxBar = 60;
  std::size_t label_width = 0;
  Nanoseconds total{0};
  for (const Step& step : steps) {
    label_width = std::max(label_width, columns_of(step.label));
    total = std::max(total, step.to);
  }
  const std::size_t used = 2 + label_width + 2 + kValueWidth + 2;
  const std::size_t width = std::min(kMaxBar, options.width - std::min(options.width - 10, used));
  std::string out;
  for (const Step& step : steps) {
    const std::string value = format_latency(step.to - step.from, options.unicode);
    out += "  " + pad_right(step.label, label_width) + "  " + pad_left(value, kValueWidth);
    if (picture && step.to > step.from) {
      const std::string bar = draw(cells_of(step, total, width), options.unicode);
      out += "  " + paint(bar, step.style, options);
    }
    out += '\n';
  }
  return out;
}

}  // namespace wskit::report
