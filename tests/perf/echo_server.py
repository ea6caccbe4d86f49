# SPDX-License-Identifier: MIT
"""`wskit serve echo` or `serve pubsub` for the length of a with statement."""

import os
import subprocess


class EchoServer:
    """A server of its own process. Its URL is known once it accepts connections; it is stopped by
    its process id. `cpu` pins it to one core; `kind` is what it serves."""

    def __init__(self, wskit, *options, cpu=None, kind="echo"):
        pin = [] if cpu is None else ["taskset", "-c", str(cpu)]
        command = [*pin, wskit, "serve", kind, "--listen", "127.0.0.1:0", *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()
        if not self.url:
            raise RuntimeError(f"{' '.join(command)} did not start ({self.process.wait()})")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # The second signal cuts what the first one leaves open.
        for _ in range(2):
            self.process.terminate()
            try:
                self.process.wait(2)
                return
            except subprocess.TimeoutExpired:
                pass
        self.process.kill()
        self.process.wait()

    def cpu_s(self):
        """User and system time of all its threads so far, in seconds."""
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rpartition(")")[2].split()
        user, system = int(fields[11]), int(fields[12])
        return (user + system) / os.sysconf("SC_CLK_TCK")
