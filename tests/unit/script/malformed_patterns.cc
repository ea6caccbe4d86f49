// SPDX-License-Identifier: MIT
#include "tests/unit/script/malformed.h"

const std::string_view wskit::script::malformed_patterns = R"cases(
=== what is new each time, in a pattern
test t
< hello {{uuid}}
          ^ {{uuid}} is new each time: keep it with set NAME = {{uuid}} and
=== what is counted, in a pattern
test t
< json {"n":{{seq}}}
              ^ {{seq}} is new each time: keep it with set NAME = {{seq}} and
=== chance in a pattern
test t
< {{rand 1 6}}
    ^ {{rand 1 6}} is new each time: keep it with set NAME = {{rand 1
=== the time in a pattern
test t
< * {{now}}*
      ^ {{now}} is new each time: keep it with set NAME = {{now}} and
=== a pattern of json that does not end
test t
< json {"type":"welcome"
                        ^ expected JSON: while parsing object - unexpected end of input;
=== json= without a value
test t
< json=
       ^ expected a JSON value before the end of the line
=== json= with a bracket that is not closed
test t
< json= [1,2
            ^ expected JSON: while parsing array - unexpected end of input;
=== json= without a blank behind it
test t
< json={"a":1}
  ^ expected a blank behind json= (text begins with 'text'), not
=== a regex without slashes
test t
< ~ hello
    ^ expected a regular expression between slashes, like /[0-9]+/,
=== a regex that does not end
test t
< ~ /hello
    ^ expected a / at the end of this regular expression
=== a regex alone
test t
< ~
   ^ expected a regular expression between slashes, like /[0-9]+/
=== a regex with a parenthesis that is not closed
test t
< ~ /a(b/
    ^ regular expression 'a(b': missing closing parenthesis at offset
=== a regex with a bracket that is not closed
test t
< ~ /id=[0-9/
    ^ regular expression 'id=[0-9': missing terminating ] for
=== a regex with a quantifier of nothing
test t
< ~ /*a/
    ^ regular expression '*a': quantifier does not follow a
=== a regex with a flag that is none
test t
< ~ /a/g
       ^ expected the flags i, m, s or x, not "g"
=== a regex with more behind it
test t
< ~ /a/i b
         ^ expected the end of the line, not "b"
=== a regex with a group named twice
test t
< ~ /(?<a>x)(?<a>y)/
    ^ regular expression '(?<a>x)(?<a>y)': two named subpatterns have
=== a regex with flags and a mistake
test t
< ~ /a(b/i
    ^ regular expression '(?i)a(b': missing closing parenthesis at
=== a glob without a pattern
test t
< *
   ^ expected a pattern like *done* before the end of the line
=== a glob by its word without a pattern
test t
< glob
      ^ expected a pattern like *done* before the end of the line
=== any with more behind it
test t
< any message
      ^ expected the end of the line, not "message"
=== a pattern of hex that is none
test t
< hex 0
      ^ expected pairs of hexadecimal digits, like 00 ff, not "0"
=== a pattern of base64 that is none
test t
< b64 AA=A
      ^ expected base64 (RFC 4648), not "AA=A"
=== a pattern of a string that does not end
test t
< string "a
         ^ expected a " at the end of this string
=== close with a code out of range, as a pattern
test t
< close 42
        ^ expected a close code: 1000-1003, 1007-1014 or 3000-4999, not
=== close with a word for a code, as a pattern
test t
< close soon
        ^ expected a close code: 1000-1003, 1007-1014 or 3000-4999, not
=== ping with hex that is none, as a pattern
test t
< ping hex xy
           ^ expected pairs of hexadecimal digits, like 00 ff, not "xy"
=== pong with a string that is none, as a pattern
test t
< pong string x
              ^ expected a string in double quotes, not "x"
=== none without a duration
test t
< none
      ^ expected a duration like 250ms, 5s or 2m before the end of the
=== none with a pattern but no duration
test t
< none json {}
       ^ expected a duration like 250ms, 5s or 2m, not "json {}"
=== none with a pattern that is wrong
test t
< none 300ms json {
                   ^ expected JSON: while parsing object key - unexpected end of
=== refused with a status out of range
test t
< refused 99
          ^ expected a status like 401, not "99"
=== refused with a word
test t
< refused forbidden
          ^ expected a status like 401, not "forbidden"
=== refused with more behind it
test t
< refused 401 please
          ^ expected a status like 401, not "401 please"
=== open with more behind it
test t
< open 101
       ^ expected the end of the line, not "101"
)cases";
