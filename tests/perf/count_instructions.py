#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Counts the user-space instructions that a program spends on one unit of its work: it runs twice
under callgrind, with SHORT and with LONG units, and the difference is divided by that of the units.

usage: count_instructions.py --figure NAME --short N --long N --limit N [--target N]
                             [--serve WSKIT] COMMAND...

`{units}` in COMMAND becomes the number of units and `{url}` the address of the echo server that
--serve asks for, which runs outside callgrind. Prints one line of JSON; fails above the limit. The
target is what is aimed at, the limit what has been reached: it is printed and fails nothing.
"""

import argparse
import contextlib
import json
import re
import subprocess
import sys

from echo_server import EchoServer


def count(command, units, url):
    filled = [word.replace("{units}", str(units)).replace("{url}", url) for word in command]
    run = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *filled],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    collected = re.search(r"Collected : (\d+)", run.stderr)
    if run.returncode != 0 or not collected:
        sys.exit(f"{' '.join(filled)}: exit code {run.returncode}\n{run.stderr}")
    return int(collected[1])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--figure", required=True)
    for bound in ("short", "long", "limit"):
        parser.add_argument(f"--{bound}", type=int, required=True)
    parser.add_argument("--target", type=int)
    parser.add_argument("--serve")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(EchoServer(options.serve)) if options.serve else None
        short, long = (count(options.command, units, server.url if server else "")
                       for units in (options.short, options.long))
    value = round((long - short) / (options.long - options.short))
    figure = {"figure": options.figure, "unit": "instructions", "value": value,
              "limit": options.limit}
    if options.target:
        figure["target"] = options.target
    print(json.dumps(figure))
    return 1 if value > options.limit else 0


if __name__ == "__main__":
    sys.exit(main())
