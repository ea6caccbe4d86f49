// SPDX-License-Identifier: MIT
#include "wire/random.h"

#include <sys/random.h>

#include <cerrno>

#include "core/check.h"

namespace wskit::wire {

void fill_random(std::span<std::byte> out) {
  while (!out.empty()) {
    // More than 256 bytes at once may come short when a signal arrives.
    const ssize_t got = ::getrandom(out.data(), out.size(), 0);
    if (got < 0) {
      check(errno == EINTR, "getrandom(2) gives random bytes");
      continue;
    }
    out = out.subspan(static_cast<std::size_t>(got));
  }
}

}  // namespace wskit::wire
