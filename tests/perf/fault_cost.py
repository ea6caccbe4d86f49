#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Counts what faults that do not happen cost `wskit serve echo`: user-space instructions of the server
for an echoed message of 20 bytes, and for a connection that is opened and closed.

usage: fault_cost.py WSKIT [message|message_whole|connection]...

The server runs under callgrind with few and with many of them, and the difference of the two is divided
by that of their numbers; all messages are one connection's, with one in flight, so that no scheduler
decides how many come together. What is counted for a message is what is done when something can be read
and at the end of a turn, and not the clock, which ticks more often for a message on a busy machine; but
"whole" is the whole process, since a rule brings the relay's thread in. One line of JSON a figure. Fails
when messages cost anything where no rule is.
"""

import json
import re
import signal
import subprocess
import sys

PATIENCE_S = 120
KINDS = {
    # Nothing can go wrong: a server without the feature.
    "off": ["--allow-faults", "off"],
    "default": [],
    "allowed": ["--allow-faults", "on"],
    # One that is for no connection.
    "rule_for_nobody": ["--fault", "drop,match:/nobody"],
}
NO_RULES = ["off", "default", "allowed"]
SHORT, LONG = 500, 2500
FEW, MANY = 10, 60
READING = ["--toggle-collect=lws_service_fd_tsi",
           "--toggle-collect=wskit::serve::ServiceThread::end_turn*"]
NOISE = 0.01


def instructions(wskit, options, connections, messages, *, only=()):
    """Of a server that has served so many connections, one after the other, with so many messages
    each."""
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *only, wskit, "serve",
               "echo", "--listen", "127.0.0.1:0", "--no-compress", "--ping-interval", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True) as server:
        url = server.stdout.readline().strip()
        for _ in range(connections):
            subprocess.run([wskit, "bench", url, "-c", "1", "-n", str(messages), "--binary",
                            "--size", "20", "-q"],
                           stdout=subprocess.DEVNULL, timeout=PATIENCE_S, check=True)
        server.send_signal(signal.SIGTERM)
        said = server.communicate(timeout=PATIENCE_S)[1]
    return int(re.search(r"Collected : (\d+)", said)[1])


def per_message(wskit, options, only=()):
    few, many = (instructions(wskit, options, 1, count, only=only) for count in (SHORT, LONG))
    return round((many - few) / (LONG - SHORT))


def per_connection(wskit, options):
    few, many = (instructions(wskit, options, count, 1) for count in (FEW, MANY))
    return round((many - few) / (MANY - FEW))


def main(wskit, *chosen):
    kinds = {
        "message": (NO_RULES, lambda options: per_message(wskit, options, READING)),
        "message_whole": (["off", "rule_for_nobody"], lambda options: per_message(wskit, options)),
        "connection": (KINDS, lambda options: per_connection(wskit, options)),
    }
    failed = False
    for unit in chosen or kinds:
        names, count = kinds[unit]
        without = None
        for name in names:
            value = count(KINDS[name])
            without = value if without is None else without
            print(json.dumps({"figure": f"faults_{name}_{unit}", "unit": "instructions",
                              "value": value, "ratio": round(value / without, 3)}), flush=True)
            failed = failed or (unit == "message" and value > without * (1 + NOISE))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
