# SPDX-License-Identifier: MIT
"""WebSockets and requests on plain sockets, byte by byte: nothing of ours, and no library's."""

import base64
import http.client
import os
import select
import socket
import struct
import time
import urllib.parse

PATIENCE = 20.0
# How long something has to be away to count as missing.
QUIET = 0.5


class Wire:
    """One connection, and what came on it."""

    patience = PATIENCE

    def __init__(self, base, query="", headers=()):
        url = urllib.parse.urlsplit(base)
        self.started = time.monotonic()
        self.socket = socket.create_connection((url.hostname, url.port), PATIENCE)
        self.received = b""
        self.ended = None
        self.arrivals = []  # (bytes received so far, time)
        self.key = base64.b64encode(os.urandom(16)).decode()
        self.target = url.path + ("?" + query if query else "")
        self.socket.sendall(self.request(url, headers).encode())

    def request(self, url, headers):
        lines = [f"GET {self.target} HTTP/1.1", f"Host: {url.netloc}", "Upgrade: websocket",
                 "Connection: Upgrade", f"Sec-WebSocket-Key: {self.key}", "Sec-WebSocket-Version: 13",
                 *headers]
        return "\r\n".join(lines) + "\r\n\r\n"

    def fill(self, wait=None):
        """Reads once. False at the end of the stream, or when nothing came in time."""
        if self.ended:
            return False
        ready, _, _ = select.select([self.socket], [], [], wait or Wire.patience)
        if not ready:
            return False
        try:
            piece = self.socket.recv(1 << 16)
        except ConnectionResetError:
            self.ended = "reset"
            return False
        if not piece:
            self.ended = "fin"
            return False
        self.received += piece
        self.arrivals.append((len(self.received), time.monotonic()))
        return True

    def head(self):
        """The answer's head; the rest stays."""
        while b"\r\n\r\n" not in self.received and self.fill():
            pass
        head, found, self.received = self.received.partition(b"\r\n\r\n")
        assert found, f"no whole answer, but {head!r}"
        self.arrivals = []
        return head.decode()

    def upgraded(self):
        head = self.head()
        assert head.startswith("HTTP/1.1 101 "), head
        return self

    def send(self, opcode, payload):
        mask = os.urandom(4)
        size = len(payload)
        if size < 126:
            length = bytes([0x80 | size])
        elif size < 1 << 16:
            length = b"\xfe" + struct.pack(">H", size)
        else:
            length = b"\xff" + struct.pack(">Q", size)
        masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
        self.socket.sendall(bytes([0x80 | opcode]) + length + mask + masked)

    def say(self, *texts):
        for text in texts:
            self.send(1, text.encode())

    def frame(self):
        """(first byte, second byte, payload as on the wire); None when no whole frame comes."""
        while True:
            size, header = self.frame_size()
            if size is not None and len(self.received) >= header + size:
                first, second = self.received[0], self.received[1]
                payload = self.received[header:header + size]
                self.received = self.received[header + size:]
                return first, second, payload
            if not self.fill():
                return None

    def frame_size(self):
        data = self.received
        if len(data) < 2:
            return None, 0
        mask = 4 if data[1] & 0x80 else 0
        form = data[1] & 0x7F
        wide = {126: 2, 127: 8}.get(form, 0)
        if len(data) < 2 + wide:
            return None, 0
        size = int.from_bytes(data[2:2 + wide], "big") if wide else form
        return size, 2 + wide + mask

    def payloads(self, count):
        return [self.frame()[2] for _ in range(count)]

    def is_quiet(self, wait=QUIET):
        return not self.received and not self.fill(wait) and not self.ended

    def end(self):
        """How the stream ends, behind what is still to come."""
        while self.fill():
            pass
        return self.ended


def same(got, wanted):
    assert got == wanted, f"{got!r}, not {wanted!r}"


def ask(base, method, path, body=None):
    url = urllib.parse.urlsplit(base)
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=PATIENCE)
    connection.request(method, path, body)
    answer = connection.getresponse()
    return answer.status, answer.read(), answer.headers


def outcome(rule, look, *arguments):
    try:
        look(*arguments)
    except (AssertionError, OSError, TypeError) as error:
        return f"{rule}: {error or type(error).__name__}"
    return None
