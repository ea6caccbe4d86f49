#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs a command with its standard streams and ends with its code.

usage: child_usage.py FILE COMMAND...

FILE gets one line: the child's peak of resident memory in KiB and its user CPU in milliseconds.
"""

import resource
import subprocess
import sys

code = subprocess.run(sys.argv[2:], check=False).returncode
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
with open(sys.argv[1], "w", encoding="ascii") as stream:
    print(usage.ru_maxrss, round(usage.ru_utime * 1000), file=stream)
sys.exit(code)
