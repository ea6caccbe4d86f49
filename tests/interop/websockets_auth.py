#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Publishes to a topic and hears itself, with a token in a header or in the URL.

usage: websockets_auth.py header|query TOKEN URL

Prints what came, or the status of a refused upgrade.
"""

import asyncio
import sys

import websockets


async def main(way, token, url):
    headers = {"Authorization": "Bearer " + token} if way == "header" else {}
    if way == "query":
        url += "?access_token=" + token
    try:
        async with websockets.connect(url, extra_headers=headers) as socket:
            await socket.send("hello from " + way)
            print(await asyncio.wait_for(socket.recv(), 20))
    except websockets.InvalidStatusCode as refused:
        print(refused.status_code)


asyncio.run(main(*sys.argv[1:]))
