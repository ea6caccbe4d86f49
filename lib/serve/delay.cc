// SPDX-License-Identifier: MIT
#include "serve/delay.h"

namespace wskit::serve {
namespace {

// SplitMix64's finaliser: every bit of the input moves every bit of the output.
std::uint64_t mix(std::uint64_t value) {
  value += 0x9E37'79B9'7F4A'7C15;
  value = (value ^ (value >> 30U)) * 0xBF58'476D'1CE4'E5B9;
  value = (value ^ (value >> 27U)) * 0x94D0'49BB'1331'11EB;
  return value ^ (value >> 31U);
}

}  // namespace

Nanoseconds delay_of(const DelayOptions& options, std::uint64_t connection, std::uint64_t message) {
  if (options.jitter.count() == 0) {
    return options.fixed;
  }
  const std::uint64_t random = mix(mix(mix(options.seed) ^ connection) ^ message);
  const auto width = static_cast<std::uint64_t>(options.jitter.count()) * 2 + 1;
  return options.fixed - options.jitter + Nanoseconds(static_cast<std::int64_t>(random % width));
}

}  // namespace wskit::serve
