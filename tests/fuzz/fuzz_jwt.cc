// SPDX-License-Identifier: MIT
// Any bytes as a token, which nobody signed, so that it is refused; then its two lines as header
// and payload of one that is signed, so that the claims are reached: what is taken obeys the
// policy.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "broker/topic.h"
#include "core/check.h"
#include "core/clock.h"
#include "serve/credential_files.h"
#include "serve/jwt.h"
#include "tests/support/jwt_examples.h"
#include "tests/support/token_maker.h"

namespace {

using wskit::check;
using wskit::WallTime;
using namespace wskit::serve;
using namespace wskit::test;

constexpr WallTime kNow = WallTime(std::chrono::seconds(1'700'000'000));

const JwtPolicy& policy() {
  static const JwtPolicy made{
      .keys = {JwtKey::from_secret(kTokenSecret).value(), JwtKey::from_pem(kRfcRsaKey).value(),
               JwtKey::from_pem(kRfcEcKey).value(), JwtKey::from_pem(kRfcEdKey).value()},
      .audiences = {"a", "b"},
      .issuer = "i"};
  return made;
}

void check_filters(const std::optional<TopicFilters>& filters) {
  check(filters.has_value(), "a token without rights has none");
  for (const std::string& filter : *filters) {
    check(wskit::broker::check_filter(filter).has_value(), "filters of a token are good ones");
    check(wskit::broker::is_covered(filter, *filters), "a filter covers itself");
  }
}

void check_identity(const Identity& identity) {
  check(identity.user.empty() || check_user(identity.user).has_value(), "a user has a good name");
  check(!identity.expires || *identity.expires > kNow, "a token that has expired is refused");
  check_filters(identity.rights.subscribe);
  check_filters(identity.rights.publish);
}

void try_unsigned(std::string_view token) {
  const auto identity = verify_jwt(token, policy(), kNow);
  check(!identity, "what nobody signed is refused");
  check(!identity.error().why.empty(), "a refusal says why");
  (void)is_bearer_token(token);
}

void try_signed(std::string_view text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view payload = text.substr(std::min(end + 1, text.size()));
  if (const auto identity = verify_jwt(make_token(text.substr(0, end), payload), policy(), kNow)) {
    check_identity(*identity);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try_unsigned(text);
  try_signed(text);
  return 0;
}
