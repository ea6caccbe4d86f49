// SPDX-License-Identifier: MIT
// The JSONPath Compliance Test Suite (github.com/jsonpath-standard), as npm's jsonpath-rfc9535
// brings it along. Whatever calls match() or search() is beyond the subset: those must be refused.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "core/json.h"
#include "script/json_path.h"
#include "tests/support/catch.h"
#include "tests/support/process.h"

using namespace wskit;
using namespace wskit::script;

namespace {

Json suite() {
  const std::filesystem::path path =
      std::filesystem::path(WSKIT_INTEROP_DIRECTORY) /
      "node_modules/jsonpath-rfc9535/src/__tests__/jsonpath-compliance-test-suite/cts.json";
  if (!std::filesystem::exists(path)) {
    test::skip("npm's jsonpath-rfc9535 is not installed; scripts/npm-packages does it");
  }
  std::ifstream file(path);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  const auto json = parse_json(text);
  REQUIRE(json.has_value());
  return *json;
}

bool is_beyond_the_subset(std::string_view path) {
  return path.find("match(") != std::string_view::npos ||
         path.find("search(") != std::string_view::npos;
}

/// An array of what was selected.
Json select(const JsonPath& path, const Json& document) {
  const auto nodes = path.select(document);
  REQUIRE(nodes.has_value());
  Json out = Json::array();
  for (const Json* const node : *nodes) {
    out.push_back(*node);
  }
  return out;
}

bool is_expected(const Json& test, const Json& selected) {
  if (const auto results = test.find("results"); results != test.end()) {
    return std::ranges::find(*results, selected) != results->end();
  }
  return test.at("result") == selected;
}

}  // namespace

TEST_CASE("the JSONPath compliance test suite agrees") {
  std::size_t selected = 0;
  std::size_t refused = 0;
  std::size_t beyond = 0;
  const Json tests = suite().at("tests");
  for (const Json& test : tests) {
    const std::string path = test.at("selector");
    const std::string name = test.at("name");
    CAPTURE(name, path);
    const auto compiled = JsonPath::compile(path);
    if (is_beyond_the_subset(path)) {
      ++beyond;
      CHECK_FALSE(compiled.has_value());
    } else if (test.contains("invalid_selector")) {
      ++refused;
      CHECK_FALSE(compiled.has_value());
    } else {
      ++selected;
      INFO((compiled ? "" : compiled.error().message));
      REQUIRE(compiled.has_value());
      const Json found = select(*compiled, test.at("document"));
      CAPTURE(dump_json(found));
      CHECK(is_expected(test, found));
    }
  }
  fmt::print("{} paths selected, {} were refused; {} are beyond the subset\n", selected, refused,
             beyond);
  // Of the version that package-lock.json names.
  CHECK(selected == 392);
  CHECK(refused == 239);
  CHECK(beyond == 56);
}
