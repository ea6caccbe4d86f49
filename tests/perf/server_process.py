# SPDX-License-Identifier: MIT
"""A server for the length of a with statement, and what it takes."""

import subprocess
import time

KIB = 1024


def children_of(pid):
    """Process ids of all that come from `pid`, itself first."""
    pids = [pid]
    for parent in pids:
        try:
            with open(f"/proc/{parent}/task/{parent}/children", encoding="ascii") as file:
                pids += [int(child) for child in file.read().split()]
        except FileNotFoundError:  # It ended.
            pass
    return pids


class ServerProcess:
    """A process that prints its URL once it accepts connections, unless `url` says it. It is
    stopped by its process id, and with it what it started. `cpu` pins them to one core."""

    def __init__(self, command, cpu=None, url=None, **streams):
        pin = [] if cpu is None else ["taskset", "-c", str(cpu)]
        if url is None:
            streams = {"stdout": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen([*pin, *command], **streams)
        self.url = url or self.process.stdout.readline().strip()
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
        for pid in children_of(self.process.pid)[1:]:
            subprocess.run(["kill", "-KILL", str(pid)], check=False)
        self.process.kill()
        self.process.wait()

    def cpu_s(self):
        """User and system time of all its processes and their threads so far, in seconds."""
        # The clock of another process, as clock_getcpuclockid() makes its number.
        return sum(time.clock_gettime(~pid << 3 | 2) for pid in children_of(self.process.pid))

    def memory(self, *kinds):
        """Resident bytes of these kinds (RssAnon, RssFile, RssShmem) of all its processes."""
        total = 0
        for pid in children_of(self.process.pid):
            with open(f"/proc/{pid}/status", encoding="ascii") as status:
                lines = dict(line.split(":", 1) for line in status)
            total += sum(int(lines[kind].split()[0]) for kind in kinds)
        return total * KIB
