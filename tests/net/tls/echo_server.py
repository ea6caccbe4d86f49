# SPDX-License-Identifier: MIT
"""TLS echo server for tests: echo_server.py CERTIFICATE_STEM [CLIENT_CA]

Prints its port once it listens and what it knows of each connection; serves one at a time.
"""
import socket
import ssl
import sys

context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1] + ".pem", sys.argv[1] + ".key")
if len(sys.argv) > 2:
    context.load_verify_locations(sys.argv[2])
    context.verify_mode = ssl.CERT_REQUIRED
context.sni_callback = lambda connection, name, _: print("sni", name, flush=True)

listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
while True:
    plain, _ = listener.accept()
    try:
        with context.wrap_socket(plain, server_side=True) as connection:
            subject = (connection.getpeercert() or {}).get("subject", "none")
            print(connection.version(), "client", subject, flush=True)
            while data := connection.recv(65536):
                connection.sendall(data)
            connection.unwrap()
    except (ssl.SSLError, OSError) as error:
        print("failed", type(error).__name__, flush=True)
