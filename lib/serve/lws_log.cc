// SPDX-License-Identifier: MIT
#include "serve/lws_log.h"

#include <cstdint>
#include <mutex>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <libwebsockets.h>

namespace wskit::serve {
namespace {

constexpr int kLinesPerSecond = 10;
// What 4.1.6 says before it ends the connection.
constexpr std::string_view kHeaderOverflow = "Ran out of header data space";

// libwebsockets has one log function for the process and gives it no argument of ours.
struct ThreadLog {
  const LogSink* sink = nullptr;
  const Clock* clock = nullptr;
  Instant second{};  // when the count began
  int lines = 0;
  std::uint64_t left_out = 0;
  std::string last;
  bool header_overflow = false;
};
thread_local ThreadLog thread_log;

bool within_rate(ThreadLog& log) {
  const Instant now = log.clock->now();
  if (now - log.second >= std::chrono::seconds(1)) {
    log.second = now;
    log.lines = 0;
    if (log.left_out > 0) {
      log_line(*log.sink, LogLevel::warning, fmt::format("{} more lines left out", log.left_out));
      log.left_out = 0;
    }
  }
  return ++log.lines <= kLinesPerSecond;
}

void on_line(int level, const char* line) {
  ThreadLog& log = thread_log;
  std::string_view text(line);
  text = text.substr(0, text.find_last_not_of('\n') + 1);
  log.header_overflow |= text.ends_with(kHeaderOverflow);
  if (log.sink == nullptr || !*log.sink) {
    return;
  }
  log.last = text;
  if (within_rate(log)) {
    log_line(*log.sink, level == LLL_ERR ? LogLevel::error : LogLevel::warning, text);
  } else {
    ++log.left_out;
  }
}

}  // namespace

LwsLogScope::LwsLogScope(const LogSink& sink, const Clock& clock) {
  static std::once_flag once;
  std::call_once(once, [] { lws_set_log_level(LLL_ERR, on_line); });
  thread_log = {};
  thread_log.sink = &sink;
  thread_log.clock = &clock;
}

LwsLogScope::~LwsLogScope() {
  thread_log = {};
}

bool LwsLogScope::take_header_overflow() {
  return std::exchange(thread_log.header_overflow, false);
}

const std::string& LwsLogScope::last() {
  return thread_log.last;
}

}  // namespace wskit::serve
