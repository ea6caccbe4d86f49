#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs COMMAND, in which `{url}` stands for the address of a `wskit serve echo` of its own, and
exits as it does.

usage: with_echo_server.py WSKIT [SERVER OPTION...] -- COMMAND..."""

import subprocess
import sys

from echo_server import EchoServer


def main(wskit, *words):
    end = words.index("--")
    with EchoServer(wskit, *words[:end]) as server:
        command = [word.replace("{url}", server.url) for word in words[end + 1 :]]
        return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
