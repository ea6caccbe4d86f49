// SPDX-License-Identifier: MIT
#include "wire/excerpt.h"

#include "tests/support/catch.h"

using wskit::wire::excerpt;

TEST_CASE("of an error page remains what a person would read") {
  CHECK(excerpt("<html>\r\n<head><title>401 Authorization Required</title></head>\r\n<body>\r\n"
                "<center><h1>401 Authorization Required</h1></center>\r\n<hr>"
                "<center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n") ==
        "401 Authorization Required nginx/1.22.1");
  CHECK(excerpt("<!DOCTYPE html><STYLE>p > b { color: red }</STYLE><script>if (a</b/) {}</script>"
                "<!-- <p>no</p> --><p class='a'>Sign in,&nbsp;please &amp; thank&#39;s</p>") ==
        "Sign in, please & thank's");
}

TEST_CASE("what is no page keeps its angle brackets") {
  CHECK(excerpt("{\"error\":\"<b> is not\n allowed\"}") == "{\"error\":\"<b> is not allowed\"}");
  CHECK(excerpt("  token is\tmissing!\n") == "token is missing!");
  CHECK(excerpt("").empty());
  CHECK(excerpt(" \r\n").empty());
}

TEST_CASE("markup that never ends hides the rest and no more") {
  CHECK(excerpt("<p>a <b").size() == 1);
  CHECK(excerpt("<p>a <!-- b") == "a");
  CHECK(excerpt("<p>a <style> b") == "a");
  CHECK(excerpt("<p>1 < 2 <").ends_with("1 < 2 <"));
}

TEST_CASE("a long body is cut between characters") {
  CHECK(excerpt("abcdef", 4) == "abcd...");
  CHECK(excerpt("abc\xc3\xa4", 4) == "abc...");
  CHECK(excerpt("abc\xc3\xa4", 5) == "abc\xc3\xa4");
}
