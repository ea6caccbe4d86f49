// SPDX-License-Identifier: MIT
#include "http/netrc.h"

#include "tests/support/catch.h"

using namespace wskit;
using wire::Credentials;

namespace {

std::optional<Credentials> find(std::string_view text, std::string_view host,
                                std::string_view user = {}) {
  return http::find_in_netrc(text, host, user).value();
}

}  // namespace

TEST_CASE("a machine's login is found over one line or several") {
  const std::string_view text =
      "# mine\nmachine a.example login me password one\nmachine B.example\n\tlogin you\n"
      "\taccount x\n\tpassword two\n";
  CHECK(find(text, "a.example") == Credentials{"me", "one"});
  CHECK(find(text, "b.EXAMPLE") == Credentials{"you", "two"});
  CHECK(find(text, "example") == std::nullopt);
}

TEST_CASE("of several logins of a machine the one of the user is found and else the first") {
  const std::string_view text =
      "machine h login a password 1\nmachine h login b password 2\ndefault login c password 3\n";
  CHECK(find(text, "h") == Credentials{"a", "1"});
  CHECK(find(text, "h", "b") == Credentials{"b", "2"});
  CHECK(find(text, "other") == Credentials{"c", "3"});
  CHECK(find(text, "other", "a") == std::nullopt);
}

TEST_CASE("words may be quoted and macros are skipped") {
  CHECK(find("machine h login \"a b\" password \"\\\"\\\\#\\t\"", "h") ==
        Credentials{"a b", "\"\\#\t"});
  CHECK(find("machine h login a\nmacdef init\nmachine x login y\nput z\n\npassword p\n", "h") ==
        Credentials{"a", "p"});
  CHECK(find("machine h login a password p#1", "h")->password == "p#1");
}

TEST_CASE("a netrc file that cannot be read is refused without a word of it") {
  for (const char* const text :
       {"machine h login me password", "machine h hunter2 x", "login me", "machine h login \"me"}) {
    const auto found = http::find_in_netrc(text, "h", "");
    REQUIRE_FALSE(found);
    CHECK(found.error().code == ErrorCode::usage);
    CHECK_THAT(found.error().message,
               Catch::StartsWith("the netrc file is broken: ") && !Catch::Contains("hunter2"));
  }
}
