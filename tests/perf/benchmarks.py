#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures what `wskit bench`, `wskit serve echo` and `wskit serve pubsub` cost, in CPU time of their own processes.

usage: benchmarks.py BUILD_DIRECTORY [open|connections|io|server|fanout|pipe]... [--pairs N]

Without names all of them. The server is pinned to one core and the client to another. What is
compared is run in alternation and the median of the pairs printed (5 of them by default), as one
line of JSON a figure with all single values. The time of a message is the difference between a long
and a short run, so that what is done once does not count. README.md says what the figures mean.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile

from echo_server import EchoServer

SERVER_CPU, CLIENT_CPU = "0", "1"
PATIENCE_S = 120
# Messages, for each one in flight.
SHORT, LONG = 50_000, 350_000
MICRO = 1e6


class Build:
    """The programs of a build tree."""

    def __init__(self, directory):
        self.wskit = os.path.join(directory, "wskit")
        self.load_cost = os.path.join(directory, "tests", "perf", "load_cost")

    def serve(self, kind="echo"):
        return EchoServer(self.wskit, cpu=SERVER_CPU, kind=kind)


def run_client(*command):
    return subprocess.run(["taskset", "-c", CLIENT_CPU, *command], stdout=subprocess.PIPE,
                          text=True, timeout=PATIENCE_S, check=True).stdout


def cpu_per_message(build, connections=1000, window=1, io="epoll", size=20):
    """Microseconds of the client and of the server for a message of `size` bytes that is echoed."""
    spent = []
    for messages in (SHORT * window, LONG * window):
        # Each has a server, and so a port, of its own: the connections of an earlier run, in state
        # TIME-WAIT, make it dearer to open new ones to the same port.
        with build.serve() as server:
            result = json.loads(run_client(
                build.wskit, "bench", server.url, "-c", str(connections), "-t", "1", "--io", io,
                "--binary", "--size", str(size), "--window", str(window), "-n", str(messages), "-q",
                "--json", "-"))
            if result["counts"]["ok"] != messages:
                sys.exit(f"only {result['counts']['ok']} of {messages} messages were answered")
            spent.append((result["generator"]["cpu_s"], server.cpu_s()))
    (client_short, server_short), (client_long, server_long) = spent
    scale = MICRO / ((LONG - SHORT) * window)
    return (client_long - client_short) * scale, (server_long - server_short) * scale


def report(figure, unit, values, target=None):
    line = {"figure": figure, "unit": unit, "value": round(statistics.median(values), 3)}
    if target is not None:
        line["target"] = target
    line["values"] = [round(value, 3) for value in values]
    print(json.dumps(line), flush=True)


def report_pairs(name, pairs, names, target):
    """`pairs` are the microseconds of the first and of the second of two kinds; what counts is how
    many times the first one the second is."""
    for i, kind in enumerate(names):
        report(f"{name}_{kind}", "us", [pair[i] for pair in pairs])
    report(f"{name}_ratio", "ratio", [second / first for first, second in pairs], target)


def measure_opening(build, runs):
    """CPU of the client to open one of 10,000 connections."""
    values = []
    for _ in range(runs):
        with build.serve() as server:
            lines = run_client(build.load_cost, "ws", server.url, "10000").splitlines()
        figures = {line["figure"]: line["value"] for line in map(json.loads, lines)}
        values.append(figures["ws_open_cpu"])
    report("open_cpu", "us", values, target=60)


def measure_connections(build, runs):
    """CPU of the client for a message on one of 1,000 and of 15,000 connections."""
    pairs = [tuple(cpu_per_message(build, connections=count)[0] for count in (1000, 15000))
             for _ in range(runs)]
    report_pairs("message_cpu", pairs, ("1000_connections", "15000_connections"), target=1.25)


