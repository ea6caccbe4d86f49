// SPDX-License-Identifier: MIT
#include "tests/unit/script/malformed.h"

const std::string_view wskit::script::malformed_details = R"cases(
=== where under open
test t
< open
    where status == 101
    ^ where selects messages; leave it out here
=== where under refused
test t
< refused
    where status == 401
    ^ where selects messages; leave it out here
=== a query of messages under open
test t
< open
    code == 1000
    ^ expected what there is of an opening: jsonpath, regex, body,
=== a status of a message
test t
< hello
    status == 200
    ^ expected what there is of a message: jsonpath, regex, message,
=== a header of a message
test t
< json {}
    header "X" == "y"
    ^ expected what there is of a message: jsonpath, regex, message,
=== a detail that is none
test t
< json {}
    jsonpth "$.a" == 1
    ^ expected > or < with a message, or sleep, repeat, unordered,
=== a detail under a send
test t
> json {}
    jsonpath "$.a" == 1
    ^ expected a step: predicates and captures stand below < with a
=== a capture above the first expectation
test t
capture a = message
^ expected a step: predicates and captures stand below < with a
=== a detail under none
test t
< none 100ms
    message == "x"
    ^ expected a step: predicates and captures stand below < with a
=== where alone
test t
< json {}
    where
         ^ expected what there is of a message: jsonpath, regex, message,
=== where with a query that is none
test t
< json {}
    where type == "a"
          ^ expected what there is of a message: jsonpath, regex, message,
=== where with a capture
test t
< json {}
    where capture a = message
          ^ expected what there is of a message: jsonpath, regex, message,
=== capture without a name
test t
< json {}
    capture
           ^ expected a name for what is captured before the end of the line
=== capture with a number for a name
test t
< json {}
    capture 1 = message
            ^ expected a name for what is captured, not "1 = message"
=== capture without an equals sign
test t
< json {}
    capture a jsonpath "$.a"
              ^ expected = and a query, like: capture id = jsonpath "$.id", not
=== capture without a query
test t
< json {}
    capture a =
               ^ expected what there is of a message: jsonpath, regex, message,
=== capture with a query that is none
test t
< json {}
    capture a = $.a
                ^ expected what there is of a message: jsonpath, regex, message,
=== capture with more behind it
test t
< json {}
    capture a = message trimmed
                        ^ expected the end of the line, not "trimmed"
=== jsonpath without a path
test t
< json {}
    jsonpath
            ^ expected a string in double quotes before the end of the line
=== jsonpath without quotes
test t
< json {}
    jsonpath $.a == 1
             ^ expected a string in double quotes, not "$.a == 1"
=== jsonpath with quotes that do not end
test t
< json {}
    jsonpath "$.a == 1
             ^ expected a " at the end of this string
=== jsonpath without a root
test t
< json {}
    jsonpath "a.b" == 1
             ^ JSONPath 'a.b', at offset 0: expected '$', found 'a'
=== jsonpath with a dot at its end
test t
< json {}
    jsonpath "$.a." exists
             ^ JSONPath '$.a.', at offset 4: expected a name or '*', found the
=== jsonpath with a bracket that is not closed
test t
< json {}
    jsonpath "$.a[0" exists
             ^ JSONPath '$.a[0', at offset 5: expected ',' or ']', found the
=== jsonpath with a quote that is not closed
test t
< json {}
    jsonpath "$['a]" exists
             ^ JSONPath '$['a]', at offset 5: expected ' to end the string,
=== jsonpath with an index that is none
test t
< json {}
    jsonpath "$[1.5]" exists
             ^ JSONPath '$[1.5]', at offset 3: expected ',' or ']', found '.'
=== jsonpath with an index out of range
test t
< json {}
    jsonpath "$[99999999999999999999]" exists
             ^ JSONPath '$[99999999999999999999]', at offset 2: expected an
=== jsonpath with a slice of four
test t
< json {}
    jsonpath "$[1:2:3:4]" exists
             ^ JSONPath '$[1:2:3:4]', at offset 7: expected ',' or ']', found
=== jsonpath with a filter that is not closed
test t
< json {}
    jsonpath "$[?@.a == 1" exists
             ^ JSONPath '$[?@.a == 1', at offset 11: expected ',' or ']',
=== jsonpath with a filter without a value
test t
< json {}
    jsonpath "$[?@.a ==]" exists
             ^ JSONPath '$[?@.a ==]', at offset 9: expected a path '@...' or
=== jsonpath with a function that is none
test t
< json {}
    jsonpath "$[?size(@.a) > 1]" exists
             ^ JSONPath '$[?size(@.a) > 1]', at offset 3: there is no function
=== jsonpath with an escape before the mistake
test t
< json {}
    jsonpath "$[\"a\"].b[" exists
             ^ JSONPath '$["a"].b[', at offset 9: expected a name in quotes,
=== a predicate without a test
test t
< json {}
    jsonpath "$.a"
                  ^ expected ==, !=, <, <=, >, >=, contains, startsWith, endsWith,
