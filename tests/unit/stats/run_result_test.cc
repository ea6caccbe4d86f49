// SPDX-License-Identifier: MIT
#include "stats/run_result.h"

#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::stats;

TEST_CASE("causes are counted under the name of their error code") {
  Causes causes;
  raise(causes, ErrorCode::tcp_refused);
  raise(causes, ErrorCode::tcp_refused, 2);
  raise(causes, ErrorCode::upgrade_http_status);
  CHECK(causes == Causes{{"tcp_refused", 3}, {"upgrade_http_status", 1}});
}
