// SPDX-License-Identifier: MIT
#include "serve/authenticator.h"

#include <string>
#include <string_view>
#include <vector>

#include "core/base64.h"
#include "tests/support/catch.h"
#include "tests/support/token_maker.h"
#include "wire/uri.h"

using namespace wskit;
using namespace wskit::serve;
using namespace wskit::test;

namespace {

constexpr WallTime kToday = WallTime(std::chrono::seconds(1'700'000'000));

AuthOptions every_method() {
  AuthOptions options;
  options.jwt = JwtPolicy{.keys = {JwtKey::from_secret(kTokenSecret).value()}};
  options.tokens = TokenFile::parse("t0k3n tom", {}).value();
  options.passwords = PasswordFile::parse("ann:secret").value();
  options.client_certificates = true;
  return options;
}

using Values = std::vector<std::string>;

wire::HttpRequest authorized(const Values& authorizations, std::string target = "/t/a") {
  wire::HttpRequest request{.method = "GET", .target = std::move(target), .headers = {}};
  for (const std::string& value : authorizations) {
    request.headers.add("Authorization", value);
  }
  return request;
}

using Outcome = std::expected<Identity, AuthRefusal>;

Outcome ask(const AuthOptions& options, const wire::HttpRequest& request,
            std::string_view certificate_user = "") {
  return Authenticator(options).identify(request, certificate_user, kToday);
}

// "USER", or "STATUS CAUSE".
std::string text_of(const Outcome& outcome) {
  return outcome ? outcome->user
                 : std::to_string(outcome.error().status) + " " +
                       std::string(name(outcome.error().cause));
}

Values challenges_of(const Outcome& outcome) {
  Values values;
  for (const wire::Header& header : outcome.error().headers) {
    CHECK(header.name == "WWW-Authenticate");
    CHECK(wire::is_field_value(header.value));
    values.push_back(header.value);
  }
  return values;
}

std::string basic(std::string_view credentials) {
  return "Basic " + base64_encode(credentials);
}

}  // namespace

TEST_CASE("each method tells who somebody is") {
  const AuthOptions options = every_method();
  CHECK(text_of(ask(options, authorized({"Bearer t0k3n"}))) == "tom");
  CHECK(text_of(ask(options, authorized({"bearer  t0k3n"}))) == "tom");
  CHECK(text_of(ask(options, authorized({"Bearer " + make_token(R"({"sub":"jo"})")}))) == "jo");
  CHECK(text_of(ask(options, authorized({}, "/t/a?x=1&access_token=t0k3%6E"))) == "tom");
  CHECK(text_of(ask(options, authorized({basic("ann:secret")}))) == "ann");
  CHECK(text_of(ask(options, authorized({}), "client.example")) == "client.example");
  CHECK(text_of(Authenticator(options).identify_token("t0k3n", kToday)) == "tom");
}

TEST_CASE("whoever sends nothing is asked, in every way that the server knows") {
  const auto outcome = ask(every_method(), authorized({}));
  CHECK(text_of(outcome) == "401 missing");
  // RFC 6750 section 3.1: without an error where nothing was tried.
  CHECK(challenges_of(outcome) ==
        Values{R"(Bearer realm="wskit")", R"(Basic realm="wskit", charset="UTF-8")"});
}

TEST_CASE("bad credentials are refused, also where others would do") {
  const AuthOptions options = every_method();
  CHECK(text_of(ask(options, authorized({"Bearer nobody"}), "client.example")) == "401 malformed");
  CHECK(text_of(ask(options, authorized({basic("ann:Secret")}), "client.example")) ==
        "401 unknown");
  CHECK(text_of(ask(options, authorized({basic("bob:secret")}))) == "401 unknown");
  CHECK(text_of(ask(options, authorized({basic("ann")}))) == "401 malformed");
  CHECK(text_of(ask(options, authorized({"Basic YW5uOnNlY3JldA"}))) == "401 malformed");
  CHECK(text_of(ask(options, authorized({"Digest username=\"ann\""}))) == "401 unknown");
  CHECK(text_of(ask(options, authorized({"Bearer"}))) == "401 malformed");
  CHECK(text_of(ask(options, authorized({""}))) == "401 unknown");
  CHECK(text_of(ask(options, authorized({}, "/t/a?access_token="))) == "401 malformed");
  CHECK(text_of(ask(options, authorized({}, "/t/a?access_token=%0"))) == "401 malformed");
  CHECK(text_of(Authenticator(options).identify_token("", kToday)) == "401 malformed");
}

TEST_CASE("a refused token is told why in the words of RFC 6750") {
  const auto expired = ask(every_method(), authorized({"Bearer " + make_token(R"({"exp":1})")}));
  CHECK(text_of(expired) == "401 expired");
  CHECK(
      challenges_of(expired).front() ==
      R"(Bearer realm="wskit", error="invalid_token", error_description="the token has expired")");
  const auto quoting =
      ask(every_method(), authorized({"Bearer " + make_token(R"({"publish":["\"\u00e9#"]})")}));
  CHECK(text_of(quoting) == "401 claims");
  CHECK(challenges_of(quoting).front().find(R"(filter ''')") != std::string::npos);
}

TEST_CASE("credentials that are sent twice are a bad request") {
  const AuthOptions options = every_method();
  for (const auto& request : {authorized({"Bearer t0k3n", "Bearer t0k3n"}),
                              authorized({"Bearer t0k3n"}, "/t/a?access_token=t0k3n"),
                              authorized({}, "/t/a?access_token=t0k3n&access_token=t0k3n")}) {
    const auto outcome = ask(options, request);
    CHECK(text_of(outcome) == "400 ambiguous");
    CHECK(challenges_of(outcome).front().find("error=\"invalid_request\"") != std::string::npos);
  }
}

TEST_CASE("a method that the server does not have lets nobody in") {
  AuthOptions only_passwords;
  only_passwords.passwords = PasswordFile::parse("ann:secret").value();
  const auto bearer = ask(only_passwords, authorized({"Bearer t0k3n"}));
  CHECK(text_of(bearer) == "401 unknown");
  CHECK(challenges_of(bearer) == Values{R"(Basic realm="wskit", charset="UTF-8")"});
  CHECK(text_of(ask(only_passwords, authorized({}), "client.example")) == "401 missing");

  AuthOptions only_tokens;
  only_tokens.tokens = TokenFile::parse("t0k3n tom", {}).value();
  CHECK(text_of(ask(only_tokens, authorized({basic("ann:secret")}))) == "401 unknown");
  CHECK(text_of(ask(only_tokens, authorized({"Bearer other"}))) == "401 unknown");

  AuthOptions only_certificates;
  only_certificates.client_certificates = true;
  const auto outcome = ask(only_certificates, authorized({}));
  CHECK(text_of(outcome) == "403 missing");
  CHECK(challenges_of(outcome).empty());
}

TEST_CASE("an open server asks nobody, and takes no offence at credentials") {
  for (const Values& sent : {Values{}, Values{"Bearer x"}, Values{"Bearer x", "y"}}) {
    const auto outcome = ask({}, authorized(sent));
    REQUIRE(outcome);
    CHECK(outcome->user.empty());
    CHECK(outcome->rights.may_publish("$any"));
    CHECK(outcome->rights.may_subscribe("$any/#"));
  }
  CHECK(Authenticator(AuthOptions()).identify_token("x", kToday));
}

TEST_CASE("where anonymous users are allowed, bad credentials are refused all the same") {
  AuthOptions options = every_method();
  options.allow_anonymous = true;
  options.default_rights = {.subscribe = TopicFilters{"news/#"}, .publish = TopicFilters{}};
  const auto outcome = ask(options, authorized({}));
  REQUIRE(outcome);
  CHECK(outcome->user.empty());
  CHECK(outcome->rights.may_subscribe("news/a"));
  CHECK_FALSE(outcome->rights.may_publish("news/a"));
  CHECK(text_of(ask(options, authorized({basic("ann:wrong")}))) == "401 unknown");
}

TEST_CASE("users of passwords and certificates have the default rights") {
  AuthOptions options = every_method();
  options.default_rights = {.subscribe = TopicFilters{"news/#"}, .publish = TopicFilters{}};
  for (const auto& outcome : {ask(options, authorized({basic("ann:secret")})),
                              ask(options, authorized({}), "client.example")}) {
    CHECK(outcome->rights.may_subscribe("news/+"));
    CHECK_FALSE(outcome->rights.may_subscribe("#"));
    CHECK_FALSE(outcome->rights.may_publish("news/a"));
  }
}

TEST_CASE("a known user who may not do something gets 403") {
  const Authenticator authenticator(every_method());
  const AuthRefusal refusal = authenticator.forbid_publish();
  CHECK(refusal.status == 403);
  CHECK(refusal.cause == AuthCause::forbidden);
  REQUIRE(refusal.headers.size() == 1);
  CHECK(refusal.headers.front().value.find("error=\"insufficient_scope\"") != std::string::npos);
  const auto answer = to_upgrade_answer(authenticator.forbid_subscribe());
  CHECK(answer.status == 403);
  CHECK(answer.bytes.starts_with("HTTP/1.1 403 Forbidden\r\n"));
  CHECK(answer.bytes.find("WWW-Authenticate: Bearer realm=\"wskit\"") != std::string::npos);
}

TEST_CASE("without a method only this machine may listen, unless that is asked for") {
  ListenAddress address;
  for (const char* const host : {"127.0.0.1", "127.1.2.3", "localhost", "::1"}) {
    address.host = host;
    CHECK(check_exposure(address, {}));
  }
  for (const char* const host : {"0.0.0.0", "::", "192.0.2.1", "example.org", "127.example.org"}) {
    address.host = host;
    CHECK_FALSE(check_exposure(address, {}));
    CHECK(check_exposure(address, every_method()));
    AuthOptions open;
    open.allow_anonymous = true;
    CHECK(check_exposure(address, open));
  }
  CHECK(check_exposure({.host = "0.0.0.0", .unix_path = "/run/x.sock"}, {}));
  address.host = "0.0.0.0";
  CHECK(check_exposure(address, {}).error().code == ErrorCode::usage);
  CHECK(check_exposure(address, {}).error().message.find("--allow-anonymous") != std::string::npos);
}

TEST_CASE("a token in a query is not shown in logs") {
  CHECK(wire::without_secrets("/t/a?x=1&access_token=t0k3n") == "/t/a?x=1&access_token=***");
  CHECK(wire::without_secrets("/t/a?access_%74oken=t0k3n&y") == "/t/a?access_%74oken=***&y");
  CHECK(wire::without_secrets("/t/a?%zztoken=t0k3n") == "/t/a?%zztoken=***");
}
