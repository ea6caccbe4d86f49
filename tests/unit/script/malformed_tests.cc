// SPDX-License-Identifier: MIT
#include "tests/unit/script/malformed.h"

const std::string_view wskit::script::malformed_tests = R"cases(
=== test without a name
test
    ^ expected a name for the test before the end of the line
> x
=== two tests of one name
test login
> x

test login
     ^ there is a test with this name in line 1 already
> y
=== a test that does nothing
test a
     ^ expected a step below this test: it does nothing
test b
> x
=== a test with directives alone
test a
     ^ expected a step below this test: it does nothing
timeout 1s
=== steps above the first test
> x
^ expected 'test NAME' above this step: there are tests further
test t
> y
=== a test without a url [no url]
test t
     ^ expected a url for this test: in its file's head, under it, or
> x
=== a client without a url [no url]
test t
     ^ expected a url for client b: in its file's head, under it, or
client a
    url ws://h/
client b
a> x
b> y
=== client without a name
test t
client
      ^ expected names like a, b before the end of the line
> x
=== client with a number
test t
client 1
       ^ expected names like a, b, not "1"
1> x
=== clients without a comma
test t
client a b
         ^ expected a comma and another name, or the end of the line, not
a> x
=== clients with an empty name
test t
client a,, b
         ^ expected names like a, b, not ", b"
a> x
=== clients with an empty name at the end
test t
client a,
         ^ expected names like a, b before the end of the line
a> x
=== a client twice
test t
client a, b, a
             ^ there is a client a already
a> x
=== a client twice, in two lines
test t
client a
client a
       ^ there is a client a already
a> x
=== a client with the name of a keyword
test t
client a, repeat
          ^ 'repeat' is a word of scripts; name it otherwise
a> x
=== a client named strict
test t
client strict
       ^ 'strict' is a word of scripts; name it otherwise
strict> x
=== a client below the first step
test t
> x
client a
^ clients are named above the first step of a test
=== a client that is not named above
test t
client a, b
c> x
^ expected one of the clients of this test: a, b
=== a client without any named above
test t
a> x
^ expected no name here, or 'client a' above the first step
=== no client where they are named
test t
client a, b
> x
^ expected the name of one of the clients of the test in line 1: a, b
=== a directive under a client that is wrong
test t
client a
    header X
           ^ expected a header like Name: value, not "X"
a> x
)cases";
