#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""An echo server on Debian's python3-websockets: prints its URL, then serves until it is stopped.

usage: websockets_echo.py [--cert FILE --key FILE [--client-ca FILE] [--tls-1.1]]
"""

import argparse
import asyncio
import ssl
import warnings

import websockets


async def echo(connection, *_):
    async for message in connection:
        await connection.send(message)


def tls_context(options):
    if not options.cert:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options.cert, options.key)
    if options.client_ca:
        context.load_verify_locations(options.client_ca)
        context.verify_mode = ssl.CERT_REQUIRED
    if options.tls_1_1:
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
        context.set_ciphers("DEFAULT@SECLEVEL=0")
    return context


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cert")
    parser.add_argument("--key")
    parser.add_argument("--client-ca")
    parser.add_argument("--tls-1.1", dest="tls_1_1", action="store_true")
    context = tls_context(parser.parse_args())
    async with websockets.serve(echo, "127.0.0.1", 0, max_size=1 << 24, ssl=context) as server:
        port = server.sockets[0].getsockname()[1]
        print(f"{'wss' if context else 'ws'}://127.0.0.1:{port}/", flush=True)
        await asyncio.get_running_loop().create_future()


asyncio.run(main())