=== a predicate with a test that is none
test t
< json {}
    jsonpath "$.a" = 1
                   ^ expected ==, !=, <, <=, >, >=, contains, startsWith, endsWith,
=== a predicate with not alone
test t
< json {}
    jsonpath "$.a" not
                      ^ expected ==, !=, <, <=, >, >=, contains, startsWith, endsWith,
=== a predicate with two nots
test t
< json {}
    jsonpath "$.a" not not exists
                       ^ expected ==, !=, <, <=, >, >=, contains, startsWith, endsWith,
=== a predicate without a value
test t
< json {}
    jsonpath "$.a" ==
                     ^ expected a value: a string in quotes, a number, JSON or a
=== a predicate with a word for a value
test t
< json {}
    jsonpath "$.a" == hello
                      ^ expected a value: a string in quotes, a number, JSON or a
=== a predicate with a string that does not end
test t
< json {}
    jsonpath "$.a" == "hello
                      ^ expected a " at the end of this string
=== a predicate with more behind its string
test t
< json {}
    jsonpath "$.a" == "a" "b"
                          ^ expected the end of the line, not ""b""
=== a predicate with JSON that does not end
test t
< json {}
    jsonpath "$.a" == {"b":1
                            ^ expected a value: a string in quotes, a number, JSON or a
=== a predicate with two numbers
test t
< json {}
    jsonpath "$.a" == 1 2
                        ^ expected + or - and another term, or the end of the line, not
=== a predicate with a sum without its end
test t
< json {}
    jsonpath "$.a" == 1 +
                         ^ expected an integer or a {{placeholder}} before the end of the
=== a predicate with a sum of a word
test t
< json {}
    jsonpath "$.a" == 1 + x
                          ^ expected an integer or a {{placeholder}}, not "x"
=== a predicate with a product
test t
set n = 1
< json {}
    jsonpath "$.a" == {{n}} * 2
                            ^ expected + or - and another term, or the end of the line, not
=== a predicate with a term out of range
test t
set n = 1
< json {}
    jsonpath "$.a" == {{n}} + 99999999999999999999
                              ^ expected an integer of 64 bits, not "99999999999999999999"
=== a predicate with a placeholder that is not closed
test t
< json {}
    jsonpath "$.a" > {{n
                     ^ expected }} after this {{ (a literal {{ is written \{{)
=== exists with a value
test t
< json {}
    jsonpath "$.a" exists 1
                          ^ expected the end of the line, not "1"
=== a type with a value
test t
< json {}
    jsonpath "$.a" isString "x"
                            ^ expected the end of the line, not ""x""
=== a type that is none
test t
< json {}
    jsonpath "$.a" isText
                   ^ expected ==, !=, <, <=, >, >=, contains, startsWith, endsWith,
=== contains without a value
test t
< json {}
    message contains
                    ^ expected a value: a string in quotes, a number, JSON or a
=== startsWith with a word
test t
< any
    message startsWith hello
                       ^ expected a value: a string in quotes, a number, JSON or a
=== matches without a regex
test t
< any
    message matches
                   ^ expected a regular expression between slashes, like /[0-9]+/
=== matches without slashes
test t
< any
    message matches hello
                    ^ expected a regular expression between slashes, like /[0-9]+/,
=== matches with slashes that do not end
test t
< any
    message matches /hello
                    ^ expected a / at the end of this regular expression
=== matches with a regex that is wrong
test t
< any
    message matches /a{2,1}/
                    ^ regular expression 'a{2,1}': numbers out of order in {}
=== matches with a regex in quotes that is wrong
test t
< any
    message matches "[a"
                    ^ regular expression '[a': missing terminating ] for character
=== count without a test
test t
< json {}
    jsonpath "$.a" count
                        ^ expected ==, !=, <, <=, >, >=, contains, startsWith, endsWith,
=== count twice
test t
< json {}
    jsonpath "$.a" count count > 1
                         ^ expected ==, !=, <, <=, >, >=, contains, startsWith, endsWith,
=== regex without anything
test t
< any
    regex
         ^ expected a regular expression between slashes, like /[0-9]+/
=== regex without slashes, as a query
test t
< any
    regex id == "1"
          ^ expected a regular expression between slashes, like /[0-9]+/,
=== regex with slashes that do not end, as a query
test t
< any
    regex /id=([0-9]+) == "1"
          ^ expected a / at the end of this regular expression
=== regex that is wrong, as a query
test t
< any
    capture id = regex /id=([0-9]+/
                       ^ regular expression 'id=([0-9]+': missing closing parenthesis at
=== header without a name, as a query
test t
< open
    header exists
           ^ expected a string in double quotes, not "exists"
=== a tab before what is wrong
test t
	< hex	0
	     	^ expected pairs of hexadecimal digits, like 00 ff, not "0"
=== an umlaut before what is wrong
test t
< json {"ü":ö}
            ^ expected JSON: while parsing value - invalid literal
)cases";
