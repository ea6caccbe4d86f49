// SPDX-License-Identifier: MIT
#include "cli/standard_streams.h"

#include <cerrno>
#include <cstdio>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace wskit::cli {

void reserve_standard_descriptors() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(descriptor, F_GETFD) == -1) {
      // The lowest free number, which is this one.
      (void)::open("/dev/null", O_RDONLY);
    }
  }
}

Expected<void> print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    return fail(ErrorCode::unwritable_file,
                fmt::format("write to standard output: {}",
                            std::error_code(errno, std::generic_category()).message()));
  }
  return {};
}

void say(std::string_view text) noexcept {
  (void)std::fwrite(text.data(), 1, text.size(), stderr);
  (void)std::fflush(stderr);
}

}  // namespace wskit::cli
