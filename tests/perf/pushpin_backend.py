#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The application behind Pushpin for rivals.py, over Pushpin's WebSocket-over-HTTP: a message
`subscribe TOPIC` subscribes and is answered with `subscribed`, any other is published to the topic
of the environment variable TOPIC.

usage: pushpin_backend.py PUBLISH_PORT

It prints the port that it listens on. PUBLISH_PORT is where Pushpin takes messages by HTTP; those
that arrive together go there in one request."""

import asyncio
import json
import os
import sys

TOPIC = os.environ.get("TOPIC", "bench")
SUBSCRIBE = b"subscribe "


class HttpReader:
    """Messages of HTTP/1.1 with a Content-Length, one after the other."""

    def __init__(self, stream):
        self.stream = stream

    async def next(self):
        """Header lines in lower case and body, or None at the end."""
        try:
            head = await self.stream.readuntil(b"\r\n\r\n")
            headers = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:-2])
            body = await self.stream.readexactly(int(headers.get(b"content-length", 0)))
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        return headers, body


class Publisher:
    """Publishes over Pushpin's HTTP port, which closes after each answer, in order."""

    def __init__(self, port):
        self.port = port
        self.turn = asyncio.Lock()

    async def publish(self, payloads):
        items = [{"channel": TOPIC, "formats": {"ws-message": {"content": payload.decode()}}}
                 for payload in payloads]
        body = json.dumps({"items": items}).encode()
        async with self.turn:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.write(b"POST /publish/ HTTP/1.1\r\nHost: pushpin\r\n"
                         b"Content-Length: %d\r\n\r\n" % len(body) + body)
            answer = await reader.read()
            writer.close()
        if b" 200 " not in answer.partition(b"\r\n")[0]:
            raise ConnectionError(f"Pushpin answered {answer!r}")


def parse_events(body):
    """(name, content) of each event of WebSocket-over-HTTP."""
    at = 0
    while at < len(body):
        end = body.index(b"\r\n", at)
        name, _, size = body[at:end].partition(b" ")
        at = end + 2
        content = b""
        if size:
            content = body[at : at + int(size, 16)]
            at += len(content) + 2
        yield name, content


def event(name, content):
    return b"%s %x\r\n%s\r\n" % (name, len(content), content)


def answer_to(events):
    """What goes back to Pushpin, and what is to be published."""
    answer, payloads = b"", []
    for name, content in events:
        if name in (b"OPEN", b"CLOSE"):
            answer += event(name, content) if content else name + b"\r\n"
        elif content.startswith(SUBSCRIBE):
            order = {"type": "subscribe", "channel": content[len(SUBSCRIBE) :].decode()}
            answer += event(b"TEXT", b"c:" + json.dumps(order).encode())
            answer += event(b"TEXT", b"subscribed")
        elif name == b"TEXT":
            payloads.append(content)
    return answer, payloads


async def converse(publisher, reader, writer):
    requests = HttpReader(reader)
    while (request := await requests.next()) is not None:
        answer, payloads = answer_to(parse_events(request[1]))
        if payloads:
            await publisher.publish(payloads)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/websocket-events\r\n"
                     b'Sec-WebSocket-Extensions: grip; message-prefix=""\r\n'
                     b"Content-Length: %d\r\n\r\n" % len(answer) + answer)
    writer.close()


async def serve(publish_port):
    publisher = Publisher(publish_port)
    server = await asyncio.start_server(lambda r, w: converse(publisher, r, w), "127.0.0.1", 0,
                                        backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    try:
        asyncio.run(serve(int(sys.argv[1])))
    except KeyboardInterrupt:
        pass
