// SPDX-License-Identifier: MIT
#include "load/process_usage.h"

#include <cstdint>
#include <fstream>
#include <optional>
#include <string>

#include <sys/resource.h>

namespace wskit::load {
namespace {

constexpr std::uint64_t kKibi = 1024;

double seconds(const timeval& time) {
  constexpr double kMicro = 1e6;
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / kMicro;
}

/// Nothing where /proc is not mounted.
std::optional<std::uint64_t> peak_resident_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    std::uint64_t kib = 0;
    if (word == "VmHWM:" && status >> kib) {
      return kib * kKibi;
    }
  }
  return std::nullopt;
}

}  // namespace

stats::Generator usage_of_process() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  // ru_maxrss is at least what the process that started this one held when it did.
  const auto with_parent = static_cast<std::uint64_t>(usage.ru_maxrss) * kKibi;
  return {.cpu_s = seconds(usage.ru_utime) + seconds(usage.ru_stime),
          .busy_per_thread = {},
          .max_rss_bytes = peak_resident_bytes().value_or(with_parent)};
}

}  // namespace wskit::load
