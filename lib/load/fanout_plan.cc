// SPDX-License-Identifier: MIT
#include "load/fanout_plan.h"

#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include "core/json.h"

namespace wskit::load {
namespace {

Expected<void> check_members(const FanoutPlan& plan) {
  for (const auto& [option, number] :
       {std::pair{"--publishers", plan.publishers}, std::pair{"--subscribers", plan.subscribers}}) {
    if (number < plan.topics.size()) {
      return fail(ErrorCode::usage, fmt::format("{} {} are too few for --topics {}: each topic "
                                                "needs one",
                                                option, number, plan.topics.size()));
    }
  }
  return {};
}

}  // namespace

std::string_view name(FanoutTransport transport) {
  switch (transport) {
    case FanoutTransport::ws:
      return "ws";
    case FanoutTransport::sse:
      return "sse";
    case FanoutTransport::poll:
      return "poll";
  }
  return {};
}

Expected<void> validate(const FanoutPlan& plan) {
  if (plan.topics.empty()) {
    return fail(ErrorCode::usage, "a fan-out needs at least one topic");
  }
  if (auto valid = check_members(plan); !valid) {
    return valid;
  }
  if (!plan.publish.empty() && plan.publish.find("{{payload}}") == std::string::npos) {
    return fail(ErrorCode::usage,
                fmt::format("--publish '{}' has no {{{{payload}}}} in it: that is what deliveries "
                            "are known by",
                            plan.publish));
  }
  try {
    (void)Json::json_pointer(plan.pointer);
  } catch (const Json::exception& e) {
    return fail(ErrorCode::usage, fmt::format("--match '{}' is not a JSON pointer (RFC 6901): {}",
                                              plan.pointer, e.what()));
  }
  return {};
}

std::vector<std::uint32_t> members_of(const FanoutPlan& plan, std::uint32_t all,
                                      std::uint32_t thread, std::uint32_t threads) {
  std::vector<std::uint32_t> numbers;
  for (std::uint32_t number = 0; number < all; ++number) {
    if (number % plan.topics.size() % threads == thread) {
      numbers.push_back(number);
    }
  }
  return numbers;
}

std::string replace_placeholder(std::string text, std::string_view name, std::string_view value) {
  const std::string placeholder = fmt::format("{{{{{}}}}}", name);
  for (std::size_t at = text.find(placeholder); at != std::string::npos;
       at = text.find(placeholder, at + value.size())) {
    text.replace(at, placeholder.size(), value);
  }
  return text;
}

}  // namespace wskit::load
