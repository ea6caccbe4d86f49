// SPDX-License-Identifier: MIT
#include "script/values.h"

#include <fmt/format.h>

#include "core/json.h"

namespace wskit::script {

Values::Values(const Setup& setup)
    : names_(setup.names),
      initial_(setup.initial),
      values_(*setup.initial),
      wall_clock_(setup.wall_clock),
      connection_(setup.connection),
      random_(setup.seed * 0x9E3779B97F4A7C15U + 1) {
  random_.discard(1);
}

std::uint32_t Values::random_bits() {
  return static_cast<std::uint32_t>(random_() >> 32U);
}

/// RFC 9562 5.4: version 4.
std::string Values::uuid() {
  const std::uint32_t a = random_bits();
  const std::uint32_t b = random_bits();
  const std::uint32_t c = random_bits();
  const std::uint32_t d = random_bits();
  return fmt::format("{:08x}-{:04x}-4{:03x}-{:04x}-{:04x}{:08x}", a, b >> 16U, b & 0xfffU,
                     0x8000U | (c >> 18U), c & 0xffffU, d);
}

std::int64_t Values::random_between(std::int64_t low, std::int64_t high) {
  return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
}

Expected<std::string> Values::get(const Placeholder& placeholder) {
  const bool is_variable = placeholder.kind == Placeholder::Kind::variable;
  const std::optional<std::string> value =
      is_variable ? values_[placeholder.variable] : generate(placeholder);
  if (!value) {
    return fail(ErrorCode::unmet,
                fmt::format("{{{{{}}}}} has no value yet", (*names_)[placeholder.variable]));
  }
  return placeholder.quoted ? dump_json(Json(*value)) : *value;
}

std::string Values::generate(const Placeholder& placeholder) {
  switch (placeholder.kind) {
    case Placeholder::Kind::uuid:
      return uuid();
    case Placeholder::Kind::sequence:
      return std::to_string(++sequence_);
    case Placeholder::Kind::connection:
      return std::to_string(connection_);
    case Placeholder::Kind::now:
      return std::to_string((*wall_clock_)());
    case Placeholder::Kind::random:
      return std::to_string(random_between(placeholder.low, placeholder.high));
    case Placeholder::Kind::variable:
      break;
  }
  return {};
}

}  // namespace wskit::script
