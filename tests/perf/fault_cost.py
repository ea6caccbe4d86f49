#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Counts what faults that do not happen cost `wskit serve echo`: user-space instructions of the server
for an echoed message of 20 bytes, and for a connection that is opened and closed.

usage: fault_cost.py WSKIT

The server runs under callgrind with few and with many of them, and the difference of the two is divided
by that of their numbers; all messages are one connection's, with one in flight, so that no scheduler
decides how many come together. The server's clock ticks all the while, more often for a message on a busy
machine: the least of three is taken. One line of JSON a figure. Fails when messages cost anything where
no rule is.
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
SHORT, LONG = 500, 2500
FEW, MANY = 10, 60
RUNS = 3
# What the ticks make of kinds that cost the same.
NOISE = 0.05


def instructions(wskit, options, connections, messages):
    """Of a server that has served so many connections, one after the other, with so many messages
    each."""
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", wskit, "serve",
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


def per_unit(wskit, options, of_messages):
    few, many = (SHORT, LONG) if of_messages else (FEW, MANY)

    def least(units):
        size = (1, units) if of_messages else (units, 1)
        return min(instructions(wskit, options, *size) for _ in range(RUNS))
    return round((least(many) - least(few)) / (many - few))


def main(wskit):
    failed = False
    for unit in ("message", "connection"):
        without = None
        for kind, options in KINDS.items():
            value = per_unit(wskit, options, unit == "message")
            without = value if without is None else without
            line = {"figure": f"faults_{kind}_{unit}", "unit": "instructions", "value": value,
                    "ratio": round(value / without, 3)}
            print(json.dumps(line), flush=True)
            costs = kind != "rule_for_nobody" and unit == "message"
            failed = failed or (costs and value > without * (1 + NOISE))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
