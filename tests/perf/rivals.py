#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures the fan-out of `wskit serve pubsub` and of other servers with the same client.

usage: rivals.py BUILD_DIRECTORY [SERVER]... [--rounds N] [--smoke]

`scripts/rivals BUILD_DIRECTORY` installs the others; one that is not there is told of and left out.
Each round measures all of them in turn; figures are medians of the rounds, ratios medians of the
ratios within a round. One line of JSON a figure, then a table on standard error. README.md says
what they mean. --smoke only sees that everything works: few subscribers, one round.
"""

import argparse
import json
import os
import resource
import signal
import statistics
import subprocess
import sys
import time

from benchmarks import CLIENT_CPU, MICRO, SERVER_CPU, report
from pubsub_limits import UPGRADE, connect
from rival_servers import RIVALS

SIZE = 64
WINDOWS = (1, 100)
PATIENCE_S = 600
START_S = 20
# Connections that are opened at a time: of a hundred Pushpin refuses some with 502.
CONNECTING = "10"
# (name, unit), each less the better.
FANOUT_FIGURES = (("cpu", "us"), ("p50", "us"), ("p99", "us"))
IDLE_FIGURE = ("idle_memory", "B")


class Failed(Exception):
    """A server did not do what is measured."""


def subscribe(rival, url):
    """A socket that subscribes and is not read any more once that holds."""
    address, target = url.split("/", 3)[2:]
    client = connect(int(address.rsplit(":", 1)[1]), UPGRADE.format("/" + target))
    answer = client.recv(4096)
    if not answer.startswith(b"HTTP/1.1 101"):
        raise Failed(f"the upgrade was answered with {answer[:80]!r}")
    for message in rival.dialect.first_messages():
        # A mask of zeros leaves the payload as it is.
        client.sendall(bytes([0x81, 0x80 | len(message), 0, 0, 0, 0]) + message.encode())
    confirmed = rival.dialect.subscribed.encode()
    while confirmed not in answer:
        more = client.recv(4096)
        if not more:
            raise Failed(f"it closed after {answer[-80:]!r}")
        answer += more
    return client


def wait_until_ready(rival, url):
    deadline = time.monotonic() + START_S
    while True:
        try:
            return subscribe(rival, url).close()
        except (OSError, Failed) as error:
            if time.monotonic() > deadline:
                raise Failed(f"it takes no subscriber: {error}") from error
            time.sleep(0.05)


def publish(options, rival, server, window, messages):
    """CPU seconds of the server so far, p50 and p99 in microseconds, after so many messages."""
    command = ["taskset", "-c", CLIENT_CPU, os.path.join(options.build, "wskit"), "bench",
               server.url, "--mode", "fanout", "--subscribers", str(options.subscribers),
               "--window", str(window), "-t", "1", "--io", "epoll", "--size", str(SIZE), "-n",
               str(messages), "--timeout", "60s", "--connect-timeout", "30s",
               "--connect-concurrency", CONNECTING, "-q", "--json", "-", *rival.dialect.options()]
    answer = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            timeout=PATIENCE_S, check=False)
    if not answer.stdout:
        raise Failed(f"wskit bench exited with {answer.returncode}: {answer.stderr.strip()}")
    result = json.loads(answer.stdout)
    if result["fanout"]["delivered"] != messages * options.subscribers:
        parts = {name: count for name, count in result["fanout"].items() if count}
        raise Failed(f"not all was delivered: {parts}; connections: {result['connections']}")
    each = result["metrics"]["each"]
    return server.cpu_s(), each["p50"], each["p99"]


def fanout_figures(options, rival, window):
    """What a delivery takes of the server, from the difference of a long and a short run, each of a
    server of its own; its latency in the long one."""
    short, long = options.messages[window]
    spent = []
    for messages in (short, long):
        with rival.serve(options.build, SERVER_CPU) as server:
            wait_until_ready(rival, server.url)
            cpu_s, p50, p99 = publish(options, rival, server, window, messages)
            spent.append(cpu_s)
    deliveries = (long - short) * options.subscribers
    return {"cpu": (spent[1] - spent[0]) * MICRO / deliveries, "p50": p50, "p99": p99}


def idle_figures(options, rival):
    """Resident memory of the server for a subscriber that only waits."""
    with rival.serve(options.build, SERVER_CPU) as server:
        wait_until_ready(rival, server.url)
        clients = [subscribe(rival, server.url) for _ in range(options.warm)]
        time.sleep(options.settle_s)
        before = server.memory("RssAnon", "RssShmem")
        clients += [subscribe(rival, server.url) for _ in range(options.idle)]
        time.sleep(options.settle_s)
        grown = server.memory("RssAnon", "RssShmem") - before
        for client in clients:
            client.close()
    return {"idle_memory": grown / options.idle}


def in_rounds(options, rivals, measure):
    """For each server that never failed its figures of all rounds: {name: [figures]}."""
    measured = {rival.name: [] for rival in rivals}
    for _ in range(options.rounds):
        for rival in rivals:
            if rival.name not in measured:
                continue
            try:
                measured[rival.name].append(measure(rival))
            except (Failed, RuntimeError, OSError, subprocess.TimeoutExpired) as error:
                print(f"rivals: {rival.name} FAILED and is left out of this: {error}",
                      file=sys.stderr, flush=True)
                options.failed.append(rival.name)
                del measured[rival.name]
    return measured


def report_figure(prefix, figure, rivals, measured):
    """Prints a figure of all servers and its ratios; returns what goes into the table."""
    name, unit = figure
    cells = {}
    for rival in rivals:
        own = [figures[name] for figures in measured.get(rival.name, [])]
        if not own:
            continue
        report(f"{rival.name}_{prefix}{name}", unit, own)
        value = statistics.median(own)
        cells[rival.name] = [f"{value:,.0f} {unit}" if value >= 100 else f"{value:.3g} {unit}"]
        for baseline in rival.baselines:
            others = [figures[name] for figures in measured.get(baseline, [])]
            ratios = [mine / other for mine, other in zip(own, others) if other > 0]
            if ratios:
                report(f"{rival.name}_{prefix}{name}_to_{baseline}", "ratio", ratios)
                cells[rival.name].append(f"{statistics.median(ratios):.2f} × {baseline}")
    return cells


def print_table(rivals, columns):
    print("| server | " + " | ".join(columns) + " |", file=sys.stderr)
    print("|---" * (len(columns) + 1) + "|", file=sys.stderr)
    for rival in rivals:
        cells = [", ".join(cells.get(rival.name, ["–"])) for cells in columns.values()]
        print(f"| {rival.name} | " + " | ".join(cells) + " |", file=sys.stderr)


def present(options):
    """Those that are asked for and there."""
    found = []
    for rival in RIVALS:
        if options.names and rival.name not in (*options.names, "wskit", "wskit_centrifugo"):
            continue
        reason = rival.missing(options.build)
        if reason:
            print(f"rivals: {rival.name} is LEFT OUT: {reason}; scripts/rivals installs it",
                  file=sys.stderr, flush=True)
            continue
        print(json.dumps({"server": rival.name, "version": rival.version(options.build)}),
              flush=True)
        found.append(rival)
    return found


def parse_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("names", nargs="*", metavar="SERVER",
                        help=", ".join(rival.name for rival in RIVALS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--subscribers", type=int, default=1000)
    parser.add_argument("--idle", type=int, default=5000)
    parser.add_argument("--smoke", action="store_true")
    options = parser.parse_args()
    unknown = set(options.names) - {rival.name for rival in RIVALS}
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}")
    options.messages = {1: (20, 220), 100: (100, 600)}
    options.warm, options.settle_s = 100, 2
    if options.smoke:
        options.rounds, options.subscribers, options.idle = 1, 10, 10
        options.warm, options.settle_s = 1, 0
        options.messages = {1: (1, 11), 100: (100, 200)}
    options.failed = []
    return options


def main():
    options = parse_arguments()
    # So that the servers and their directories go with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    rivals = present(options)
    columns = {}
    for window in WINDOWS:
        measured = in_rounds(options, rivals,
                             lambda rival, window=window: fanout_figures(options, rival, window))
        for figure in FANOUT_FIGURES:
            columns[f"{figure[0]}, {window} in flight"] = report_figure(
                f"{window}_in_flight_", figure, rivals, measured)
    measured = in_rounds(options, rivals, lambda rival: idle_figures(options, rival))
    columns["memory"] = report_figure("", IDLE_FIGURE, rivals, measured)
    print_table(rivals, columns)
    sys.exit(1 if options.failed else 0)


if __name__ == "__main__":
    main()
