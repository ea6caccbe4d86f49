# SPDX-License-Identifier: MIT
"""What each fault looks like on the wire: CASES has rules, each with a function that gets one that
connects, and fails with what came instead."""

import base64
import hashlib
import re
import socket
import struct
import time
import zlib

from raw_wire import same


def elapsed(since):
    return time.monotonic() - since


def first_frame(wire):
    wire.upgraded().say("one")
    return wire.frame()


def upgrade_delay(connect):
    wire = connect()
    wire.upgraded()
    assert elapsed(wire.started) >= 0.19, "the answer came too early"


def upgrade_stall(connect):
    wire = connect()
    while len(wire.received) < 12 and wire.fill():
        pass
    same(wire.received, b"HTTP/1.1 101")
    wire.received = b""
    assert wire.is_quiet(), "more came"


def reject(connect):
    wire = connect()
    head = wire.head()
    assert head.startswith("HTTP/1.1 429 ") and "\r\nRetry-After: 7" in head, head
    same(wire.end(), "fin")
    assert wire.received.startswith(b"slow down"), wire.received


def wrong_node(connect):
    head = connect("sid=1").head()
    assert head.startswith("HTTP/1.1 400 "), head


def bad_accept(connect):
    wire = connect()
    head = wire.head()
    good = hashlib.sha1((wire.key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
    accept = re.search(r"(?i)\r\nSec-WebSocket-Accept: *(\S+)", head)
    assert head.startswith("HTTP/1.1 101 ") and accept, head
    assert accept[1] != base64.b64encode(good).decode(), "the key is right"


def subprotocol(connect):
    head = connect(headers=["Sec-WebSocket-Protocol: echo"]).head()
    assert "\r\nSec-WebSocket-Protocol: never-asked" in head, head


def no_subprotocol(connect):
    head = connect(headers=["Sec-WebSocket-Protocol: echo"]).head()
    assert head.startswith("HTTP/1.1 101 ") and "sec-websocket-protocol" not in head.lower(), head


def close(connect):
    wire = connect().upgraded()
    wire.say("one", "two")
    same(wire.frame(), (0x81, 3, b"one"))
    same(wire.frame(), (0x88, 8, b"\x0f\xa1enough"))
    wire.send(8, b"\x0f\xa1")
    same(wire.end(), "fin")
    same(wire.received, b"")


def close_without_code(connect):
    same(connect().upgraded().frame(), (0x88, 0, b""))


def forbidden_close(connect):
    same(connect().upgraded().frame(), (0x88, 2, struct.pack(">H", 1006)))


def data_after_close(connect):
    wire = connect().upgraded()
    wire.say("one")
    same(wire.payloads(3), [b"one", struct.pack(">H", 4009), b"data after close"])


def fin(connect):
    wire = connect().upgraded()
    wire.say("one", "two")
    same(wire.frame(), (0x81, 3, b"one"))
    same(wire.end(), "fin")
    same(wire.received, b"")


def rst(connect):
    wire = connect().upgraded()
    wire.say("one")
    same(wire.frame(), (0x81, 3, b"one"))
    same(wire.end(), "reset")


def opens_then_dies(connect):
    wire = connect().upgraded()
    same(wire.end(), "reset")
    assert elapsed(wire.started) >= 0.89, "it died too early"


def half_open(connect):
    wire = connect().upgraded()
    wire.say("one")
    same(wire.frame(), (0x81, 3, b"one"))
    wire.say("two")
    assert wire.is_quiet(), "something came"
    wire.socket.shutdown(socket.SHUT_WR)
    assert wire.is_quiet(), "the end was answered"


def stall(connect):
    wire = connect().upgraded()
    wire.say("one")
    start = time.monotonic()
    same(wire.frame(), (0x81, 3, b"one"))
    wire.say("two")
    same(wire.frame(), (0x81, 3, b"two"))
    assert elapsed(start) >= 0.29, "it was read too early"


def oversize(connect):
    same(connect().upgraded().frame(), (0x82, 127, bytes(100_000)))


def bomb(connect):
    wire = connect(headers=["Sec-WebSocket-Extensions: permessage-deflate"]).upgraded()
    first, _, payload = wire.frame()
    same(first, 0xC2)
    assert len(payload) < 20_000, len(payload)
    inflated = zlib.decompressobj(-15).decompress(payload + b"\0\0\xff\xff")
    same(len(inflated), 1 << 20)


def ping_flood(connect):
    wire = connect().upgraded()
    same([wire.frame()[0] for _ in range(50)], [0x89] * 50)
    wire.say("one")
    same(wire.frame(), (0x81, 3, b"one"))


def slowly(connect):
    wire = connect().upgraded()
    start = time.monotonic()
    wire.say("x" * 1000)
    same(len(wire.frame()[2]), 1000)
    assert elapsed(start) >= 0.45, "it was too fast"


def delay(connect):
    wire = connect().upgraded()
    start = time.monotonic()
    wire.say("one", "two")
    same(wire.payloads(2), [b"one", b"two"])
    assert 0.145 <= elapsed(start), "it came too early"


def drop(connect):
    wire = connect().upgraded()
    wire.say("one", "two", "three")
    same(wire.payloads(2), [b"one", b"three"])


def duplicate(connect):
    wire = connect().upgraded()
    wire.say("one", "two")
    same(wire.payloads(4), [b"one", b"one", b"one", b"two"])


def reorder(connect):
    wire = connect().upgraded()
    wire.say("one", "two", "three")
    same(wire.payloads(3), [b"two", b"one", b"three"])


def corrupt(connect):
    first, second, payload = first_frame(connect())
    same((first, second), (0x81, 3))
    same(sum(bin(a ^ b).count("1") for a, b in zip(payload, b"one")), 3)


def fragment(connect):
    wire = connect().upgraded()
    wire.say("one")
    same([wire.frame() for _ in range(3)], [(0x01, 1, b"o"), (0x00, 1, b"n"), (0x80, 1, b"e")])


def interleave(connect):
    wire = connect().upgraded()
    wire.say("one")
    frames = [wire.frame() for _ in range(3)]
    same([first & 0x8F for first, _, _ in frames], [0x01, 0x81, 0x80])
    same(frames[0][2] + frames[2][2], b"one")


def mask(connect):
    wire = connect().upgraded()
    wire.say("one")
    while len(wire.received) < 9 and wire.fill():
        pass
    same(wire.received[:2], b"\x81\x83")
    key = wire.received[2:6]
    same(bytes(byte ^ key[i] for i, byte in enumerate(wire.received[6:9])), b"one")


def reserved_bit(bit):
    def look(connect):
        same(first_frame(connect()), (0x81 | 0x80 >> bit, 3, b"one"))
    return look


def reserved_opcode(connect):
    same(first_frame(connect()), (0x8B, 3, b"one"))


def length_of_16(connect):
    same(first_frame(connect()), (0x81, 126, b"one"))


def length_of_64(connect):
    same(first_frame(connect()), (0x81, 127, b"one"))


def huge_length(connect):
    wire = connect().upgraded()
    wire.say("one")
    while len(wire.received) < 13 and wire.fill():
        pass
    same(wire.received[:2], b"\x81\x7f")
    assert wire.received[2] & 0x80, wire.received


def bad_utf8(connect):
    first, _, payload = first_frame(connect())
    same(first, 0x81)
    try:
        payload.decode()
    except UnicodeDecodeError:
        return
    raise AssertionError(f"{payload!r} is UTF-8")


def torn(connect):
    wire = connect()
    same(first_frame(wire), (0x81, 3, b"one"))
    # Together they would have come at once; how many reads it takes depends on who is slow.
    first, last = wire.arrivals[0][1], wire.arrivals[-1][1]
    assert len(wire.arrivals) > 1 and last - first >= 0.1, wire.arrivals


def truncate(connect):
    wire = connect().upgraded()
    wire.say("12345678")
    same(wire.end(), "fin")
    same(wire.received, b"\x81\x08123")


def no_pong(connect):
    wire = connect().upgraded()
    wire.send(9, b"there?")
    wire.say("one")
    same(wire.frame(), (0x81, 3, b"one"))
    assert wire.is_quiet(), "a Pong came"


def late_pong(connect):
    wire = connect().upgraded()
    start = time.monotonic()
    wire.send(9, b"there?")
    wire.say("one")
    same(wire.frame(), (0x81, 3, b"one"))
    same(wire.frame(), (0x8A, 6, b"there?"))
    assert elapsed(start) >= 0.39, "the Pong came too early"


def wrong_pong(connect):
    wire = connect().upgraded()
    wire.send(9, b"there?")
    first, _, payload = wire.frame()
    same(first, 0x8A)
    assert payload != b"there?", payload


CASES = [
    ("upgrade-delay:200ms", upgrade_delay),
    ("upgrade-stall:12", upgrade_stall),
    ("reject:429,header:Retry-After: 7,body:slow down", reject),
    ("wrong-node", wrong_node),
    ("bad-accept", bad_accept),
    ("subprotocol:never-asked", subprotocol),
    ("subprotocol:none", no_subprotocol),
    ("close:4001,after:1,reason:enough", close),
    ("close:none", close_without_code),
    ("close:1006", forbidden_close),
    ("data-after-close:4009,after:1", data_after_close),
    ("fin,after:1", fin),
    ("rst,after:1", rst),
    ("rst,at:900ms", opens_then_dies),
    ("half-open,after:1", half_open),
    ("stall:300ms,after:1", stall),
    ("oversize:100000", oversize),
    ("bomb:1MiB", bomb),
    ("ping-flood:50", ping_flood),
    ("bandwidth:2kB", slowly),
    ("slow-read:2kB", slowly),
    ("delay:200ms,jitter:50ms", delay),
    ("drop,after:1,times:1", drop),
    ("duplicate:2,times:1", duplicate),
    ("reorder,times:1", reorder),
    ("corrupt:3", corrupt),
    ("fragment", fragment),
    ("interleave", interleave),
    ("mask", mask),
    ("reserved-bit:1", reserved_bit(1)),
    ("reserved-bit:2", reserved_bit(2)),
    ("reserved-bit:3", reserved_bit(3)),
    ("reserved-opcode:11", reserved_opcode),
    ("bad-length:16", length_of_16),
    ("bad-length:64", length_of_64),
    ("bad-length:huge", huge_length),
    ("bad-utf8", bad_utf8),
    ("torn:1,gap:100ms", torn),
    ("truncate", truncate),
    ("no-pong", no_pong),
    ("late-pong:400ms", late_pong),
    ("wrong-pong", wrong_pong),
]
