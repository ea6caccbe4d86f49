// SPDX-License-Identifier: MIT
#include "serve/limit.h"

#include <array>

namespace wskit::serve {
namespace {

constexpr std::array<std::string_view, kLimitCount> kLimitNames{
    "connections",   "address_connections", "descriptors", "handshake_time", "header_bytes",
    "message_bytes", "inflate_ratio",       "topics",      "subscriptions",
};
constexpr int kTooManyRequests = 429;
constexpr int kUnavailable = 503;

}  // namespace

std::string_view name(Limit limit) {
  return kLimitNames.at(static_cast<std::size_t>(limit));
}

LimitRefusal refusal_of(Limit limit) {
  switch (limit) {
    case Limit::address_connections:
      return {kTooManyRequests, "your address has as many connections as it may"};
    case Limit::subscriptions:
      return {kUnavailable, "this server takes no more subscriptions"};
    default:
      return {kUnavailable, "this server takes no more connections"};
  }
}

}  // namespace wskit::serve
