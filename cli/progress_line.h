// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/clock.h"
#include "load/runner.h"

namespace wskit::cli {

/// One live line on standard error while a load test runs; nothing where that is not a terminal.
class ProgressLine {
 public:
  ProgressLine(bool wanted, std::uint64_t connections, Nanoseconds duration);
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine() { clear(); }

  [[nodiscard]] bool shown() const { return shown_; }
  void draw(const load::Progress& progress) const;
  /// Leaves the line empty for what is printed next.
  void clear() const;

 private:
  bool shown_;
  std::uint64_t connections_;
  Nanoseconds duration_;
};

/// The line's text in ASCII: phase, connections, rate, latency so far, errors, time left. What does
/// not fit into `width` columns is said shorter or left out, rate and errors last.
[[nodiscard]] std::string describe(const load::Progress& progress, std::uint64_t connections,
                                   Nanoseconds duration, std::size_t width);

}  // namespace wskit::cli
