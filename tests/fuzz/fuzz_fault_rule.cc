// SPDX-License-Identifier: MIT
// Any text as a fault's rule and as a file of rules: it is refused as a usage error, or it is a
// rule that keeps its text and says the same when read again.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/check.h"
#include "relay/fault_form.h"
#include "relay/fault_rule.h"

namespace {

using wskit::check;
using namespace wskit::relay;

void check_rule(const FaultRule& rule) {
  check(rule.percent >= 0 && rule.percent <= 100, "a percentage is one");
  check(rule.first_connection >= 1 && rule.first_connection <= rule.last_connection,
        "connections are a range");
  check(rule.every >= 1, "every n-th one has an n");
  check(rule.send || rule.recv, "it is about a direction");
  check(rule.jitter <= rule.time.value_or(rule.jitter), "no message comes before it was sent");
  const FaultValue value = form_of(rule.kind).value;
  const bool counts = value == FaultValue::size || value == FaultValue::count ||
                      value == FaultValue::status || value == FaultValue::bit ||
                      value == FaultValue::opcode;
  check(!counts || rule.number.has_value(), "what needs a number has one");
  const auto again = parse_fault(rule.text);
  check(again && again->kind == rule.kind && again->number == rule.number &&
            again->time == rule.time && again->match == rule.match && again->body == rule.body &&
            again->headers == rule.headers && again->after == rule.after,
        "a rule's text says the rule");
  (void)rule.is_for(1, rule.body);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto rule = parse_fault(text)) {
    check(rule->text == text, "a rule keeps its text");
    check_rule(*rule);
  } else {
    check(rule.error().code == wskit::ErrorCode::usage, "it is refused as a usage error");
    check(!rule.error().message.empty(), "with a reason");
  }
  if (const auto rules = parse_fault_file(text)) {
    for (const FaultRule& rule : *rules) {
      check_rule(rule);
    }
  } else {
    check(rules.error().message.starts_with("line "), "the line is named");
  }
  return 0;
}
