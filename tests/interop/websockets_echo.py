#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""An echo server on Debian's python3-websockets: prints its URL, then serves until it is stopped."""

import asyncio

import websockets


async def echo(connection, *_):
    async for message in connection:
        await connection.send(message)


async def main():
    async with websockets.serve(echo, "127.0.0.1", 0, max_size=1 << 24) as server:
        port = server.sockets[0].getsockname()[1]
        print(f"ws://127.0.0.1:{port}/", flush=True)
        await asyncio.get_running_loop().create_future()


asyncio.run(main())
