#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Uses the page at / of `wskit serve pubsub` in a headless Chromium as people do, with the keyboard
alone, and prints as JSON what it showed.

usage: pubsub_page.py use|hostile|resume|token|faults|looks URL [DIRECTORY]

Exits with 77 where no Chromium is installed, with 1 when something does not come. `looks` writes
what it saw to the DIRECTORY as PNG.
"""

import base64
import json
import os
import socket
import sys
import threading
import urllib.parse
import urllib.request

import browser

HOSTILE = '<img src=x onerror="window.hacked=1">'
HOSTILE_TEXT = '<script>window.hacked=1</script>\u202etxt.exe\u0007'
TAB = {"key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9}
ENTER = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"}


def post(url, topic, text):
    """Publishes as another client."""
    target = f"{url}t?topic={urllib.parse.quote(topic, safe='')}"
    with urllib.request.urlopen(urllib.request.Request(target, text.encode()), timeout=30) as answer:
        return json.load(answer)["cursor"]


class Forwarder:
    """A port whose connections lead to the server, and can be cut."""

    def __init__(self, url):
        self.server = urllib.parse.urlsplit(url)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/"
        self.open = []
        self.closed = False  # to new connections
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            if self.closed:
                client.close()
                continue
            server = socket.create_connection((self.server.hostname, self.server.port))
            self.open += [client, server]
            for source, target in ((client, server), (server, client)):
                threading.Thread(target=self.pass_on, args=(source, target), daemon=True).start()

    @staticmethod
    def pass_on(source, target):
        try:
            while piece := source.recv(1 << 16):
                target.sendall(piece)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def cut(self):
        self.closed = True
        for connection in self.open:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self.open = []


class Watched:
    """The page, and what it did."""

    def __init__(self, chromium, url):
        self.url = url
        self.chromium = chromium
        self.page = chromium.open(url, ("Runtime", "Log", "Network"))
        self.until("location.href !== 'about:blank' && document.readyState === 'complete'")

    def call(self, method, **params):
        return self.chromium.call(method, params, self.page.session)

    def until(self, expression):
        """Waits until the expression is true, and gives it."""
        return self.page.value(f"(() => {{ const value = {expression}; "
                               "return value ? value : undefined; })()")

    def text(self, id_):
        return self.page.value(f"document.getElementById('{id_}').innerText")

    def shows(self, id_, text):
        return self.until(f"document.getElementById('{id_}').innerText.includes({json.dumps(text)})")

    def press(self, key, modifiers=0):
        self.call("Input.dispatchKeyEvent", type="keyDown", modifiers=modifiers, **key)
        self.call("Input.dispatchKeyEvent", type="keyUp", modifiers=modifiers,
                  **{name: value for name, value in key.items() if name != "text"})

    def tab_to(self, id_):
        """Moves the focus with the Tab key, as far as it takes."""
        for _ in range(100):
            if self.page.value("document.activeElement.id || ''") == id_:
                return
            self.press(TAB)
        raise browser.BrowserError(f"the Tab key does not lead to #{id_}")

    def type_into(self, id_, text):
        self.tab_to(id_)
        self.call("Input.insertText", text=text)

    def problems(self):
        """Exceptions, and what the console has of errors and warnings. That the server has no faults
        is no problem."""
        found = []
        for event in self.chromium.events:
            params = event["params"]
            if event["method"] == "Runtime.exceptionThrown":
                found.append(params["exceptionDetails"]["text"])
            elif event["method"] == "Runtime.consoleAPICalled":
                found.append(params["type"])
            elif event["method"] == "Log.entryAdded":
                entry = params["entry"]
                if entry["level"] != "verbose" and not entry.get("url", "").endswith("/faults"):
                    found.append(f"{entry['text']} {entry.get('url', '')}")
        return found

    def foreign_requests(self):
        own = (self.url, "ws" + self.url[len("http"):], "data:")
        sent = [event["params"] for event in self.chromium.events
                if event["method"] in ("Network.requestWillBeSent", "Network.webSocketCreated")]
        urls = [params["url"] if "url" in params else params["request"]["url"] for params in sent]
        return [url for url in urls if not url.startswith(own)]

    def seen(self, **more):
        return {"problems": self.problems(), "foreign": self.foreign_requests(), **more}


def use(page):
    """Another client is connected and has published `one` to `room` before."""
    page.shows("state", "Live")
    page.shows("topics", "room")
    page.shows("connections", "ws")
    before = page.text("connections-note")
    page.type_into("watch-topic", "room")
    page.press(ENTER)
    page.shows("watch-state", "connected")
    page.type_into("publish-text", "typed by hand")
    page.tab_to("publish-send")
    page.press(ENTER)
    page.shows("log", "typed by hand")
    page.shows("publish-state", "Published")
    post(page.url, "room", "from elsewhere")
    page.shows("log", "from elsewhere")
    page.until("document.getElementById('topics').rows[0].cells[1].innerText === '3'")
    page.until("document.getElementById('connections').rows.length === 2")
    return page.seen(connections_before=before, log=page.text("log"), state=page.text("watch-state"),
                     about=page.text("about"))


def hostile(page):
    page.shows("state", "Live")
    page.type_into("watch-topic", HOSTILE)
    page.press(ENTER)
    page.shows("watch-state", "connected")
    post(page.url, HOSTILE, HOSTILE_TEXT)
    page.shows("log", "txt.exe")
    page.shows("topics", "onerror")
    return page.seen(hacked=page.page.value("String(window.hacked)"), log=page.text("log"),
                     topic=page.page.value("document.getElementById('topics').rows[0].cells[0].innerText"),
                     images=page.page.value("document.images.length"),
                     scripts=page.page.value("document.scripts.length"))


def resume(page, forwarder, server):
    """The server retains two messages of a topic."""
    page.type_into("watch-topic", "room")
    page.press(ENTER)
    page.shows("watch-state", "connected")
    post(server, "room", "one")
    page.shows("log", "one")
    states = {}
    for name, texts in (("complete", ("two", "three")), ("incomplete", ("lost", "four", "five"))):
        forwarder.cut()
        page.shows("watch-state", "again in")
        for text in texts:
            post(server, "room", text)
        forwarder.closed = False
        page.shows("log", texts[-1])
        page.shows("watch-state", "connected")
        states[name] = page.text("watch-state")
    return states


def token(page):
    """The token is "admin"."""
    page.until("!document.getElementById('access').hidden")
    refused = page.text("access-why")
    page.type_into("token", "admin")
    page.press(ENTER)
    page.shows("state", "Live")
    page.type_into("watch-topic", "room")
    page.press(ENTER)
    page.shows("watch-state", "connected")
    page.type_into("publish-text", "let in")
    page.press(ENTER, modifiers=2)
    page.shows("log", "let in")
    return {"refused": refused, "url": page.page.value("location.href"),
            "stored": page.page.value("localStorage.length + sessionStorage.length + document.cookie.length")}


def faults(page):
    """Switches one on and off, where the server has them."""
    page.until("document.getElementById('faults-why').innerText !== 'Asking the server.'")
    if page.page.value("document.getElementById('faults-on').hidden"):
        return {"on": False, "why": page.text("faults-why")}
    page.type_into("fault-rule", "nonsense")
    page.press(ENTER)
    page.until("document.getElementById('fault-state').innerText")
    refused = page.text("fault-state")
    page.call("Input.dispatchKeyEvent", type="keyDown", commands=["selectAll"])
    page.type_into("fault-rule", "close:4001,after:3")
    page.press(ENTER)
    page.shows("faults", "close:4001,after:3")
    page.until("document.getElementById('fault-state').innerText === ''")
    page.tab_to("fault-rule")
    while page.page.value("document.activeElement.textContent") != "Switch off":
        page.press(TAB)
    page.press(ENTER)
    page.until("!document.getElementById('faults-none').hidden")
    page.until("document.activeElement.id === 'fault-rule'")
    return {"on": True, "refused": refused}


def looks(page, directory):
    """Light, dark and narrow."""
    page.shows("state", "Live")
    page.type_into("watch-topic", "#")
    page.press(ENTER)
    page.shows("watch-state", "connected")
    for number in range(20):
        post(page.url, f"room/{number % 7}", f"message {number} " + "x" * (number * 10))
    page.shows("log", "message")
    shown = {}
    for name, scheme, width in (("light", "light", 1280), ("dark", "dark", 1280), ("narrow", "light", 360),
                                ("narrow-dark", "dark", 360)):
        page.call("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": scheme}])
        page.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1,
                  mobile=False)
        shown[name] = page.page.value("""({
            ground: getComputedStyle(document.body).backgroundColor,
            text: getComputedStyle(document.body).color,
            overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
        })""")
        if directory:
            image = page.call("Page.captureScreenshot", captureBeyondViewport=True)["data"]
            with open(os.path.join(directory, f"{name}.png"), "wb") as file:
                file.write(base64.b64decode(image))
    return page.seen(**shown)


def main(name, url, *directory):
    if browser.program() is None:
        print("chromium is not installed; scripts/deps test does it", file=sys.stderr)
        return 77
    forwarder = Forwarder(url) if name == "resume" else None
    scenarios = {"use": use, "resume": lambda page: resume(page, forwarder, url), "hostile": hostile, "token": token, "faults": faults,
                 "looks": lambda page: looks(page, directory[0] if directory else None)}
    try:
        with browser.Browser() as chromium:
            print(json.dumps(scenarios[name](Watched(chromium, forwarder.url if forwarder else url))))
    except browser.BrowserError as error:
        print(f"pubsub_page: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
