# SPDX-License-Identifier: MIT
"""`wskit serve echo` or `serve pubsub` for the length of a with statement."""

from server_process import ServerProcess


class EchoServer(ServerProcess):
    """A server of its own process; `kind` is what it serves."""

    def __init__(self, wskit, *options, cpu=None, kind="echo"):
        super().__init__([wskit, "serve", kind, "--listen", "127.0.0.1:0", *options], cpu=cpu)
