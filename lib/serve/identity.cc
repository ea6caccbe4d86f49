// SPDX-License-Identifier: MIT
#include "serve/identity.h"

#include <algorithm>

#include <fmt/format.h>

#include "wire/utf8.h"

namespace wskit::serve {
namespace {

constexpr std::size_t kMaxUserBytes = 255;

constexpr std::array<std::string_view, kAuthCauseCount> kCauseNames{
    "missing", "ambiguous",     "malformed", "unknown", "algorithm", "signature",
    "expired", "not_yet_valid", "audience",  "issuer",  "claims",    "forbidden",
};

bool is_control_character(char c) {
  constexpr unsigned char kFirstVisible = 0x20;
  constexpr unsigned char kDelete = 0x7f;
  const auto byte = static_cast<unsigned char>(c);
  return byte < kFirstVisible || byte == kDelete;
}

}  // namespace

Instant expiry_of(const Identity& identity, Instant now) {
  if (!identity.expires) {
    return Instant::max();
  }
  // Longer than a process lives; what a token says may be beyond what an Instant can hold.
  constexpr Nanoseconds kMaxLife = std::chrono::years(10);
  return now + std::min<Nanoseconds>(*identity.expires - read_wall_clock(), kMaxLife);
}

std::string_view name(AuthCause cause) {
  return kCauseNames.at(static_cast<std::size_t>(cause));
}

Expected<void> check_user(std::string_view user) {
  if (user.empty() || user.size() > kMaxUserBytes) {
    return fail(ErrorCode::usage, fmt::format("the user's name has {} bytes; 1 to {} are allowed",
                                              user.size(), kMaxUserBytes));
  }
  if (!wire::is_utf8(user) || std::ranges::any_of(user, is_control_character)) {
    return fail(ErrorCode::usage, "the user's name is not UTF-8, or has a control character in it");
  }
  return {};
}

}  // namespace wskit::serve
