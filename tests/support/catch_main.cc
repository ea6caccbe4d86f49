// SPDX-License-Identifier: MIT
#define CATCH_CONFIG_RUNNER
#include "tests/support/catch.h"

#include <cstdio>
#include <cstdlib>

namespace wskit::test {

void skip(const std::string& reason) {
  constexpr int kSkipped = 77;
  std::fprintf(stderr, "SKIPPED: %s\n", reason.c_str());
  std::fflush(nullptr);
  std::_Exit(kSkipped);
}

}  // namespace wskit::test

int main(int argc, char* argv[]) {
  Catch::Session session;
  if (const int usage_error = session.applyCommandLine(argc, argv); usage_error != 0) {
    return usage_error;
  }
  // Green must not lie: a case without an assertion fails, and so does a run without a case.
  using Catch::WarnAbout;
  session.configData().warnings =
      static_cast<WarnAbout::What>(WarnAbout::NoAssertions | WarnAbout::NoTests);
  return session.run();
}
