# SPDX-License-Identifier: MIT
"""A headless Chromium, driven over its debugging pipe: no port, nothing but the standard library.

    with Browser() as browser:
        page = browser.open("http://127.0.0.1:8000/page.html")
        result = page.value("window.finished")    # a promise is awaited

Every wait has a deadline (DEADLINE seconds): what does not come raises BrowserError.
"""

import json
import os
import select
import shutil
import subprocess
import tempfile
import time

DEADLINE = 60
FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run", "--no-proxy-server", "--remote-debugging-pipe",
]


class BrowserError(Exception):
    pass


def program():
    """The path of an installed Chromium, or None."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return found
    return None


class Browser:
    """`insecure` accepts any certificate."""

    def __init__(self, insecure=False):
        path = program()
        if path is None:
            raise BrowserError("chromium is not installed; scripts/deps test does it")
        self.profile = tempfile.TemporaryDirectory(prefix="wskit-chromium-",
                                                   ignore_cleanup_errors=True)
        flags = FLAGS + (["--ignore-certificate-errors"] if insecure else [])
        command = [path, *flags, f"--user-data-dir={self.profile.name}", "about:blank"]
        to_browser, self.commands = os.pipe()
        self.answers, from_browser = os.pipe()
        # The browser reads commands from descriptor 3 and writes answers to 4.
        shell = ["/bin/sh", "-c", f'exec 3<&{to_browser} 4>&{from_browser}; exec "$@"', "chromium"]
        self.process = subprocess.Popen(shell + command, pass_fds=(to_browser, from_browser),
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.received = b""
        self.last_id = 0
        self.events = []  # of the DevTools protocol, for the domains that were enabled

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.call("Browser.close")
            self.process.wait(10)
        except (BrowserError, OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        os.close(self.commands)
        os.close(self.answers)
        self.profile.cleanup()

    def call(self, method, params=None, session=None):
        """One command of the DevTools protocol; its result."""
        self.last_id += 1
        message = {"id": self.last_id, "method": method, "params": params or {}}
        if session:
            message["sessionId"] = session
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + DEADLINE
        while True:
            answer = self.read(deadline)
            if "method" in answer:
                self.events.append(answer)
            if answer.get("id") != message["id"]:
                continue
            if "error" in answer:
                raise BrowserError(f"{method}: {answer['error']['message']}")
            return answer["result"]

    def read(self, deadline):
        while b"\0" not in self.received:
            left = deadline - time.monotonic()
            ready = left > 0 and select.select([self.answers], [], [], left)[0]
            piece = os.read(self.answers, 1 << 16) if ready else b""
            if not piece:
                raise BrowserError("the browser says nothing" if not ready else "the browser ended")
            self.received += piece
        message, self.received = self.received.split(b"\0", 1)
        return json.loads(message)

    def open(self, url, domains=()):
        """A page that was told to load; the events of these domains are kept."""
        target = self.call("Target.createTarget", {"url": "about:blank"})["targetId"]
        session = self.call("Target.attachToTarget",
                            {"targetId": target, "flatten": True})["sessionId"]
        for domain in ("Page", *domains):
            self.call(f"{domain}.enable", session=session)
        answer = self.call("Page.navigate", {"url": url}, session)
        if "errorText" in answer:
            raise BrowserError(f"{url}: {answer['errorText']}")
        return Page(self, session)


class Page:
    def __init__(self, browser, session):
        self.browser = browser
        self.session = session

    def value(self, expression):
        """What the expression is, once it is no longer undefined; a promise's value."""
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline:
            answer = self.browser.call("Runtime.evaluate", {
                "expression": expression, "awaitPromise": True, "returnByValue": True,
            }, self.session)
            if "exceptionDetails" in answer:
                details = answer["exceptionDetails"]
                raise BrowserError(details.get("exception", {}).get("description",
                                                                    details["text"]))
            if answer["result"]["type"] != "undefined":
                return answer["result"].get("value")
        raise BrowserError(f"{expression} stays undefined")
