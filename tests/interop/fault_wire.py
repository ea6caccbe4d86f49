#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Sees faults on the wire, with plain sockets and nothing of ours: for each rule it opens a WebSocket,
sends a few messages and looks at the bytes that come.

usage: fault_wire.py url|rule|http|none BASE [RULE...]
       fault_wire.py --rules
       fault_wire.py --kinds

BASE is a server that sends back what it gets, as ws://127.0.0.1:PORT/PATH. "url" asks for each fault in
the request's query; "http" adds a rule for each at /faults and takes it back when it was seen; "rule"
is for a server that was started with the lines that --rules prints, and nothing else has connected to.
Prints one line for each fault that was not seen, and exits with 1 if there is any. "none" asks for no
fault, and must see none: that what is looked for is not there anyway. --kinds prints the names of all the
faults that it knows, or that fault_resume.py and the tests of TLS have.
"""

import concurrent.futures
import re
import sys
import urllib.parse

from fault_looks import CASES, bomb, no_subprotocol, subprotocol, wrong_node
from raw_wire import PATIENCE, Wire, ask, outcome, same

# For what is not to come.
SHORT_PATIENCE = 1.5
# Seen by fault_resume.py, and by curl in tests/cli/serve_faults_test.cc.
ELSEWHERE = ["history-truncated", "epoch-changed", "tls-delay", "certificate"]


def by_turn(base, cases):
    """Connects for one after the other, in their order, as their rules count them."""
    for number, (_, look) in enumerate(cases):
        wire = Wire(own_url(base, number), "sid=1" if look is wrong_node else "", headers_of(look))
        yield look, lambda *_args, wire=wire, **_more: wire


def own_url(base, number):
    """Of a topic that no other case has."""
    return base.rstrip("/") + f"/case-{number}"


def headers_of(look):
    if look in (subprotocol, no_subprotocol):
        return ["Sec-WebSocket-Protocol: echo"]
    return ["Sec-WebSocket-Extensions: permessage-deflate"] if look is bomb else []


def by_url(base, rule):
    asks = "fault=" + urllib.parse.quote(rule, safe=":,")

    def connect(query="", headers=()):
        return Wire(base, "&".join(filter(None, [query, asks])), headers)
    return connect


def by_nothing(base):
    return lambda query="", headers=(): Wire(base, query, headers)


def by_http(base, rule, look, number):
    there = own_url(base, number)
    path = urllib.parse.urlsplit(there).path
    status, text, headers = ask(base, "POST", "/faults", f"{rule},match:{path}")
    same((status, text[:1]), (201, b"{"))
    try:
        look(lambda query="", headers=(): Wire(there, query, headers))
        status, text, _ = ask(base, "GET", headers["Location"])
        assert status == 200 and not text.endswith(b'"fired":0}\n'), text
    finally:
        same(ask(base, "DELETE", headers["Location"])[0], 204)
    # Taken back, it is gone.
    wire = Wire(there).upgraded()
    wire.say("unharmed")
    same(wire.frame(), (0x81, 8, b"unharmed"))


def looks(way, base, cases):
    """(rule, function, its arguments) for each."""
    numbered = list(enumerate(cases))
    if way == "url":
        return [(rule, look, by_url(own_url(base, number), rule)) for number, (rule, look) in numbered]
    if way == "none":
        return [(rule, look, by_nothing(own_url(base, number))) for number, (rule, look) in numbered]
    if way == "http":
        return [(rule, by_http, base, rule, look, number) for number, (rule, look) in numbered]
    return [(rule, *turn) for (rule, _), turn in zip(cases, by_turn(base, cases))]


def main(arguments):
    if arguments == ["--rules"]:
        for number, (rule, _) in enumerate(CASES, 1):
            print(f"{rule},conn:{number}")
        return 0
    if arguments == ["--kinds"]:
        print("\n".join(sorted({re.split("[:,]", rule)[0] for rule, _ in CASES} | {*ELSEWHERE})))
        return 0
    way, base, *only = arguments
    Wire.patience = SHORT_PATIENCE if way == "none" else PATIENCE
    cases = [case for case in CASES if not only or case[0] in only]
    # All at once: the rules of time run from when they connect.
    with concurrent.futures.ThreadPoolExecutor(len(cases)) as pool:
        running = [pool.submit(outcome, *look) for look in looks(way, base, cases)]
        missing = [result for result in (future.result() for future in running) if result]
    if way == "none":
        print(f"{len(cases) - len(missing)} faults seen", flush=True)
        return 0 if len(missing) == len(cases) else 1
    print("\n".join(missing) if missing else f"{len(cases)} faults seen", flush=True)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
