// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/error.h"
#include "stats/histogram.h"
#include "stats/run_result.h"

namespace wskit::stats {

/// How long the steps of opening one connection took; zero for what did not happen.
struct OpeningTimes {
  Nanoseconds redirects{0};  ///< From the start until the last redirect was followed.
  Nanoseconds dns{0};        ///< With a proxy, of its name.
  Nanoseconds connect{0};    ///< Until the tunnel stands, with a proxy.
  Nanoseconds tls{0};
  Nanoseconds upgrade{0};     ///< From the request to the last byte of the answer's head.
  Nanoseconds first_byte{0};  ///< The part of `upgrade` up to the first byte of the answer.

  [[nodiscard]] Nanoseconds total() const { return redirects + dns + connect + tls + upgrade; }
};

/// A certificate that a server showed (net::Certificate has the meaning of the members).
struct ShownCertificate {
  std::string subject;
  std::string issuer;
  std::vector<std::string> names;
  std::string key;
  std::chrono::sys_seconds not_before;
  std::chrono::sys_seconds not_after;
};

/// Ping/pong round trips: what was sent and what became of it.
class RoundTrips {
 public:
  void sent() { ++sent_; }
  void answered(Nanoseconds time);
  void lost() { ++lost_; }
  /// A pong to nothing that was out.
  void unmatched() { ++unmatched_; }

  [[nodiscard]] std::uint64_t sent_count() const { return sent_; }
  [[nodiscard]] std::uint64_t answered_count() const { return histogram_.count(); }
  [[nodiscard]] std::uint64_t lost_count() const { return lost_; }
  [[nodiscard]] std::uint64_t unmatched_count() const { return unmatched_; }

  /// Of the answered ones, zero without any. Percentiles have three significant digits.
  [[nodiscard]] Nanoseconds min() const { return answered_count() == 0 ? Nanoseconds(0) : min_; }
  [[nodiscard]] Nanoseconds max() const { return max_; }
  [[nodiscard]] Nanoseconds mean() const;
  [[nodiscard]] Nanoseconds percentile(double percent) const;
  /// Of all, with the lost ones as infinitely late: nothing where that makes it infinite.
  [[nodiscard]] std::optional<Nanoseconds> percentile_of_all(double percent) const;

 private:
  std::uint64_t sent_ = 0;
  std::uint64_t lost_ = 0;
  std::uint64_t unmatched_ = 0;
  Nanoseconds min_ = Nanoseconds::max();
  Nanoseconds max_{0};
  Nanoseconds sum_{0};
  Histogram histogram_;
};

/// A condition on round trips.
struct RoundTripLimit {
  enum class Statistic : std::uint8_t { every, min, mean, percentile, max };

  std::string expr;
  Statistic statistic = Statistic::every;
  double percent = 0;  ///< Of a percentile.
  Nanoseconds limit{0};
};

/// "50ms" (no round trip may take longer) or a statistic: "avg:20ms", "min:", "max:", "p99:50ms",
/// "p99.9:". Fails with ErrorCode::usage and what could be written.
[[nodiscard]] Expected<RoundTripLimit> parse_round_trip_limit(std::string_view text);

/// A condition and what was found.
struct PingCheck {
  std::string expr;
  std::optional<double> value;  ///< In `unit`; absent when infinite or when there is none.
  std::string_view unit;        ///< "us" or "days"
  bool ok = false;
};

/// Lost pings rank as infinitely late, as unanswered messages do in thresholds: an average with one
/// of them is above every limit. So is one of no round trips at all.
[[nodiscard]] PingCheck check_limit(const RoundTripLimit& limit, const RoundTrips& trips);

/// That no certificate of the chain ends within `days` of `now`.
[[nodiscard]] PingCheck check_expiry(const std::vector<ShownCertificate>& chain, std::uint32_t days,
                                     std::chrono::sys_seconds now);

/// Whole days from `now` to the end of a certificate, rounded down: negative when it has ended.
[[nodiscard]] std::int64_t days_left(const ShownCertificate& certificate,
                                     std::chrono::sys_seconds now);

/// What `wskit ping` found out: the content of its JSON ("wskit_ping": 1).
struct PingResult {
  std::string url;
  std::string location;  ///< Where redirects led to; empty without any.
  WallClock start;
  std::string peer;   ///< "127.0.0.1:9001" or a path; empty when there was no connection.
  std::string proxy;  ///< "http://127.0.0.1:3128", which `peer` is then; empty for none.
  bool unix_socket = false;
  std::optional<OpeningTimes> opening;  ///< Absent when the WebSocket did not open.
  std::string tls_version;              ///< "TLS 1.3"; empty on ws.
  std::string cipher;
  std::vector<ShownCertificate> chain;  ///< As the server sent it, its own first.
  std::string distrust;                 ///< Why the chain is not trusted; empty when it is.
  std::string subprotocol;              ///< Empty for none, as is the next.
  std::string compression;
  RoundTrips round_trips;
  std::vector<PingCheck> checks;
  std::optional<Error> error;  ///< Why it ended before its time.
  bool interrupted = false;
};

}  // namespace wskit::stats
