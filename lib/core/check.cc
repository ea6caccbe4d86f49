// SPDX-License-Identifier: MIT
#include "core/check.h"

#include <atomic>
#include <cstdlib>

namespace wskit {
namespace {

std::atomic<CheckFailureHandler> failure_handler{nullptr};

}  // namespace

void set_check_failure_handler(CheckFailureHandler handler) noexcept {
  failure_handler = handler;
}

void check_failed(std::string_view what, const std::source_location& where) {
  if (const CheckFailureHandler handler = failure_handler.load()) {
    handler(what, where);
  }
  std::abort();
}

}  // namespace wskit