def measure_io(build, runs):
    """CPU of the client for a message on epoll and on io_uring."""
    for count in (1000, 5000):
        pairs = [tuple(cpu_per_message(build, connections=count, io=kind)[0]
                       for kind in ("epoll", "uring"))
                 for _ in range(runs)]
        report_pairs(f"message_cpu_{count}_connections", pairs, ("epoll", "uring"), target=0.90)


def measure_server(build, runs):
    """CPU of serve echo for a message."""
    for count, window in ((100, 1), (100, 16), (5000, 16)):
        values = [cpu_per_message(build, connections=count, window=window)[1]
                  for _ in range(runs)]
        report(f"server_cpu_{count}_connections_{window}_in_flight", "us", values)


def server_cpu_per_delivery(build, subscribers, window):
    """Microseconds of `serve pubsub` for a message of 64 bytes at one subscriber."""
    spent = []
    scale = min(window, 10)
    for messages in (SHORT * scale // subscribers, LONG * scale // subscribers):
        with build.serve("pubsub") as server:
            result = json.loads(run_client(
                build.wskit, "bench", server.url.rsplit("/", 1)[0], "--mode", "fanout",
                "--subscribers", str(subscribers), "--window", str(window), "-t", "1", "--io",
                "epoll", "--binary", "--size", "64", "-n", str(messages), "-q", "--json", "-"))
            if result["fanout"]["delivered"] != messages * subscribers:
                sys.exit(f"reach is {result['fanout']['reach']}")
            spent.append(server.cpu_s())
    return (spent[1] - spent[0]) * MICRO / ((LONG - SHORT) * scale)


def measure_fanout(build, runs):
    """CPU of serve pubsub for a delivery to one of 1,000 subscribers, against that of serve echo
    for a message of the same size on one of 1,000 connections, which has one in flight."""
    for window, target in ((1, 0.8), (100, 0.05)):
        pairs = [(cpu_per_message(build, size=64)[1],
                  server_cpu_per_delivery(build, 1000, window)) for _ in range(runs)]
        report_pairs(f"server_cpu_fanout_{window}_in_flight", pairs, ("echo", "delivery"), target)


def user_cpu_s(command, **streams):
    """User CPU of a command pinned to the client's core."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    subprocess.run(["taskset", "-c", CLIENT_CPU, *command], timeout=PATIENCE_S, check=True,
                   **streams)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def measure_pipe(build, runs):
    """User CPU for a line of JSON: through `connect` to a server and back, and by `bench` with 256
    messages of the same size in flight on one connection."""
    lines = 1_000_000
    pairs = []
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "lines")
        with open(path, "w", encoding="ascii") as stream:
            for i in range(lines):
                print(f'{{"seq":{i:07},"name":"some text to carry"}}', file=stream)
        size = os.path.getsize(path) // lines - 1
        for _ in range(runs):
            with build.serve() as server, open(path, "rb") as given:
                piped = user_cpu_s([build.wskit, "connect", server.url, "--count", str(lines)],
                                   stdin=given, stdout=subprocess.DEVNULL)
            with build.serve() as server:
                bench = user_cpu_s([build.wskit, "bench", server.url, "-c", "1", "-t", "1", "--io",
                                    "epoll", "--window", "256", "--size", str(size), "-n",
                                    str(lines), "-q"])
            pairs.append((bench * MICRO / lines, piped * MICRO / lines))
    report("pipe_user_cpu_bench", "us", [pair[0] for pair in pairs])
    report("pipe_user_cpu_connect", "us", [pair[1] for pair in pairs])
    report("pipe_user_cpu_above_bench", "us", [pair[1] - pair[0] for pair in pairs], target=2)


BENCHMARKS = {"open": measure_opening, "connections": measure_connections, "io": measure_io,
              "server": measure_server, "fanout": measure_fanout,
              "pipe": measure_pipe}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--pairs", type=int, default=5)
    options = parser.parse_args()
    unknown = set(options.names) - set(BENCHMARKS)
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}")
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    build = Build(options.build)
    for name in options.names or BENCHMARKS:
        BENCHMARKS[name](build, options.pairs)


if __name__ == "__main__":
    main()
