#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What Debian's python3-websockets makes of a server: connects, sends a text, waits for its echo, and
prints the outcome in one line.

usage: faults_client.py URL
"""

import asyncio
import sys

import websockets


async def outcome(url):
    try:
        async with websockets.connect(
            url, subprotocols=["echo"], max_size=1 << 20, ping_interval=0.2, ping_timeout=0.4,
            close_timeout=1, open_timeout=2,
        ) as connection:
            await connection.send("hello")
            while True:
                return f"echo {await connection.recv()}"
    except websockets.ConnectionClosed as closed:
        codes = [frame.code if frame else None for frame in (closed.rcvd, closed.sent)]
        return f"closed received={codes[0]} sent={codes[1]}"
    except (websockets.InvalidHandshake, asyncio.TimeoutError, OSError) as error:
        return f"refused {type(error).__name__} {error}"


print(asyncio.run(outcome(sys.argv[1])), flush=True)
