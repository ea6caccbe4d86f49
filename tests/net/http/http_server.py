# SPDX-License-Identifier: MIT
"""Python's http.server for tests: http_server.py [CERTIFICATE_STEM], with TLS if that is given.

Prints its port once it listens. /echo answers with the body in chunks, /login sets a cookie and
points to /home, /home wants the cookie, /size/N has N bytes, /close has no length, /stall never
answers."""
import http.server
import ssl
import sys
import threading


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path == "/home":
            welcome = self.headers.get("Cookie") == "sid=42"
            self.answer(200 if welcome else 401, b"welcome" if welcome else b"who are you")
        elif self.path.startswith("/size/"):
            self.answer(200, b"x" * int(self.path.removeprefix("/size/")))
        elif self.path == "/close":
            self.send_response(200)
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(b"until the end")
        elif self.path == "/stall":
            threading.Event().wait()
        else:
            self.send_error(404)

    def do_HEAD(self):
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/login":
            self.send_response(302)
            self.send_header("Location", "/home")
            self.send_header("Set-Cookie", "sid=42; Path=/; HttpOnly")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response_only(100)
        self.end_headers()
        self.send_response(201)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for at in range(0, len(body), 1000):
            piece = body[at:at + 1000]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
if len(sys.argv) > 1:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1] + ".pem", sys.argv[1] + ".key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
server.serve_forever()
