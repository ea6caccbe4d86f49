#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the seeds of fuzz_frame_parser into corpus/frame_parser: one stream a file, for both roles.

An input is a byte of options (1 server, 2 RSV1 allowed, 4 small limits), a byte that seeds the cuts,
and the stream.
"""
import pathlib
import struct

KEY = bytes([0x37, 0xFA, 0x21, 0x3D])
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
CONTINUATION = 0
FIN = 0x80


def frame(opcode, payload=b"", *, fin=True, rsv=0, form=None, claim=None, masked=False):
    length = len(payload) if claim is None else claim
    if form is None:
        form = 7 if length < 126 else 16 if length < 65536 else 64
    head = bytes([(FIN if fin else 0) | rsv << 4 | opcode])
    bit = 0x80 if masked else 0
    if form == 7:
        head += bytes([bit | length])
    elif form == 16:
        head += bytes([bit | 126]) + struct.pack(">H", length)
    else:
        head += bytes([bit | 127]) + struct.pack(">Q", length)
    if masked:
        head += KEY
        payload = bytes(b ^ KEY[i % 4] for i, b in enumerate(payload))
    return head + payload


EURO = "€".encode()
CLEF = "𝄞".encode()

# name: (options, [(opcode, payload, keywords)...])
STREAMS = {
    "small_messages": (0, [(TEXT, b"Hello", {}), (BINARY, b"\x00\xff", {}), (TEXT, b"", {})]),
    "utf8": (0, [(TEXT, b"plain " + EURO + CLEF, {}), (TEXT, "Ünïcödé".encode(), {})]),
    "fragments": (0, [(TEXT, b"caf\xc3", {"fin": False}), (PING, b"mid", {}),
                      (CONTINUATION, b"", {"fin": False}), (PONG, b"", {}),
                      (CONTINUATION, b"\xa9", {}), (BINARY, b"next", {})]),
    "length_16": (0, [(BINARY, bytes(range(130)), {}), (TEXT, b"x" * 126, {})]),
    "length_64": (0, [(BINARY, b"", {"claim": 65536})]),
    "control_125": (0, [(PING, b"p" * 125, {}), (PONG, b"q" * 125, {})]),
    "close": (0, [(TEXT, b"bye", {}), (CLOSE, b"\x03\xe8done", {})]),
    "close_empty": (0, [(CLOSE, b"", {})]),
    "close_one_byte": (0, [(CLOSE, b"\x03", {})]),
    "close_1005": (0, [(CLOSE, b"\x03\xed", {})]),
    "close_bad_reason": (0, [(CLOSE, b"\x03\xe8\xff", {})]),
    "compressed": (2, [(TEXT, b"\xf2\x48\xcd", {"rsv": 4, "fin": False}),
                       (CONTINUATION, b"\xc9\xc9\x07\x00", {}), (TEXT, b"plain", {})]),
    "compressed_continuation": (2, [(TEXT, b"a", {"fin": False}), (CONTINUATION, b"b", {"rsv": 4})]),
    "compressed_at_the_limit": (6, [(BINARY, b"x" * 100, {"rsv": 4, "fin": False}),
                                    (CONTINUATION, b"y" * 100, {"fin": False}),
                                    (CONTINUATION, b"z" * 16, {}), (TEXT, b"plain", {})]),
    "compressed_over_limit": (6, [(BINARY, b"x" * 100, {"rsv": 4, "fin": False}),
                                  (CONTINUATION, b"y" * 100, {"fin": False}),
                                  (CONTINUATION, b"z" * 17, {})]),
    "rsv1": (0, [(TEXT, b"a", {"rsv": 4})]),
    "rsv23": (2, [(BINARY, b"a", {"rsv": 3})]),
    "reserved_opcodes": (0, [(TEXT, b"a", {}), (0xB, b"b", {})]),
    "fragmented_ping": (0, [(PING, b"a", {"fin": False})]),
    "ping_126": (0, [(PING, b"p" * 126, {})]),
    "not_minimal_16": (0, [(TEXT, b"a", {"form": 16})]),
    "not_minimal_64": (0, [(TEXT, b"a", {"form": 64})]),
    "top_bit": (0, [(BINARY, b"", {"claim": 1 << 63})]),
    "huge": (0, [(BINARY, b"", {"claim": 1 << 62})]),
    "continuation_first": (0, [(CONTINUATION, b"a", {})]),
    "text_inside_message": (0, [(TEXT, b"a", {"fin": False}), (TEXT, b"b", {})]),
    "bad_utf8": (0, [(TEXT, b"good \xed\xa0\x80", {})]),
    "utf8_cut_short": (0, [(TEXT, b"cut \xf0\x9d", {"fin": False}), (CONTINUATION, b"\x84", {})]),
    "at_the_limits": (4, [(BINARY, b"x" * 100, {"fin": False}), (PING, b"p" * 125, {}),
                          (CONTINUATION, b"y" * 50, {}), (TEXT, b"z" * 100, {})]),
    "frame_over_limit": (4, [(BINARY, b"x" * 101, {})]),
    "message_over_limit": (4, [(BINARY, b"x" * 100, {"fin": False}), (CONTINUATION, b"y" * 51, {})]),
}


def main():
    folder = pathlib.Path(__file__).parent / "corpus" / "frame_parser"
    folder.mkdir(parents=True, exist_ok=True)
    for name, (options, frames) in STREAMS.items():
        for role, bit in (("client", 0), ("server", 1)):
            stream = b"".join(frame(opcode, payload, masked=bool(bit), **keywords)
                              for opcode, payload, keywords in frames)
            (folder / f"{name}_{role}").write_bytes(bytes([options | bit, 5]) + stream)
    (folder / "masked_by_server").write_bytes(b"\x00\x05" + frame(TEXT, b"Hello", masked=True))
    (folder / "unmasked_by_client").write_bytes(b"\x01\x05" + frame(TEXT, b"Hello"))


if __name__ == "__main__":
    main()
