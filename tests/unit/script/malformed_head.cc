// SPDX-License-Identifier: MIT
#include "tests/unit/script/malformed.h"

const std::string_view wskit::script::malformed_head = R"cases(
=== an empty script
^ expected a test: this script does nothing
=== comments alone
# a
# b
^ expected a test: this script does nothing
=== directives alone
url ws://h/
timeout 1s
^ expected a test: this script does nothing
=== a word that is none
hello world
^ expected url, header, protocol, timeout, set, setup, include or
=== a keyword in the wrong case
Test t
^ expected url, header, protocol, timeout, set, setup, include or
> x
=== url without a url
url
   ^ expected "url" text before the end of the line
test t
=== url of another scheme
url http://h/
    ^ expected a URL: ws:// or wss://, not "http://h/"
test t
> x
=== url without a scheme
url localhost:9001/chat
    ^ expected a URL: ws:// or wss://, not "localhost:9001/chat"
test t
> x
=== url without a host
test t
url ws://
    ^ expected a URL: there is no host: write ws://HOST/PATH
> x
=== url with a port out of range
test t
client a
    url wss://h:99999/
        ^ expected a URL: port '99999' is not from 1 to 65535
a> x
=== url with a placeholder that is not closed
url ws://{{host/
         ^ expected }} after this {{ (a literal {{ is written \{{)
test t
> x
=== header without anything
header
      ^ expected "header" token ":" text before the end of the line
test t
=== header without a colon
header Authorization Bearer x
       ^ expected a header like Name: value, not "Authorization Bearer x"
test t
=== header without a name
header : x
       ^ expected a header like Name: value, not ": x"
test t
=== header with a blank in its name
test t
header X Y: z
       ^ expected a header like Name: value, not "X Y: z"
> x
=== header with a placeholder without a name
test t
header X: {{}}
            ^ expected a variable, env.NAME, uuid, seq, conn, now, rand LOW
> x
=== header with an unknown variable
header X: {{token}}
            ^ nothing gives {{token}} a value here: a capture, set, or --var
test t
> x
=== protocol without anything
protocol
        ^ expected "protocol" token { "," token } before the end of the
test t
=== protocols without a comma
protocol a b
         ^ expected subprotocols like chat.v2, chat.v1, not "a b"
test t
=== protocols with an empty one
protocol a,, b
           ^ expected subprotocols like chat.v2, chat.v1, not ", b"
test t
=== protocols with an empty one at the end
protocol a, b,
              ^ expected subprotocols like chat.v2, chat.v1 before the end of
test t
=== protocols with a character that is none of a token
protocol chat.v2, ch@t
                  ^ expected subprotocols like chat.v2, chat.v1, not "ch@t"
test t
=== a protocol named twice
protocol a, b, a
               ^ there is a subprotocol a already
test t
> x
=== timeout without a duration
timeout
       ^ expected "timeout" duration before the end of the line
test t
=== timeout in an unknown unit
timeout 5 fortnights
          ^ expected the end of the line, not "fortnights"
test t
=== timeout of a word
test t
timeout soon
        ^ expected a duration like 250ms, 5s or 2m, not "soon"
> x
=== a negative timeout
timeout -1s
        ^ expected a duration like 250ms, 5s or 2m, not "-1s"
test t
=== a timeout out of range
timeout 99999999999999999999h
        ^ expected a duration like 250ms, 5s or 2m, not
test t
=== timeout with more behind it
timeout 1s please
           ^ expected the end of the line, not "please"
test t
=== answer in a client's script
answer 401
^ this is for servers: wskit serve script
test t
> x
=== accept in a client's script
test t
accept abc
^ this is for servers: wskit serve script
> x
=== no pong in a client's script
test t
no pong
^ this is for servers: wskit serve script
> x
=== answer without a status [server]
test t
answer
      ^ expected "answer" integer before the end of the line
=== answer with a word [server]
test t
answer forbidden
       ^ expected a status between 200 and 599, not "forbidden"
=== answer with a status out of range [server]
test t
answer 101
       ^ expected a status between 200 and 599, not "101"
=== accept without a value [server]
test t
accept
      ^ expected "accept" text before the end of the line
> x
=== no without pong [server]
test t
no ping
   ^ expected no pong, not "ping"
> x
=== no alone [server]
test t
no
  ^ expected "no pong" before the end of the line
> x
=== no pong with more behind it [server]
test t
no pong please
        ^ expected the end of the line, not "please"
> x
=== connect in a server's script [server]
test t
connect
^ a server neither connects nor makes requests
=== http in a server's script [server]
test t
http GET http://h/
^ a server neither connects nor makes requests
=== set without a name in the head
set
   ^ expected a name before the end of the line
test t
=== set with a name that is none
set 1st = x
    ^ expected a name, not "1st = x"
test t
=== set without an equals sign in the head
set a x
      ^ expected = and a value, not "x"
test t
=== set in the head with what is new each time
set id = {{uuid}}
         ^ expected a value that is known here; set in setup { ... }
test t
> {{id}}
=== set in the head with another variable
set a = {{b}}
        ^ expected a value that is known here; set in setup { ... }
test t
> {{a}}
=== set in the head with a string that does not end
set a = "x
        ^ expected a " at the end of this string
test t
> {{a}}
=== set after the tests began, below what cannot be a step
test t
> x
protocol a
^ expected > or < with a message, or sleep, repeat, unordered,
set a = 1
=== setup without a block
setup
     ^ expected { before the end of the line
> x
test t
=== setup with a word before its block
setup once {
      ^ expected { at the end of the line, not "once {"
> x
}
test t
=== setup that is not closed
setup {
      ^ expected } at the end of this block
> x
test t
> y
=== setup with a block in it that is not closed
setup {
      ^ expected } at the end of this block
repeat 2 {
> x
}
test t
> y
=== setup with a step that is wrong
setup {
> x
< json {
        ^ expected JSON: while parsing object key - unexpected end of
}
test t
> y
=== setup without the names that a test gives its clients
setup {
> x
^ expected the name of one of the clients of the test in line 4: a, b
}
test t
client a, b
a> y
=== setup with a test in it
setup {
test inner
^ expected } at the end of the block of line 1
> x
}
test t
> y
=== setup that no test follows
test t
> x
setup {
^ expected a test below this setup: it would run for none
> y
}
=== setup replaced before any test
setup {
^ expected a test below this setup: it would run for none
> a
}
setup {
> b
}
test t
> x
=== setup alone
setup {
^ expected a test below this setup: it would run for none
> x
}
=== include without a path
include
       ^ expected the path of a file
test t
=== include of a file that is missing
include nowhere.wst
        ^ read nowhere.wst: No such file or directory
test t
=== include of itself
include t.wst
        ^ t.wst includes itself
test t
=== include in a circle
test t
include a.inc
--- a.inc
> a
include b.inc
--- b.inc
> b
include a.inc
        ^ a.inc includes itself by this line
=== an include that is missing, from an include
test t
> x
include sub/a.inc
--- sub/a.inc
> a
include b.inc
        ^ read sub/b.inc: No such file or directory
=== an include with a line that is wrong
test t
include a.inc
> x
--- a.inc
> a
  < hex 0g
        ^ expected pairs of hexadecimal digits, like 00 ff, not "0g"
=== an include without a path in a test
test t
> x
include
       ^ expected the path of a file
)cases";
