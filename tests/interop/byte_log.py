#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Passes connections on to 127.0.0.1:PORT and keeps count of their bytes: what a proxy under test
passes is proven by one of these on either side of it.

usage: byte_log.py PORT [CERTIFICATE KEY]

Listens on a port of its own, the first line of standard output. With a certificate it speaks TLS to
both sides (and trusts everybody), so that what is counted are the bytes within. On SIGTERM, and once
all connections are gone, prints for each Sec-WebSocket-Key the request without its Host line, and the
number and SHA-256 of the bytes behind it ("up") and of all that came back ("down").
"""

import asyncio
import hashlib
import json
import re
import signal
import ssl
import sys

PIECE = 1 << 16
log = {}
connections = set()


class Count:
    def __init__(self):
        self.size = 0
        self.digest = hashlib.sha256()

    def add(self, piece):
        self.size += len(piece)
        self.digest.update(piece)

    def result(self):
        return [self.size, self.digest.hexdigest()]


async def pump(reader, writer, count, other):
    try:
        while piece := await reader.read(PIECE):
            count.add(piece)
            writer.write(piece)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
        else:
            writer.close()
    except OSError:
        writer.transport.abort()
        other.transport.abort()


async def join(client, to_client, port, tls):
    try:
        head = await client.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        to_client.close()
        return
    server, to_server = await asyncio.open_connection("127.0.0.1", port, ssl=tls)
    to_server.write(head)
    up, down = Count(), Count()
    await asyncio.gather(pump(client, to_server, up, to_client),
                         pump(server, to_client, down, to_server))
    key = re.search(rb"(?i)\r\nSec-WebSocket-Key: *(\S+)", head)
    log[key[1].decode() if key else "none"] = {
        "request": re.sub(rb"(?i)\r\nHost:[^\r]*", b"", head).decode("latin-1"),
        "up": up.result(), "down": down.result(),
    }
    to_client.close()
    to_server.close()


async def main():
    port = int(sys.argv[1])
    to_clients = to_server = None
    if len(sys.argv) > 2:
        to_clients = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        to_clients.load_cert_chain(sys.argv[2], sys.argv[3])
        to_server = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        to_server.check_hostname = False
        to_server.verify_mode = ssl.CERT_NONE

    async def accept(reader, writer):
        task = asyncio.current_task()
        connections.add(task)
        try:
            await join(reader, writer, port, to_server)
        finally:
            connections.discard(task)

    server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=to_clients)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    print(server.sockets[0].getsockname()[1], flush=True)
    await stop.wait()
    server.close()
    if connections:
        await asyncio.wait(connections, timeout=10)
    print(json.dumps(log), flush=True)


asyncio.run(main())
