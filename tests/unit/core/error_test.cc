// SPDX-License-Identifier: MIT
#include "core/error.h"

#include <set>
#include <string_view>

#include "tests/support/catch.h"

using namespace wskit;

TEST_CASE("every error code has a name of its own") {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kErrorCodeCount; ++i) {
    names.insert(name(static_cast<ErrorCode>(i)));
  }
  CHECK(names.size() == kErrorCodeCount);
  CHECK(names.count("") == 0);
}

TEST_CASE("exit codes are curl's where curl has one") {
  CHECK(exit_code(ErrorCode::bad_url) == 3);
  CHECK(exit_code(ErrorCode::proxy) == 5);
  CHECK(exit_code(ErrorCode::dns_not_found) == 6);
  CHECK(exit_code(ErrorCode::tcp_refused) == 7);
  CHECK(exit_code(ErrorCode::upgrade_http_status) == 22);
  CHECK(exit_code(ErrorCode::unwritable_file) == 23);
  CHECK(exit_code(ErrorCode::tcp_timeout) == 28);
  CHECK(exit_code(ErrorCode::tls_alert) == 35);
  CHECK(exit_code(ErrorCode::reset) == 56);
  CHECK(exit_code(ErrorCode::tls_certificate) == 60);
}

TEST_CASE("failures of the user's input and of wskit itself have their own exit codes") {
  CHECK(exit_code(ErrorCode::usage) == 2);
  CHECK(exit_code(ErrorCode::unreadable_file) == 2);
  CHECK(exit_code(ErrorCode::local_limit) == 2);
  CHECK(exit_code(ErrorCode::internal) == 70);
}
