// SPDX-License-Identifier: MIT
#include "tests/unit/script/malformed.h"

const std::string_view wskit::script::malformed_steps = R"cases(
=== connect with an unknown client
test t
client a, b
connect c
        ^ expected one of the clients of this test: a, b
=== connect without naming one of the clients
test t
client a, b
connect
       ^ expected the name of one of the clients of the test in line 1: a, b
=== reconnect with two clients
test t
client a, b
reconnect a b
          ^ expected one of the clients of this test: a, b
=== connect with a client where none is named
test t
connect ann
        ^ expected no name here, or 'client ann' above the first step
> x
=== connect with a directive that is wrong
test t
connect
    timeout long
            ^ expected a duration like 250ms, 5s or 2m, not "long"
> x
=== a directive between steps
test t
> x
url ws://h/
^ expected > or < with a message, or sleep, repeat, unordered,
=== sleep without a duration
test t
sleep
     ^ expected a duration like 250ms, 5s or 2m before the end of the
=== sleep with a word
test t
sleep well
      ^ expected a duration like 250ms, 5s or 2m, not "well"
=== sleep with a unit that is none
test t
sleep 5parsecs
      ^ expected a duration like 250ms, 5s or 2m, not "5parsecs"
=== sleep with more behind it
test t
sleep 1s 2s
         ^ expected the end of the line, not "2s"
=== barrier with a client
test t
barrier a
        ^ expected the end of the line, not "a"
=== step without a name
test t
step
    ^ expected a name for the steps that follow before the end of the
> x
=== set without a value
test t
set a =
       ^ expected a value: a string in quotes, a number, JSON or a
> {{a}}
=== set without an equals sign
test t
set a {{uuid}}
      ^ expected = and a value, like: set id = {{uuid}}, not "{{uuid}}"
=== set without a name
test t
set = 1
    ^ expected a name, not "= 1"
=== set with text without quotes
test t
set a = hello
        ^ expected a value: a string in quotes, a number, JSON or a
=== set of a placeholder's name
test t
set env.X = 1
       ^ expected = and a value, like: set id = {{uuid}}, not ".X = 1"
=== repeat without anything
test t
repeat
      ^ expected how often, up to 1000000000000, or for how long, like
