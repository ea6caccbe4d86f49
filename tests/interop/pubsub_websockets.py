#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Publishes, subscribes, goes away and comes back with python3-websockets and urllib; prints what it saw.

usage: pubsub_websockets.py WS-BASE HTTP-BASE
"""

import asyncio
import json
import sys
import urllib.request

import websockets

MESSAGES = 300
RECONNECT_AFTER = 37


def post(url, body):
    with urllib.request.urlopen(urllib.request.Request(url, data=body)) as answer:
        return json.load(answer)["cursor"]


async def publish(http, socket):
    """Half of them over a WebSocket, half by POST, so that all have one order only."""
    for number in range(MESSAGES):
        if number % 2:
            await socket.send(str(number))
            await socket.recv()
        else:
            await asyncio.to_thread(post, http + "/t/room", str(number).encode())
            await socket.recv()


async def subscribe(base, cursor):
    """Leaves after every few messages, and goes on after the last one it got."""
    seen = []
    while len(seen) < MESSAGES:
        async with websockets.connect(f"{base}/t/room?envelope=json&after={cursor}") as socket:
            for _ in range(min(RECONNECT_AFTER, MESSAGES - len(seen))):
                item = json.loads(await socket.recv())
                if "gap" in item:
                    return item
                cursor = item["id"]
                seen.append(int(item["data"]))
    return seen


async def main(base, http):
    start = post(http + "/t/room", b"begin")
    async with websockets.connect(base + "/t/room") as publisher:
        subscribers = [asyncio.create_task(subscribe(base, start)) for _ in range(5)]
        await publish(http, publisher)
        seen = await asyncio.gather(*subscribers)
        await publisher.send(b"\x00\xff")
        binary = await publisher.recv()
    wanted = list(range(MESSAGES))
    print(json.dumps({"complete": sum(numbers == wanted for numbers in seen),
                      "binary": list(binary)}))


asyncio.run(main(*sys.argv[1:]))
