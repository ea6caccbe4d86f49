// SPDX-License-Identifier: MIT
// Recordings read line by line: what is understood can be written as a script and, as far as it is
// a message, as the same line again.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "core/check.h"
#include "script/expectation.h"
#include "script/recorded_line.h"
#include "script/transcript.h"

using namespace wskit;
using namespace wskit::script;

namespace {

void write_again(const RecordedLine& line) {
  const auto* const recorded = std::get_if<RecordedMessage>(&line.what);
  if (recorded == nullptr) {
    return;
  }
  std::string out;
  append_message(out, line.moment, recorded->direction, recorded->message.view());
  const auto again = parse_recorded_line(out);
  check(again.has_value(), "a written line is understood");
  const auto& same = std::get<RecordedMessage>(again->what);
  check(same.direction == recorded->direction && same.message == recorded->message &&
            again->moment.connection == line.moment.connection,
        "a written line says the same");
  if (recorded->expect) {
    const auto expectation = Expectation::create(recorded->message, &*recorded->expect);
    if (expectation) {
      (void)expectation->compare(recorded->message.view(), {});
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  Transcript transcript;
  std::string script;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const auto line = parse_recorded_line(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!line) {
      check(!line.error().message.empty(), "an error says what was expected");
      continue;
    }
    transcript.note(*line);
    write_again(*line);
    (void)transcript.append(script, *line);
  }
  (void)transcript.head("fuzz");
  return 0;
}
