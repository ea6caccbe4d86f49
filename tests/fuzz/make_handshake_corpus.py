#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the seeds of fuzz_uri, fuzz_handshake_response, fuzz_handshake_request, fuzz_redirect,
fuzz_tunnel and fuzz_deflate into corpus/. Each source says what its input looks like."""
import pathlib
import zlib

CORPUS = pathlib.Path(__file__).parent / "corpus"
CUTS = b"\x05"

URIS = {
    "plain": "ws://example.com/chat",
    "port": "wss://example.com:9001/chat?x=1&token=abc",
    "ipv4": "ws://127.0.0.1:65535",
    "ipv6": "ws://[::ffff:1.2.3.4]:443/",
    "userinfo": "wss://me:p%40ss@h:1/x",
    "unix": "ws+unix:/run/a%20b.sock:/chat?x",
    "query_only": "ws://h?x",
    "http": "http://h/",
    "no_scheme": "localhost:9001",
    "fragment": "ws://h/#top",
    "bad_port": "ws://h:99999",
    "zone": "ws://[fe80::1%25eth0]/",
    "numbers": "ws://0x7f.1/",
    "control": "ws://h/\r\nEvil: 1",
    "header": "ws://h/\x1fX-Test\x1fvalue\x1fhttp://h\x1fchat",
    "replaced": "ws://h/\x1fHost\x1fother:1\x1fnull\x1fv2",
    "injected": "ws://h/\x1fX\x1fa\r\nEvil: 1\x1fhttp://h\x1fchat",
    "authorization": "ws://u:p@h/\x1fAuthorization\x1fBearer x\x1fhttp://h\x1fchat",
}

SWITCH = (
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
)
RESPONSES = {
    "accepted": SWITCH + "\r\n\x81\x01x",
    "subprotocol": SWITCH + "Sec-WebSocket-Protocol: chat\r\n\r\n",
    "wrong_subprotocol": SWITCH + "Sec-WebSocket-Protocol: other\r\n\r\n",
    "deflate": SWITCH
    + "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10; "
    'client_max_window_bits="9"; server_no_context_takeover\r\n\r\n',
    "bad_deflate": SWITCH
    + "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n",
    "wrong_accept": SWITCH.replace("s3p", "S3p") + "\r\n",
    "interim": "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + SWITCH + "\r\n",
    "counted": "HTTP/1.1 401 Unauthorized\r\nContent-Length: 6\r\n\r\nno way",
    "chunked": "HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\n\r\n"
    "5;a=b\r\nhello\r\n0A\r\n0123456789\r\n0\r\nT: x\r\n\r\n",
    "until_close": "HTTP/1.1 200 OK\r\n\r\n" + 150 * "x",
    "redirect": "HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n",
    "http2": "HTTP/2 200\r\n\r\n",
    "tls": "\x15\x03\x01\x00\x02\x02\x46",
    "ssh": "SSH-2.0-OpenSSH\r\n",
    "folded": "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n",
    "bare_lf": "HTTP/1.1 200 OK\nA: b\n\n",
    "many_headers": "HTTP/1.1 200 OK\r\n" + 11 * "a: b\r\n" + "\r\n",
    "big": "HTTP/1.1 200 OK\r\nA: " + 1000 * "a" + "\r\n\r\n",
}

ASK = (
    "Host: h\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
)
REQUESTS = {
    "plain": "GET / HTTP/1.1\r\n" + ASK + "\r\n",
    "absolute": "GET ws://h/x HTTP/1.1\r\n" + ASK + "\r\n",
    "empty_line": "\r\nGET / HTTP/1.1\r\n" + ASK + "\r\n",
    "subprotocols": "GET / HTTP/1.1\r\n" + ASK + "Sec-WebSocket-Protocol: x, chat\r\n\r\n",
    "deflate": "GET / HTTP/1.1\r\n" + ASK + "Sec-WebSocket-Extensions: x;y, permessage-deflate; "
    "client_max_window_bits=12; server_max_window_bits=\"9\", permessage-deflate\r\n\r\n",
    "version_8": "GET / HTTP/1.1\r\n" + ASK.replace("13", "8") + "\r\n",
    "short_key": "GET / HTTP/1.1\r\n" + ASK.replace("dGhl", "") + "\r\n",
    "no_upgrade": "GET / HTTP/1.1\r\nHost: h\r\n\r\n",
    "post": "POST / HTTP/1.1\r\n" + ASK + "Content-Length: 5\r\n\r\nhello",
    "http_1_0": "GET / HTTP/1.0\r\n" + ASK + "\r\n",
    "tls": "\x16\x03\x01\x02\x00\x01",
    "broken": "GET  / HTTP/1.1\r\n\r\n",
}


REDIRECTS = {
    "path": "/login?next=/a\nsid=1; Path=/; HttpOnly",
    "relative": "../x/./y?z#top",
    "host": "https://other.example:444/x\na=b; Domain=.example; Secure",
    "downgrade": "http://ws.example/",
    "no_authority": "//h",
    "userinfo": "https://u:p@ws.example/",
    "other_scheme": "ftp://h/",
    "encoded": "/a b\xc3\xa4%zz",
    "dates": "/\na=1; Expires=Wed, 09 Jun 2100 10:18:14 GMT\nb=1; Max-Age=-1\nc=1; Max-Age=60",
    "prefixes": "/\n__Host-a=1; Secure; Path=/\n__Secure-b=2; secure; domain=ws.example",
    "odd_cookies": "?q\n=x\nx\n;a=b\nv=\"q;\" ; path=/a\tb\n#HttpOnly_a=1",
}

# The kind and the cuts come first.
TUNNELS = {
    "ok": "\0\5HTTP/1.1 200 Connection established\r\nA: b\r\n\r\n",
    "interim": "\0\5HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 OK\r\n\r\n",
    "more": "\0\5HTTP/1.1 200 OK\r\n\r\nx",
    "wants": "\0\5HTTP/1.1 407 Wants\r\nProxy-Authenticate: Basic realm=x\r\n\r\n",
    "wants_other": "\1\5HTTP/1.1 407 Wants\r\nProxy-Authenticate: NTLM\r\n\r\n",
    "wrong": "\1\5HTTP/1.1 401 Wrong\r\n\r\n",
    "tls": "\0\1\x15\x03\x01\0\2\2\x46",
    "socks_ipv4": "\2\1\5\0\5\0\0\1\x7f\0\0\1\0\x50",
    "socks_ipv6": "\2\1\5\0\5\0\0\4" + 18 * "x",
    "socks_name": "\3\2\5\2\1\0\5\0\0\3\1a\0\x50",
    "socks_refused": "\2\1\5\0\5\5\0\1",
    "socks_none": "\2\1\5\xff",
    "socks_wrong": "\3\1\5\2\1\1",
    "socks_http": "\2\1HTTP/1.1 400 Bad Request\r\n\r\n",
}


def compressed(*messages, bits=15, finish=False):
    deflate = zlib.compressobj(6, zlib.DEFLATED, -bits)
    payloads = []
    for message in messages:
        flush = zlib.Z_FINISH if finish else zlib.Z_SYNC_FLUSH
        payload = deflate.compress(message) + deflate.flush(flush)
        payloads.append(payload + b"\x00" if finish else payload[:-4])
    return payloads


def deflate_input(first, second=b"", *, options=14):
    return bytes([options]) + CUTS + bytes([len(first)]) + first + second


JSON = b'{"id":1,"type":"tick"},' * 4
DEFLATE = {
    "hello": deflate_input(*compressed(b"Hello", b"Hello")),
    "no_takeover": deflate_input(*compressed(b"Hello"), options=15),
    "json": deflate_input(*compressed(JSON, JSON + b"x")),
    "window_9": deflate_input(*compressed(JSON, bits=9), options=2),
    "window_8": deflate_input(*compressed(JSON, bits=9), options=0),
    "final": deflate_input(*compressed(b"Hello", finish=True)),
    "final_forgot": deflate_input(b"\xf3\x48\xcd\xc9\xc9\x07\x00", b"\x00"),
    "finals": deflate_input(b"\x03\x00" * 20, b"\x00"),
    "stored": deflate_input(b"\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"),
    "two_blocks": deflate_input(b"\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"),
    "empty": deflate_input(b"\x00", b"\x02\x00"),
    "cut": deflate_input(b"\xf2\x48\xcd"),
    "garbage": deflate_input(b"Hello"),
    "bomb": deflate_input(b"", *compressed(bytes(20_000))),
    "dynamic": deflate_input(b"", *compressed(bytes(range(97, 123)) * 3 + JSON * 5)),
}


def write(name, seeds):
    folder = CORPUS / name
    folder.mkdir(parents=True, exist_ok=True)
    for seed, content in seeds.items():
        (folder / seed).write_bytes(content)


def text(seeds, prefix=b""):
    return {name: prefix + content.encode("latin-1") for name, content in seeds.items()}


write("uri", text(URIS))
write("handshake_response", text(RESPONSES, CUTS))
write("handshake_request", text(REQUESTS, CUTS))
write("redirect", text(REDIRECTS))
write("tunnel", text(TUNNELS))
write("deflate", DEFLATE)
