#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the Autobahn test suite against one of our ends and says how each case went.

usage: run_suite.py client|server PROGRAM [--all] [--cases PATTERN...] [--reports DIRECTORY]

PROGRAM is autobahn_echo_client for `client`, wskit for `server` (wskit serve echo). Exits with 1
when a case went otherwise than expected, better included, and with 77 when the suite is not
installed (./install). DIRECTORY is emptied, and gets a page and a JSON file for every case, and what
the programs print.
"""

import argparse
import collections
import json
import os
import pathlib
import select
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
SUITE = HERE.parents[2] / ".deps" / "autobahn"
AGENT = "wskit"

# Left out without --all, for their time: classes 12 and 13 are 12 kinds of compressed traffic with
# 18 sizes of 1,000 messages each. Messages of 32 KiB and more take six sevenths of the time of
# those classes, nearly all of it in Python, and differ from the shorter ones by their length only;
# long messages stay in through class 9, split ones through sizes 11 and 12.
KINDS = [f"12.{i}" for i in range(1, 6)] + [f"13.{i}" for i in range(1, 8)]
LONG = [f"{kind}.{size}" for kind in KINDS for size in (8, 9, 10, 13, 14, 15, 16, 17, 18)]

# How the cases go that an end does not, or not always, do as expected.
DEVIATIONS = {
    "client": {},
    # Ten pings at once: while its pong waits to be written, libwebsockets drops further pings, so
    # that only the first is answered (RFC 6455 5.5.3 would allow only the latest). In 2.11 they
    # come octet by octet, and are all answered unless they arrive together.
    "server": {"2.10": {"FAILED"}, "2.11": {"OK", "FAILED"}},
}
PASSED = {"OK", "INFORMATIONAL"}

READY_S = 30
DEADLINE_S = 540
DEADLINE_ALL_S = 3600


class Failed(Exception):
    """The suite could not be run to its end."""


def start(command, log, directory):
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
                            cwd=directory)


def first_line(process, what):
    """What `process` prints when it is ready."""
    if not select.select([process.stdout], [], [], READY_S)[0]:
        raise Failed(f"{what} was not ready after {READY_S} s")
    line = process.stdout.readline().decode().strip()
    if not line:
        raise Failed(f"{what} ended with {process.wait()} before it was ready")
    return line


def finish(process, what, deadline):
    try:
        code = process.wait(max(1, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        raise Failed(f"{what} did not end in time") from None
    if code != 0:
        raise Failed(f"{what} ended with {code}")


def stop(*processes):
    for process in processes:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        process.stdout.close()


def start_suite(mode, spec, log, directory):
    path = directory / "spec.json"
    path.write_text(json.dumps(spec))
    command = [SUITE / "python", "-u", HERE / "wstest.py", SUITE / "site", mode, path]
    return start(command, log, directory)


def run_client(program, spec, log, directory, deadline):
    """Our client against the suite's server; returns the ids of the cases that were to run."""
    suite = start_suite("server", spec, log, directory)
    processes = [suite]
    try:
        ready = json.loads(first_line(suite, "the suite's server"))
        client = start([program, ready["url"], AGENT], log, directory)
        processes.append(client)
        finish(client, "the client", deadline)
        if suite.poll() is not None:
            raise Failed(f"the suite's server ended with {suite.returncode}")
    finally:
        stop(*processes)
    return ready["cases"]


def run_server(program, spec, log, directory, deadline):
    """Our server against the suite's client; returns the ids of the cases that were to run."""
    server = start([program, "serve", "echo", "--listen", "127.0.0.1:0"], log, directory)
    processes = [server]
    try:
        url = first_line(server, "wskit serve echo")
        spec["servers"] = [{"agent": AGENT, "url": url}]
        suite = start_suite("client", spec, log, directory)
        processes.append(suite)
        ready = json.loads(first_line(suite, "the suite's client"))
        finish(suite, "the suite's client", deadline)
        if server.poll() is not None:
            raise Failed(f"wskit serve echo ended with {server.returncode} under the suite")
    finally:
        stop(*processes)
    return ready["cases"]


def verdict(result):
    """One word for how a case went: its messages first, then its end."""
    if result is None:
        return "MISSING"
    if result["behavior"] in PASSED and result["behaviorClose"] not in PASSED:
        return "CLOSE " + result["behaviorClose"]
    return result["behavior"]


def summarize(end, cases, results):
    """Prints how the cases went; returns whether that is as expected."""
    by_verdict = collections.defaultdict(list)
    surprises = []
    for case in cases:
        how = verdict(results.get(case))
        by_verdict[how].append(case)
        expected = DEVIATIONS[end].get(case, PASSED)
        if how not in expected:
            surprises.append(f"{case} is {how}, not {' or '.join(sorted(expected))}")
    print(f"autobahn {end}: {len(cases)} cases, {len(by_verdict.pop('OK', []))} OK")
    for how, ids in sorted(by_verdict.items()):
        print(f"  {len(ids)} {how}: {' '.join(ids)}")
    for surprise in surprises:
        print(f"  unexpected: {surprise}")
    if not cases:
        print("  unexpected: no case was run")
    return bool(cases) and not surprises


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("end", choices=["client", "server"])
    parser.add_argument("program", type=os.path.abspath)
    parser.add_argument("--all", action="store_true", help="long compressed messages too")
    parser.add_argument("--cases", nargs="+", default=["*"], metavar="PATTERN", help="e.g. '5.*'")
    parser.add_argument("--reports", type=pathlib.Path, metavar="DIRECTORY")
    return parser.parse_args()


def run(options, directory):
    spec = {"outdir": str(directory), "url": "", "cases": options.cases,
            "exclude-cases": [] if options.all else LONG, "exclude-agent-cases": {}}
    seconds = DEADLINE_ALL_S if options.all else DEADLINE_S
    started = time.monotonic()
    run_end = {"client": run_client, "server": run_server}[options.end]
    with open(directory / "output.txt", "wb") as log:
        cases = run_end(options.program, spec, log, directory, started + seconds)
    results = json.loads((directory / "index.json").read_text()).get(AGENT, {})
    as_expected = summarize(options.end, cases, results)
    print(f"  in {time.monotonic() - started:.0f} s")
    return as_expected


def main():
    options = parse_arguments()
    if not (SUITE / "complete").exists():
        print(f"the Autobahn suite is not installed: run {HERE}/install", file=sys.stderr)
        return 77
    with tempfile.TemporaryDirectory() as temporary:
        directory = (options.reports or pathlib.Path(temporary)).resolve()
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        try:
            return 0 if run(options, directory) else 1
        except Failed as error:
            print(f"autobahn {options.end}: {error}", file=sys.stderr)
            tail = (directory / "output.txt").read_text(errors="replace").splitlines()[-15:]
            print("\n".join(tail), file=sys.stderr)
            return 1


if __name__ == "__main__":
    sys.exit(main())
