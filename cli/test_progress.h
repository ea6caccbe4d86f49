// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <string>

#include "core/clock.h"
#include "net/loop.h"
#include "net/member_timer.h"

namespace wskit::cli {

/// One live line on standard error while tests run, from their first second on: which of them it
/// is that takes long. Nothing where that is not a terminal.
class TestProgress {
 public:
  /// What runs, as text that is safe for a terminal; empty for nothing.
  using Describe = std::function<std::string(Instant now)>;

  /// `loop` outlives it.
  TestProgress(net::Loop& loop, bool wanted, Describe describe);
  TestProgress(const TestProgress&) = delete;
  TestProgress& operator=(const TestProgress&) = delete;
  ~TestProgress() { clear(); }

  /// Leaves the line empty for what is printed next.
  void clear();

 private:
  void draw(Instant now);

  Describe describe_;
  net::MemberTimer<TestProgress> timer_;
  bool drawn_ = false;
};

}  // namespace wskit::cli
