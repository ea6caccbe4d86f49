// SPDX-License-Identifier: MIT
#include "tests/unit/script/malformed.h"

const std::string_view wskit::script::malformed_messages = R"cases(
=== hex with half a byte
test t
> hex 00 1
         ^ expected pairs of hexadecimal digits, like 00 ff, not "1"
=== hex with a character that is none
test t
> hex 00 fg
         ^ expected pairs of hexadecimal digits, like 00 ff, not "fg"
=== hex with 0x
test t
> hex 0x00
      ^ expected pairs of hexadecimal digits, like 00 ff, not "0x00"
=== base64 that is none
test t
> b64 !!!!
      ^ expected base64 (RFC 4648), not "!!!!"
=== base64 without its padding
test t
> b64 AAA
      ^ expected base64 (RFC 4648), not "AAA"
=== string without quotes
test t
> string hello
         ^ expected a string in double quotes, not "hello"
=== string that does not end
test t
> string "hello
         ^ expected a " at the end of this string
=== string with more behind it
test t
> string "hello" world
                 ^ expected the end of the line, not "world"
=== string with an escape that is none
test t
> string "a\x41"
         ^ expected a JSON string: parse error at line 1, column 4: syntax
=== string alone
test t
> string
        ^ expected a string in double quotes before the end of the line
=== json without a value
test t
> json
      ^ expected a JSON value before the end of the line
