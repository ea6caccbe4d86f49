// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <random>

#include "core/clock.h"
#include "session/connection_end.h"
#include "session/options.h"
#include "wire/http.h"

namespace wskit::session {

/// Counts the attempts of one ReconnectPolicy and says how long to wait before the next.
class Backoff {
 public:
  Backoff(const ReconnectPolicy& policy, std::uint64_t seed) : policy_(policy), random_(seed) {}

  /// The connection has proved itself: the next loss is the first one.
  void reset() { attempts_ = 0; }
  /// Nothing when all attempts are used up.
  [[nodiscard]] std::optional<Nanoseconds> next(std::optional<Nanoseconds> retry_after);
  [[nodiscard]] std::uint32_t attempts() const { return attempts_; }

 private:
  ReconnectPolicy policy_;
  std::uint32_t attempts_ = 0;
  std::mt19937_64 random_;
};

/// Whether trying again can help: not after a usage error, an untrusted certificate, a refusal that
/// is meant (4xx but 408, 425 and 429) or a normal Close.
[[nodiscard]] bool may_recover(const ConnectionEnd& end);

/// A Retry-After of seconds, or a date, from which the answer's own Date is taken off
/// (RFC 9110 10.2.3); at most a day.
[[nodiscard]] std::optional<Nanoseconds> retry_after(const wire::HttpResponse& response);

}  // namespace wskit::session
