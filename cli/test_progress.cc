// SPDX-License-Identifier: MIT
#include "cli/test_progress.h"

#include <chrono>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/standard_streams.h"
#include "cli/terminal_options.h"
#include "script/shown.h"

namespace wskit::cli {
namespace {

constexpr Nanoseconds kEvery = std::chrono::seconds(1);

}  // namespace

TestProgress::TestProgress(net::Loop& loop, bool wanted, Describe describe)
    : describe_(std::move(describe)), timer_(loop.timers(), *this, &TestProgress::draw) {
  if (wanted && isatty(STDERR_FILENO) == 1) {
    timer_.arm(loop.now() + kEvery);
  }
}

void TestProgress::draw(Instant now) {
  timer_.arm(now + kEvery);
  const std::string text = describe_(now);
  const std::size_t end =
      script::character_boundary(text, text_options("auto", STDERR_FILENO).width - 1);
  say(fmt::format("\r{}\x1b[K", text.substr(0, end)));
  drawn_ = true;
}

void TestProgress::clear() {
  if (std::exchange(drawn_, false)) {
    say("\r\x1b[K");
  }
}

}  // namespace wskit::cli
