// SPDX-License-Identifier: MIT
// HAR files: whatever is imported is a recording of which every line is understood.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/check.h"
#include "script/har.h"
#include "script/recorded_line.h"

using namespace wskit;
using namespace wskit::script;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const HarOptions options{.url = nullptr,
                           .is_secret = [](std::string_view name) { return name.size() == 6; }};
  const auto import = import_har({reinterpret_cast<const char*>(data), size}, options);
  if (!import) {
    check(!import.error().message.empty(), "an error says what was expected");
    return 0;
  }
  std::string_view rest = import->recording;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    check(end != std::string_view::npos, "each line of an import has its end");
    check(parse_recorded_line(rest.substr(0, end)).has_value(), "an imported line is understood");
    rest.remove_prefix(end + 1);
  }
  return 0;
}