=== repeat without a count
test t
repeat {
       ^ expected how often, up to 1000000000000, or for how long, like
> x
}
=== repeat with a word
test t
repeat often {
       ^ expected how often, up to 1000000000000, or for how long, like
> x
}
=== repeat of a negative number
test t
repeat -1 {
       ^ expected how often, up to 1000000000000, or for how long, like
> x
}
=== repeat of too much
test t
repeat 99999999999999999999 {
       ^ expected how often, up to 1000000000000, or for how long, like
> x
}
=== repeat without a block
test t
repeat 3
        ^ expected { before the end of the line
> x
=== repeat with a word before its block
test t
repeat 3 times {
         ^ expected { at the end of the line, not "times {"
> x
}
=== repeat in one line
test t
repeat 3 { > x }
         ^ expected { at the end of the line, not "{ > x }"
=== repeat that is not closed
test t
repeat 3 {
> x
< y
^ expected } at the end of the block of line 2
=== repeat that is not closed before the next test
test t
repeat 3 {
> x
test u
^ expected } at the end of the block of line 2
> y
=== a brace that closes nothing
test t
> x
}
^ expected a step; no block is open here
=== a brace that closes nothing, in the head
}
^ expected url, header, protocol, timeout, set, setup, include or
test t
=== a brace with more behind it
test t
repeat 2 {
> x
} # done
^ expected > or < with a message, or sleep, repeat, unordered,
=== unordered without a block
test t
unordered
         ^ expected { before the end of the line
< x
=== unordered with a count
test t
unordered 3 {
          ^ expected { at the end of the line, not "3 {"
< x
}
=== unordered that is not closed
test t
unordered {
< x
^ expected } at the end of the block of line 2
=== unordered with nothing in it
test t
unordered {
          ^ expected at least one < in this block
}
=== unordered with a send
test t
unordered {
  < x
  > y
  ^ expected < and a message: nothing else can be unordered
}
=== unordered with strict
test t
unordered {
  strict < x
  ^ expected < and a message: nothing else can be unordered
}
=== unordered with none
test t
unordered {
  < x
  < none 1s
  ^ expected < and a message: nothing else can be unordered
}
=== unordered with a repeat in it
test t
unordered {
  repeat 2 {
  ^ expected < and a message: nothing else can be unordered
    < x
  }
}
=== http without anything
test t
http
    ^ expected GET, POST, PUT, PATCH, DELETE or HEAD before the end
=== http with a method that is none
test t
http FETCH http://h/
     ^ expected GET, POST, PUT, PATCH, DELETE or HEAD, not "FETCH
=== http with a method in lower case
test t
http get http://h/
     ^ expected GET, POST, PUT, PATCH, DELETE or HEAD, not "get
=== http without a url
test t
http GET
        ^ expected a URL: http:// or https:// before the end of the line
=== http with a url of WebSocket
test t
http POST ws://h/
          ^ expected a URL: http:// or https://, not "ws://h/"
=== http without a host
test t
http GET https://
         ^ expected a URL: there is no host: write http://HOST/PATH
=== http with a port out of range
test t
http GET http://h:70000/
         ^ expected a URL: port '70000' is not from 1 to 65535
=== http with a header without a colon
test t
http GET http://h/
    header Accept
           ^ expected a header like Name: value, not "Accept"
=== http with two bodies
test t
http POST http://h/
    body a
    body b
         ^ expected ==, !=, <, <=, >, >=, contains, startsWith, endsWith,
=== http with a body that is not closed
test t
http POST http://h/
    body """
         ^ expected a line of """ at the end of this block
      {"user":1}
=== http with a predicate without a test
test t
http GET http://h/
    status
          ^ expected ==, !=, <, <=, >, >=, contains, startsWith, endsWith,
=== http with where
test t
http GET http://h/
    where status == 200
    ^ where selects messages; leave it out here
=== http with a query of the handshake
test t
http GET http://h/
    subprotocol == "x"
    ^ expected what there is of an answer of HTTP: jsonpath, regex,
=== http with a placeholder that is not closed
test t
http GET http://{{host/
                ^ expected }} after this {{ (a literal {{ is written \{{)
=== http with a variable that nothing gives
test t
http GET {{base}}/login
           ^ nothing gives {{base}} a value here: a capture, set, or --var
=== a time that is none
test t
@soon > x
 ^ expected a duration like 250ms, 5s or 2m, not "soon > x"
=== a negative time
test t
@-1 > x
 ^ expected a duration like 250ms, 5s or 2m, not "-1 > x"
=== a time alone
test t
@1.5
    ^ expected > or < with a message, or sleep, repeat, unordered,
=== a time before a test
test t
> x
@1 test u
   ^ expected > or < with a message, or sleep, repeat, unordered,
=== a time before setup
test t
> x
@1 setup {
   ^ expected > or < with a message, or sleep, repeat, unordered,
}
=== a time before a directive
test t
> x
@1 url ws://h/
   ^ expected > or < with a message, or sleep, repeat, unordered,
=== a time twice
test t
@1 @2 > x
   ^ expected > or < with a message, or sleep, repeat, unordered,
=== a step that is none
test t
send x
^ expected > or < with a message, or sleep, repeat, unordered,
=== an arrow with a blank before it
test t
client a
a > x
 ^ expected no blank between a client's name and its > or <
=== strict alone
test t
strict
      ^ expected < and a message before the end of the line
=== strict with a send
test t
strict > x
       ^ expected < and a message, not "> x"
=== strict with a word
test t
client a
strict b x
       ^ expected < and a message, not "b x"
=== strict with none
test t
strict < none 1s
         ^ expected a message: strict is about the order of messages, not
=== strict with open
test t
strict < open
         ^ expected a message: strict is about the order of messages, not
=== strict with refused
test t
strict < refused 401
         ^ expected a message: strict is about the order of messages, not
=== a deadline in an unknown unit
test t
< [5sec] x
   ^ expected a duration like 250ms, 5s or 2m (text begins with
=== a deadline out of range
test t
< [99999999999999999999s] x
   ^ expected a duration like 250ms, 5s or 2m (text begins with
=== a deadline for none
test t
< [1s] none 300ms
  ^ none has a duration of its own; leave this one out
=== on without anything
test t
on
  ^ expected a pattern, > between blanks, and the answer
> x
=== on without an answer
test t
on json {"type":"ping"}
   ^ expected a pattern, > between blanks, and the answer
> x
=== on without a pattern
test t
on > pong
   ^ expected a pattern, > between blanks, and the answer
> x
=== on with a pattern that is wrong
test t
on json {"type": > pong
                ^ expected JSON: while parsing value - unexpected end of input;
> x
=== on with an answer that is wrong
test t
on ping > hex 0
              ^ expected pairs of hexadecimal digits, like 00 ff, not "0"
> x
=== on of any client without a pattern
test t
on * > x
     ^ expected a pattern, > between blanks, and the answer
> x
=== fail without on
test t
fail json {}
     ^ expected on and a pattern, not "json {}"
> x
=== fail alone
test t
fail
    ^ expected on and a pattern before the end of the line
> x
=== fail on without a pattern
test t
fail on
       ^ expected a pattern before the end of the line
> x
=== fail on with a pattern that is wrong
test t
client a
fail on a ~ /(/
            ^ regular expression '(': missing closing parenthesis at offset 1
a> x
)cases";
