// SPDX-License-Identifier: MIT
#include "serve/jwt.h"

#include <chrono>
#include <string>
#include <string_view>

#include "core/base64.h"
#include "tests/support/catch.h"
#include "tests/support/jwt_examples.h"
#include "tests/support/token_maker.h"

using namespace wskit;
using namespace wskit::serve;
using namespace wskit::test;
using namespace std::chrono_literals;

namespace {

constexpr WallTime at(std::int64_t seconds) {
  return WallTime(std::chrono::seconds(seconds));
}

constexpr WallTime kNow = at(1'700'000'000);

JwtPolicy policy_of(const JwtKey& key) {
  return {.keys = {key}};
}

JwtPolicy secret_policy() {
  return policy_of(JwtKey::from_secret(kTokenSecret).value());
}

// The cause of a refusal, "" for none.
std::string cause_of(std::string_view token, const JwtPolicy& policy, WallTime now = kNow) {
  const auto identity = verify_jwt(token, policy, now);
  return identity ? "" : std::string(name(identity.error().cause));
}

std::string cause_of_claims(std::string_view payload, const JwtPolicy& policy = secret_policy(),
                            WallTime now = kNow) {
  return cause_of(make_token(payload), policy, now);
}

std::string why(std::string_view token, const JwtPolicy& policy = secret_policy()) {
  const auto identity = verify_jwt(token, policy, kNow);
  return identity ? "" : identity.error().why;
}

}  // namespace

TEST_CASE("the examples of RFC 7515 are good until they expire") {
  const auto secret = JwtKey::from_secret(base64url_decode(kRfcSecret).value()).value();
  const WallTime before = at(1'300'819'379);
  CHECK(cause_of(kRfcHs256, policy_of(secret), before).empty());
  CHECK(cause_of(kRfcHs256, policy_of(secret)) == "expired");
  for (const auto& [key, token] :
       {std::pair(kRfcRsaKey, kRfcRs256), std::pair(kRfcEcKey, kRfcEs256)}) {
    auto policy = policy_of(JwtKey::from_pem(key).value());
    policy.issuer = "joe";
    CHECK(cause_of(token, policy, before).empty());
    CHECK(cause_of(token, policy) == "expired");
  }
}

TEST_CASE("a signed token whose payload is not JSON is malformed, as in RFC 8037") {
  CHECK(cause_of(kRfcEdDsa, policy_of(JwtKey::from_pem(kRfcEdKey).value())) == "malformed");
}

TEST_CASE("a token of another implementation says who its bearer is and what it may do") {
  // jwt.encode({"sub": "ann", "exp": 2000000000, "subscribe": ["a/#"], "publish": ["a/b"]},
  //            secret, algorithm="HS256") with PyJWT 2.6.0
  const char* const token =
      "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
      ".eyJzdWIiOiJhbm4iLCJleHAiOjIwMDAwMDAwMDAsInN1YnNjcmliZSI6WyJhLyMiXSwicHVibGlzaCI6WyJhL2IiX"
      "X0.te0U7SX-6LJyC2gjKkSmXRF2WS0bg8WzC-T-hrDXAmg";
  const auto identity = verify_jwt(token, secret_policy(), kNow);
  REQUIRE(identity);
  CHECK(identity->user == "ann");
  CHECK(identity->expires == at(2'000'000'005));  // with the leeway
  CHECK(identity->rights.may_subscribe("a/+/c"));
  CHECK_FALSE(identity->rights.may_subscribe("#"));
  CHECK(identity->rights.may_publish("a/b"));
  CHECK_FALSE(identity->rights.may_publish("a/c"));
}

TEST_CASE("what a token does not speak of is nobody, nothing and never") {
  const auto identity = verify_jwt(make_token("{}"), secret_policy(), kNow);
  REQUIRE(identity);
  CHECK(identity->user.empty());
  CHECK_FALSE(identity->expires);
  CHECK(identity->rights == TopicRights::none());
}

TEST_CASE("rights that a token does not speak of are the default ones") {
  JwtPolicy policy = secret_policy();
  policy.default_rights = {.subscribe = TopicFilters{"news/#"}, .publish = {}};
  const auto identity = verify_jwt(make_token(R"({"publish":[]})"), policy, kNow);
  REQUIRE(identity);
  CHECK(identity->rights.may_subscribe("news/+"));
  CHECK_FALSE(identity->rights.may_publish("news/a"));
}

TEST_CASE("a token without a signature is refused, whatever its header calls that") {
  for (const char* const algorithm : {"none", "None", "NONE", "nOnE", ""}) {
    const std::string header = base64url_encode(std::string(R"({"alg":")") + algorithm + "\"}");
    CHECK(cause_of(header + ".e30.", secret_policy()) == "algorithm");
    CHECK(cause_of(header + ".e30", secret_policy()) == "malformed");
  }
  CHECK(cause_of(base64url_encode(R"({"alg":"HS256"})") + ".e30.", secret_policy()) == "signature");
}

TEST_CASE("a public key is no shared secret") {
  const std::string forged = make_token(R"({"alg":"HS256"})", "{}", kRfcRsaKey);
  const auto rsa = policy_of(JwtKey::from_pem(kRfcRsaKey).value());
  CHECK(cause_of(forged, rsa) == "algorithm");
  JwtPolicy both = secret_policy();
  both.keys.push_back(rsa.keys.front());
  CHECK(cause_of(forged, both) == "signature");
  // The right key for another algorithm than the header names.
  CHECK(cause_of(make_token(R"({"alg":"RS256"})", "{}"), both) == "signature");
  CHECK(cause_of(make_token(R"({"alg":"ES256"})", "{}"), both) == "algorithm");
}

TEST_CASE("any of several keys will do") {
  JwtPolicy policy = policy_of(JwtKey::from_secret(std::string(40, 'x')).value());
  policy.keys.push_back(JwtKey::from_pem(kRfcEcKey).value());
  CHECK(cause_of(make_token("{}"), policy) == "signature");
  policy.keys.push_back(JwtKey::from_secret(kTokenSecret).value());
  CHECK(cause_of(make_token("{}"), policy).empty());
}

TEST_CASE("a forged token is refused before its claims are read") {
  CHECK(cause_of(make_token(R"({"alg":"HS256"})", "{broken", std::string(40, 'x')),
                 secret_policy()) == "signature");
  std::string changed = make_token(R"({"sub":"ann"})");
  changed.replace(changed.find('.') + 1, 4,
                  "eyJz" == changed.substr(changed.find('.') + 1, 4) ? "eyJ0" : "eyJz");
  CHECK(cause_of(changed, secret_policy()) == "signature");
}

TEST_CASE("a header with extensions that must be understood is refused") {
  CHECK(cause_of(make_token(R"({"alg":"HS256","crit":["b64"],"b64":false})", "{}"),
                 secret_policy()) == "malformed");
  CHECK(cause_of(make_token(R"({"alg":"HS256","crit":null})", "{}"), secret_policy()) ==
        "malformed");
  CHECK(cause_of(make_token(R"({"alg":"HS256","kid":"1","typ":"at+jwt"})", "{}"), secret_policy())
            .empty());
}

TEST_CASE("a token ends with its leeway, not before and not after") {
  JwtPolicy policy = secret_policy();
  policy.leeway = 10s;
  const char* const payload = R"({"exp":1000})";
  CHECK(cause_of_claims(payload, policy, at(1009)).empty());
  CHECK(cause_of_claims(payload, policy, at(1010)) == "expired");
  policy.leeway = 0s;
  CHECK(cause_of_claims(payload, policy, at(999)).empty());
  CHECK(cause_of_claims(payload, policy, at(1000)) == "expired");
  CHECK(cause_of_claims(R"({"exp":1000.5})", policy, at(1000)).empty());
}

TEST_CASE("a token begins with its leeway, not before and not after") {
  JwtPolicy policy = secret_policy();
  policy.leeway = 10s;
  const char* const payload = R"({"nbf":1000})";
  CHECK(cause_of_claims(payload, policy, at(989)) == "not_yet_valid");
  CHECK(cause_of_claims(payload, policy, at(990)).empty());
}

TEST_CASE("dates beyond all clocks are dates, and what is no number is none") {
  CHECK(cause_of_claims(R"({"exp":1e300})").empty());
  CHECK(cause_of_claims(R"({"exp":18446744073709551615})").empty());
  CHECK(cause_of_claims(R"({"exp":-1})") == "expired");
  CHECK(cause_of_claims(R"({"exp":-1e300})") == "expired");
  CHECK(cause_of_claims(R"({"nbf":1e300})") == "not_yet_valid");
  for (const char* const payload :
       {R"({"exp":"2000000000"})", R"({"exp":null})", R"({"nbf":true})", R"({"exp":[1]})"}) {
    CHECK(cause_of_claims(payload) == "claims");
  }
  CHECK(verify_jwt(make_token(R"({"exp":1e300})"), secret_policy(), kNow)->expires ==
        WallTime::max());
}

TEST_CASE("a token for somebody else is refused") {
  JwtPolicy policy = secret_policy();
  // RFC 7519 section 4.1.3: whoever does not find itself in "aud" must refuse the token.
  CHECK(cause_of_claims(R"({"aud":"chat"})", policy) == "audience");
  policy.audiences = {"chat", "news"};
  for (const char* const good : {R"({"aud":"chat"})", R"({"aud":["x","news"]})"}) {
    CHECK(cause_of_claims(good, policy).empty());
  }
  for (const char* const bad : {"{}", R"({"aud":"Chat"})", R"({"aud":[]})", R"({"aud":["x",1]})",
                                R"({"aud":{"chat":1}})", R"({"aud":null})"}) {
    CHECK(cause_of_claims(bad, policy) == "audience");
  }
}

TEST_CASE("a token from somebody else is refused") {
  JwtPolicy policy = secret_policy();
  CHECK(cause_of_claims(R"({"iss":"anybody"})", policy).empty());
  policy.issuer = "joe";
  CHECK(cause_of_claims(R"({"iss":"joe"})", policy).empty());
  for (const char* const bad : {"{}", R"({"iss":"joe "})", R"({"iss":["joe"]})"}) {
    CHECK(cause_of_claims(bad, policy) == "issuer");
  }
}

TEST_CASE("claims of the wrong kind refuse the token and say which") {
  CHECK(why(make_token(R"({"sub":7})")) == "the token's \"sub\" is not a text");
  CHECK(why(make_token(R"({"sub":"a\nb"})")) ==
        "the token's \"sub\": the user's name is not UTF-8, or has a control character in it");
  CHECK(why(make_token(R"({"subscribe":"a"})")) ==
        "the token's \"subscribe\": not a list of topic filters");
  CHECK(why(make_token(R"({"publish":[1]})")) ==
        "the token's \"publish\": not a list of topic filters");
  CHECK(why(make_token(R"({"publish":["a#"]})")) ==
        "the token's \"publish\": filter 'a#': '+' and '#' stand for whole levels: a/+/c, a/#");
  CHECK(cause_of_claims(R"({"publish":[""]})") == "claims");
}

TEST_CASE("what is not three parts of base64url and JSON objects is malformed") {
  const std::string good = make_token("{}");
  for (const std::string& token : {
           std::string(),
           std::string(".."),
           std::string("..."),
           good + ".x",
           good.substr(0, good.rfind('.')),
           good + "=",
           good.substr(0, good.size() - 1),
           " " + good,
           good.substr(0, good.find('.')) + "=" + good.substr(good.find('.')),
           make_token("[]", "{}"),
           make_token("{", "{}"),
           make_token("{}", "{}"),
           make_token(R"({"alg":1})", "{}"),
           make_token("[1]"),
           make_token("{} {}"),
           make_token("\xFF"),
       }) {
    CHECK(cause_of(token, secret_policy()) == "malformed");
  }
  // Cut short anywhere: never good, and whatever is missing of the signature, it is not that.
  std::size_t taken = 0;
  for (std::size_t size = 0; size < good.size(); ++size) {
    taken += cause_of(good.substr(0, size), secret_policy()).empty() ? 1U : 0U;
  }
  CHECK(taken == 0);
}

TEST_CASE("trailing bits in the last character do not make a second text of the same token") {
  // 32 bytes leave two bits over in the 43rd character; the other three texts are refused.
  const std::string good = make_token("{}");
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::size_t taken = 0;
  for (const char c : kAlphabet) {
    taken += cause_of(good.substr(0, good.size() - 1) + c, secret_policy()).empty() ? 1U : 0U;
  }
  CHECK(taken == 1);
}

TEST_CASE("size and depth are bounded") {
  CHECK(why(std::string(kMaxJwtBytes + 1, 'a')) == "the token is longer than 8192 bytes");
  CHECK(why(make_token("{\"alg\":\"" + std::string(2048, 'x') + "\"}", "{}")) ==
        "the token's header is longer than 2048 bytes");
  const std::string brackets(10'000, '[');
  CHECK(cause_of(make_token(brackets, "{}"), secret_policy()) == "malformed");
  CHECK(cause_of(make_token(brackets), secret_policy()) == "malformed");
  // What fits into a token is still too deep.
  const std::string deep = R"({"x":)" + std::string(1'000, '[') + std::string(1'000, ']') + "}";
  CHECK(cause_of_claims(deep) == "malformed");
  CHECK(cause_of(make_token(
                     R"({"alg":"HS256","x":)" + std::string(300, '[') + std::string(300, ']') + "}",
                     "{}"),
                 secret_policy()) == "malformed");
  CHECK(cause_of_claims(R"({"x":)" + std::string(100, '[') + std::string(100, ']') + "}").empty());
}
