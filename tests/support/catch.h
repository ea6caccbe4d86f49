// SPDX-License-Identifier: MIT
// The one place that knows which major version of Catch2 the tests are built with.
#pragma once

#include <catch2/catch.hpp>

#include <string>

namespace wskit::test {

/// Ends the running test case as skipped: the program prints the reason and exits with 77, which
/// ctest counts as a skip. Run one case per process (as ctest does) for this to be exact.
[[noreturn]] void skip(const std::string& reason);

}  // namespace wskit::test
