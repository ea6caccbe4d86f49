// SPDX-License-Identifier: MIT
// The text of `wskit ping`, piece by piece as it becomes known; each line ends with a newline.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "core/clock.h"
#include "report/terminal.h"
#include "stats/ping_result.h"

namespace wskit::report {

/// Where the connection goes, how long its steps took (with `picture` as a waterfall), and what was
/// agreed on.
[[nodiscard]] std::string ping_opening_text(const stats::PingResult& result, bool picture,
                                            const TextOptions& options);

/// The certificates that the server showed and whether they are trusted; nothing without any.
[[nodiscard]] std::string certificates_text(const stats::PingResult& result,
                                            std::chrono::sys_seconds now,
                                            const TextOptions& options);

/// "pong 3: 1.24 ms" and "ping 3: no pong".
[[nodiscard]] std::string pong_line(std::uint64_t number, Nanoseconds time,
                                    const TextOptions& options);
[[nodiscard]] std::string lost_line(std::uint64_t number, const TextOptions& options);

/// How many came back and how long it took, and each condition with what was found.
[[nodiscard]] std::string ping_summary_text(const stats::PingResult& result,
                                            const TextOptions& options);

/// The conditions that do not hold, each as "p99:50ms does not hold: 63.1 ms", in ASCII.
[[nodiscard]] std::vector<std::string> broken_checks(const stats::PingResult& result);

}  // namespace wskit::report
