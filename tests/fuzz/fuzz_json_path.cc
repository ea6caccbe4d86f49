// SPDX-License-Identifier: MIT
// Any text as a JSONPath (the first line) and as a document (the rest): it is refused, gives up, or
// selects what is in the document, one value at most if it says so.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/check.h"
#include "core/json.h"
#include "script/json_path.h"

namespace {

using wskit::check;
using wskit::Json;
using wskit::script::JsonPath;

void collect(const Json& json, std::set<const Json*>& all) {
  all.insert(&json);
  if (json.is_structured()) {
    for (const Json& child : json) {
      collect(child, all);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(input.find('\n'), input.size());
  const std::string_view text = input.substr(0, end);
  const auto path = JsonPath::compile(text);
  if (!path) {
    check(path.error().code == wskit::ErrorCode::usage, "a path is refused as one");
    check(path.error().message.find(", at offset ") != std::string::npos, "it says where");
    return 0;
  }
  check(path->text() == text, "a path keeps its text");
  const auto document = wskit::parse_json(input.substr(std::min(end + 1, input.size())));
  if (!document) {
    return 0;
  }
  const auto nodes = path->select(*document);
  if (!nodes) {
    check(nodes.error().code == wskit::ErrorCode::usage, "giving up has its reason");
    return 0;
  }
  check(!path->is_singular() || nodes->size() <= 1, "a singular path selects one value at most");
  std::set<const Json*> all;
  collect(*document, all);
  check(std::ranges::all_of(*nodes, [&all](const Json* node) { return all.contains(node); }),
        "what is selected is in the document");
  const auto again = JsonPath::compile(path->text());
  check(again && again->select(*document).value() == *nodes, "the same path selects the same");
  return 0;
}
