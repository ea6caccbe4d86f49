#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures what idle subscribers of `wskit serve pubsub` cost, and what a stalled one costs others.

usage: pubsub_limits.py BUILD_DIRECTORY [idle|stalled]... [--pairs N] [--subscribers N]

One line of JSON a figure, as benchmarks.py prints them. README.md says what the figures mean.
"""

import argparse
import json
import os
import resource
import socket
import subprocess
import sys

from benchmarks import CLIENT_CPU, PATIENCE_S, SERVER_CPU, report
from echo_server import EchoServer

UPGRADE = ("GET {} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
REQUESTS = {
    "raw": UPGRADE.format("/t/room"),
    "envelope": UPGRADE.format("/t/room?envelope=json"),
    "events": "GET /t/room HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n",
    "poll": "GET /t/room?wait=5m HTTP/1.1\r\nHost: x\r\n\r\n",
}
# The others' deliveries of the run: low enough for a busy machine to keep up with.
SUBSCRIBERS, RATE, DURATION_S, SIZE = 1000, 10, 10, 64


def serve(wskit, *options):
    return EchoServer(wskit, "--ping-interval", "0", *options, cpu=SERVER_CPU, kind="pubsub")


def port_of(server):
    return int(server.url.rsplit(":", 1)[1].split("/")[0])


def connect(port, request, receive_buffer=None):
    client = socket.socket()
    if receive_buffer:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    client.settimeout(PATIENCE_S)
    client.connect(("127.0.0.1", port))
    client.sendall(request.encode())
    return client


def user_memory(server):
    """Bytes of anonymous memory that are resident: none of the program's file."""
    return server.memory("RssAnon")


def metric(port, name):
    with connect(port, "GET /metrics HTTP/1.0\r\n\r\n") as client:
        text = client.makefile(encoding="ascii", newline="\n").read()
    return int(next(line for line in text.split("\n")
                    if line.startswith(f"wskit_{name} ")).split()[1])


def subscriptions(port):
    return metric(port, "subscriptions")


def stall(port):
    """Publishes until a subscriber that does not read has all that waits for it, and loses more."""
    body = "x" * 60_000
    request = f"POST /t/room HTTP/1.0\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    while metric(port, 'dropped_total{policy="drop-old"}') == 0:
        with connect(port, request) as client:
            client.recv(4096)


def measure_idle(wskit, options):
    """User memory of an idle subscriber, of each transport."""
    for name, request in REQUESTS.items():
        with serve(wskit) as server:
            port = port_of(server)
            warm = [connect(port, request) for _ in range(100)]
            while subscriptions(port) < len(warm):
                pass
            before = user_memory(server)
            clients = []
            for _ in range(options.subscribers):
                clients.append(connect(port, request))
                if name != "poll":
                    clients[-1].recv(4096)
            while subscriptions(port) < len(warm) + len(clients):
                pass
            # The memory of the requests is given back within a second of their end.
            values = [(user_memory(server) - before) / len(clients)]
            report(f"idle_subscriber_{name}", "B", values, target=8192)
            for client in clients + warm:
                client.close()


def fanout_p99(wskit, url):
    result = json.loads(subprocess.run(
        ["taskset", "-c", CLIENT_CPU, wskit, "bench", url, "--mode", "fanout", "--topic", "room",
         "--subscribers", str(SUBSCRIBERS), "--rate", str(RATE), "-d", f"{DURATION_S}s", "-t", "1",
         "--size", str(SIZE), "-q", "--json", "-"],
        stdout=subprocess.PIPE, text=True, timeout=PATIENCE_S, check=True).stdout)
    if result["fanout"]["reach"] < 1:
        sys.exit(f"reach is {result['fanout']['reach']}")
    return result["metrics"]["each"]["p99"]


def stalled_run(wskit, stalled):
    """p99 of the deliveries to 1,000 subscribers, beside so many more that do not read."""
    with serve(wskit, "--slow", "drop-old") as server:
        port = port_of(server)
        clients = [connect(port, REQUESTS["envelope"], receive_buffer=4096)
                   for _ in range(stalled)]
        while subscriptions(port) < stalled:
            pass
        if stalled:
            stall(port)
        p99 = fanout_p99(wskit, server.url.rsplit("/", 1)[0])
        for client in clients:
            client.close()
    return p99


def measure_stalled(wskit, options):
    """How many times the p99 without a stalled subscriber the p99 with one is."""
    pairs = [(stalled_run(wskit, 0), stalled_run(wskit, 1)) for _ in range(options.pairs)]
    report("p99_none_stalled", "us", [pair[0] for pair in pairs])
    report("p99_one_stalled", "us", [pair[1] for pair in pairs])
    report("p99_stalled_ratio", "ratio", [one / none for none, one in pairs], target=1.1)


BENCHMARKS = {"idle": measure_idle, "stalled": measure_stalled}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--subscribers", type=int, default=15_000)
    options = parser.parse_args()
    unknown = set(options.names) - set(BENCHMARKS)
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}")
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    wskit = os.path.join(options.build, "wskit")
    for name in options.names or BENCHMARKS:
        BENCHMARKS[name](wskit, options)


if __name__ == "__main__":
    main()
