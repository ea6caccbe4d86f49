// SPDX-License-Identifier: MIT
#include "serve/credential_files.h"

#include <string>
#include <string_view>

#include "tests/support/catch.h"

using namespace wskit;
using namespace wskit::serve;

namespace {

std::string refusal_of_tokens(std::string_view text) {
  const auto file = TokenFile::parse(text, {});
  return file ? "" : file.error().message;
}

std::string refusal_of_passwords(std::string_view text) {
  const auto file = PasswordFile::parse(text);
  return file ? "" : file.error().message;
}

}  // namespace

TEST_CASE("a file of tokens says whose each is, and what it allows") {
  const auto file = TokenFile::parse(
      "# comment\r\n\r\n"
      "s3cr3t ann\n"
      "abc/+=  bob \t {\"subscribe\": [\"news/#\"], \"publish\": []}\r\n"
      "reader carl {\"publish\":[]}",
      {.subscribe = TopicFilters{"all/+"}, .publish = {}});
  REQUIRE(file);
  REQUIRE(file->find("s3cr3t") != nullptr);
  CHECK(file->find("s3cr3t")->user == "ann");
  CHECK(file->find("s3cr3t")->rights.may_publish("x"));
  CHECK(file->find("s3cr3t")->rights.may_subscribe("all/x"));
  CHECK_FALSE(file->find("s3cr3t")->rights.may_subscribe("all/#"));
  REQUIRE(file->find("abc/+=") != nullptr);
  CHECK(file->find("abc/+=")->user == "bob");
  CHECK(file->find("abc/+=")->rights.may_subscribe("news/a"));
  CHECK_FALSE(file->find("abc/+=")->rights.may_publish("news/a"));
  REQUIRE(file->find("reader") != nullptr);
  CHECK_FALSE(file->find("reader")->rights.may_publish("all/x"));
  for (const char* const other : {"", "s3cr3", "s3cr3t ", "S3CR3T", "#"}) {
    CHECK(file->find(other) == nullptr);
  }
}

TEST_CASE("a line of tokens that cannot be understood is named, and its token is not") {
  CHECK(refusal_of_tokens("a ann\n\nsecret\n") ==
        "line 3: write TOKEN USER [RIGHTS]; a token has letters, digits and -._~+/ and may end "
        "with =");
  CHECK(refusal_of_tokens("s\xC3\xA9 ann").starts_with("line 1: write TOKEN USER"));
  CHECK(refusal_of_tokens(" secret ann").starts_with("line 1: write TOKEN USER"));
  CHECK(refusal_of_tokens(R"(secret ann {"subscrib":["x"]})") ==
        R"(line 1: rights are "subscribe" and "publish"; there is no "subscrib")");
  CHECK(refusal_of_tokens("secret ann everything") ==
        R"(line 1: rights are a JSON object: {"subscribe":["news/#"],"publish":[]})");
  CHECK(refusal_of_tokens("secret ann []").starts_with("line 1: rights are"));
  CHECK(refusal_of_tokens(R"(secret ann {"publish":"a"})") ==
        "line 1: \"publish\": not a list of topic filters");
  CHECK(refusal_of_tokens("same ann\nsame bob") ==
        "line 2: the token stands in an earlier line too");
}

TEST_CASE("a bearer token is what RFC 6750 lets stand in a header") {
  for (const char* const good : {"a", "a.b-c_d~e+f/g", "abc==", "1"}) {
    CHECK(is_bearer_token(good));
  }
  for (const char* const bad : {"", "=", "a=b", "a b", "a,b", "a\n", "\xC3\xA9", "a\"b"}) {
    CHECK_FALSE(is_bearer_token(bad));
  }
}

TEST_CASE("a password is good for its user, in full") {
  const auto file = PasswordFile::parse("ann:correct horse: battery \nbob:#x\r\n# no:user\n");
  REQUIRE(file);
  CHECK(file->accepts("ann", "correct horse: battery "));
  CHECK(file->accepts("bob", "#x"));
  CHECK_FALSE(file->accepts("ann", "correct horse: battery"));
  CHECK_FALSE(file->accepts("ann", "#x"));
  CHECK_FALSE(file->accepts("ann", ""));
  CHECK_FALSE(file->accepts("carl", ""));
  CHECK_FALSE(file->accepts("# no", "user"));
}

TEST_CASE("a line of passwords that cannot be understood is named, and its password is not") {
  CHECK(refusal_of_passwords("ann:secret\nbob") == "line 2: write USER:PASSWORD");
  CHECK(refusal_of_passwords("ann:") == "line 1: write USER:PASSWORD");
  CHECK(refusal_of_passwords(":secret") ==
        "line 1: the user's name has 0 bytes; 1 to 255 are allowed");
  CHECK(refusal_of_passwords("ann:a\nann:b") == "line 2: the user stands in an earlier line too");
  for (const char* const hash : {"$apr1$x$y", "$2y$10$abc", "$6$x$y", "$7$101$x", "{SHA}x"}) {
    CHECK(refusal_of_passwords(std::string("ann:") + hash) ==
          "line 1: the password is a hash; this file has passwords in plain text");
  }
  CHECK(refusal_of_passwords("ann:$25 a day").empty());
}