=== json that does not end
test t
> json {"a":1
             ^ expected JSON: while parsing object - unexpected end of input;
=== json with single quotes
test t
> json {'a':1}
        ^ expected JSON: while parsing object key - invalid literal;
=== json with more behind it
test t
> json {"a":1} x
               ^ expected JSON: while parsing value - invalid literal; expected
=== json with a comma too many
test t
< json [1,2,]
            ^ expected JSON: while parsing value - unexpected ']'; expected
=== json with a placeholder in the wrong place
test t
set a = 1
> json {{a}} {{a}}
       ^ expected JSON: while parsing value - unexpected number literal;
=== json of a block, wrong in its second line
test t
> json """
  {"a":1,
   "b":}
       ^ expected JSON: while parsing value - unexpected '}'; expected
  """
=== json of a block that is empty
test t
< json """
       ^ expected JSON: while parsing value - unexpected end of input;
"""
=== a block that is not closed
test t
> """
  ^ expected a line of """ at the end of this block
  hello
> y
=== a block that is not closed, as a pattern
test t
> x
< """
  ^ expected a line of """ at the end of this block
  hello
=== a block with text behind its quotes
test t
> """ hello
      ^ expected the end of the line, not "hello"
=== a block with an unknown variable in its second line
test t
> """
  hello
  dear {{friend}}
         ^ nothing gives {{friend}} a value here: a capture, set, or --var
  """
=== a block with a placeholder without a name
test t
> """
    a
      {{}}
        ^ expected a variable, env.NAME, uuid, seq, conn, now, rand LOW
    """
=== file without a path
test t
> file
      ^ expected the path of a file before the end of the line
=== file that is missing
test t
> file nowhere.json
       ^ read nowhere.json: No such file or directory
=== binary file without a path
test t
> binary file
             ^ expected the path of a file before the end of the line
=== binary file that is missing
test t
< binary file data.bin
              ^ read data.bin: No such file or directory
=== close with a code out of range
test t
> close 999
        ^ expected a close code: 1000-1003, 1007-1014 or 3000-4999, not
=== close with a code that is for no frame
test t
> close 1005
        ^ expected a close code: 1000-1003, 1007-1014 or 3000-4999, not
=== close with a code beyond all
test t
> close 5000
        ^ expected a close code: 1000-1003, 1007-1014 or 3000-4999, not
=== close with a word for a code
test t
> close now
        ^ expected a close code: 1000-1003, 1007-1014 or 3000-4999, not
=== close with a reason that is too long
test t
> close 1000 0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123
             ^ expected a reason of at most 123 bytes
=== ping with a payload that is too long
test t
> ping 012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345
       ^ expected at most 125 bytes (RFC 6455 5.5)
=== pong with hex that is none
test t
> pong hex 0
           ^ expected pairs of hexadecimal digits, like 00 ff, not "0"
=== ping with base64 that is none
test t
> ping b64 ?
           ^ expected base64 (RFC 4648), not "?"
=== ping with a string that does not end
test t
> ping string "x
              ^ expected a " at the end of this string
=== raw without bytes
test t
> raw
     ^ expected bytes: hex 81 05, string "..." or text before the end
=== raw with hex that is none
test t
> raw hex 81 0
             ^ expected pairs of hexadecimal digits, like 00 ff, not "0"
=== raw with a string that is none
test t
> raw string x
             ^ expected a string in double quotes, not "x"
=== a placeholder that is not closed
test t
> hello {{name
        ^ expected }} after this {{ (a literal {{ is written \{{)
=== a placeholder without a name
test t
> hello {{}}
          ^ expected a variable, env.NAME, uuid, seq, conn, now, rand LOW
=== a placeholder closed by one brace
test t
> hello {{name}
        ^ expected }} after this {{ (a literal {{ is written \{{)
=== a placeholder with a number for a name
test t
> hello {{1}}
          ^ expected a variable, env.NAME, uuid, seq, conn, now, rand LOW
=== a placeholder with blanks around a name that is none
test t
> hello {{  1st  }}
            ^ expected a variable, env.NAME, uuid, seq, conn, now, rand LOW
=== a placeholder of two words
test t
> hello {{a b}}
          ^ expected a variable, env.NAME, uuid, seq, conn, now, rand LOW
=== a placeholder with a dot in its name
test t
> hello {{user.name}}
          ^ expected a variable, env.NAME, uuid, seq, conn, now, rand LOW
=== json without a variable in a placeholder
test t
> {"a":{{json}}}
         ^ nothing gives {{json}} a value here: a capture, set, or --var
=== json with two names in a placeholder
test t
set a = 1
set b = 2
> {"a":{{json a b}}}
         ^ expected a variable, env.NAME, uuid, seq, conn, now, rand LOW
=== rand without bounds
test t
> {{rand}}
    ^ expected rand LOW HIGH: two integers, the lower first
=== rand with one bound
test t
> {{rand 1}}
    ^ expected rand LOW HIGH: two integers, the lower first
=== rand with its bounds the wrong way round
test t
> {{rand 5 1}}
    ^ expected rand LOW HIGH: two integers, the lower first
=== rand with words
test t
> {{rand one ten}}
    ^ expected rand LOW HIGH: two integers, the lower first
=== rand with a bound out of range
test t
> {{rand 1 99999999999999999999}}
    ^ expected rand LOW HIGH: two integers, the lower first
=== a variable of the environment that is not set
test t
> {{env.NOPE}}
    ^ the environment variable NOPE is not set
=== a variable of the environment without a name
test t
> {{env.}}
    ^ expected the name of an environment variable: env.NAME
=== a variable that nothing gives
test t
> x
> hello {{name}}
          ^ nothing gives {{name}} a value here: a capture, set, or --var
=== a variable that nothing gives, first used in an include
test t
include a.inc
> {{b}}
--- a.inc
> a {{b}}
      ^ nothing gives {{b}} a value here: a capture, set, or --var b=...
=== a variable that another test gives
test one
< json {"id":1}
    capture id = jsonpath "$.id"
test two
> {{id}}
    ^ nothing gives {{id}} a value here: a capture, set, or --var
=== a variable that nothing gives, in a predicate
test t
< json {}
    jsonpath "$.a" == {{b}}
                        ^ nothing gives {{b}} a value here: a capture, set, or --var b=...
=== a variable that nothing gives, in a predicate's string
test t
< json {}
    jsonpath "$.a" == "x\n{{b}}"
                            ^ nothing gives {{b}} a value here: a capture, set, or --var b=...
)cases";
