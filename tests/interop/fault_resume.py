#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Comes back to a `wskit serve pubsub` in every way that there is, with plain sockets: what the client
has missed is there, and with the faults history-truncated and epoch-changed it is told that it is not.

usage: fault_resume.py http://127.0.0.1:PORT

Prints one line for each thing that was not so, and exits with 1 if there is any.
"""

import json
import re
import sys

from raw_wire import Wire, ask, outcome, same

EVENTS = "Accept: text/event-stream"
RELIABLE = "Sec-WebSocket-Protocol: json.reliable.webpubsub.azure.v1"


class Topic:
    """A topic with two messages, and the cursor behind the first."""

    def __init__(self, base, name):
        self.base, self.path = base, f"/t/{name}"
        self.cursor = self.publish("first")
        self.publish("second")

    def publish(self, text):
        status, answer, _ = ask(self.base, "POST", self.path, text)
        same(status, 200)
        return json.loads(answer)["cursor"]

    def get(self, query, *headers):
        """Status, and the body as far as it comes at once."""
        wire = Request(self.base + self.path, query, headers)
        head = wire.head()
        while wire.fill(0.5):
            pass
        return int(head.split()[1]), wire.received.decode()


class Request(Wire):
    """One that asks for no WebSocket."""

    def request(self, url, headers):
        return "\r\n".join([f"GET {self.target} HTTP/1.1", f"Host: {url.netloc}", *headers, "", ""])


def is_told(wanted, got):
    assert wanted in got, f"{wanted!r} is not in {got!r}"


def poll(topic, fault):
    status, body = topic.get(f"after={topic.cursor}{fault}")
    same(status, 410 if fault else 200)
    is_told("cursor" if fault else '"data":"second"', body)


def events(topic, fault):
    status, body = topic.get(fault.lstrip("&"),
                             EVENTS, f"Last-Event-ID: {topic.cursor}")
    same(status, 200)
    is_told("event: gap\n" if fault else "data: second\n", body)


def events_by_url(topic, fault):
    status, body = topic.get(f"after={topic.cursor}{fault}", EVENTS)
    same(status, 200)
    is_told("event: gap\n" if fault else "data: second\n", body)


def lines(topic, fault):
    status, body = topic.get(f"stream=1&after={topic.cursor}{fault}")
    same(status, 200)
    is_told('{"gap":' if fault else '"data":"second"', body)


def raw(topic, fault):
    wire = Wire(topic.base + topic.path, f"after={topic.cursor}{fault}").upgraded()
    first, _, payload = wire.frame()
    same((first, payload[:2]), (0x88, b"\x03\xf0") if fault else (0x81, b"se"))


def envelope(topic, fault):
    wire = Wire(topic.base + topic.path, f"envelope=json&after={topic.cursor}{fault}").upgraded()
    is_told('{"gap":' if fault else '"data":"second"', wire.frame()[2].decode())


def azure(topic, fault):
    hub = topic.base + "/client/hubs/h"
    group = topic.path[3:]
    wire = Wire(hub, headers=[RELIABLE]).upgraded()
    connected = json.loads(wire.frame()[2])
    wire.say(json.dumps({"type": "joinGroup", "group": group, "ackId": 1}))
    is_told('"success":true', wire.frame()[2].decode())
    wire.socket.close()
    topic.publish("missed")
    back = Wire(hub, f"awps_connection_id={connected['connectionId']}"
                     f"&awps_reconnection_token={connected['reconnectionToken']}{fault}",
                [RELIABLE]).upgraded()
    frames = []
    while not frames or frames[-1][0] == 0x81 and b"missed" not in frames[-1][2]:
        frames.append(back.frame())
    first, _, payload = frames[-1]
    same((first, payload[:2]), (0x88, b"\x03\xf0") if fault else (0x81, payload[:2]))


class Centrifugo:
    def __init__(self, base, query=""):
        self.wire = Wire(base + "/connection/websocket", query).upgraded()
        self.said = []
        self.ask({"connect": {}})

    def next(self):
        if not self.said:
            self.said = [json.loads(line) for line in self.wire.frame()[2].split(b"\n")]
        return self.said.pop(0)

    def ask(self, command):
        self.wire.say(json.dumps({"id": 1, **command}))
        return self.next()

    def recover(self, channel, position):
        return self.ask({"subscribe": {"channel": channel, "recover": True, **position}})["subscribe"]


def position_of(subscribed):
    return {"epoch": subscribed["epoch"], "offset": subscribed["offset"]}


def centrifugo(topic, fault):
    channel = topic.path[3:]
    client = Centrifugo(topic.base)
    seen = position_of(client.ask({"subscribe": {"channel": channel}})["subscribe"])
    client.wire.socket.close()
    topic.publish("missed")
    back = Centrifugo(topic.base, fault.lstrip("&"))
    answer = back.recover(channel, seen)
    same((answer["was_recovering"], answer["recovered"]), (True, not fault))
    same([each["data"] for each in answer.get("publications", [])], [] if fault else ["missed"])
    if fault:
        same(answer["epoch"] == seen["epoch"], "truncated" in fault)
        same(answer["offset"], seen["offset"] + 1)
    # It goes on from there, whatever was lost.
    topic.publish("live")
    same(back.next()["push"]["pub"], {"data": "live", "offset": seen["offset"] + 2})
    if fault:
        # On the same connection it is so each time.
        back.ask({"unsubscribe": {"channel": channel}})
        same(back.recover(channel, seen)["recovered"], False)


def centrifugo_for_a_while(topic, _):
    """A rule that is taken back while the connection stands."""
    channel = topic.path[3:]
    status, _, headers = ask(topic.base, "POST", "/faults", "history-truncated,match:/connection/*")
    same(status, 201)
    client = Centrifugo(topic.base)
    seen = position_of(client.ask({"subscribe": {"channel": channel}})["subscribe"])
    topic.publish("missed")
    same(client.next()["push"]["pub"]["data"], "missed")
    client.ask({"unsubscribe": {"channel": channel}})
    same(client.recover(channel, seen)["recovered"], False)
    same(ask(topic.base, "DELETE", headers["Location"])[0], 204)
    client.ask({"unsubscribe": {"channel": channel}})
    same(client.recover(channel, seen)["recovered"], True)


WAYS = [poll, events, events_by_url, lines, raw, envelope, azure, centrifugo]
# A client of Centrifugo's comes back to two subscriptions.
FIRED = len(WAYS) + 1


def is_counted(base, fault):
    text = ask(base, "GET", "/metrics")[1].decode()
    count = re.search(f'wskit_faults_fired_total{{rule="{fault}"}} ([0-9]+)\n', text)
    same(count and int(count[1]), FIRED)


def main(base):
    missing = []
    for fault in ("", "history-truncated", "epoch-changed"):
        for number, way in enumerate(WAYS):
            topic = Topic(base, f"{way.__name__}-{fault}-{number}")
            missing.append(outcome(f"{way.__name__} {fault}", way, topic,
                                   fault and f"&fault={fault}"))
        if fault:
            missing.append(outcome(f"counts of {fault}", is_counted, base, fault))
    missing.append(outcome("taken back", centrifugo_for_a_while, Topic(base, "while"), ""))
    missing = [line for line in missing if line]
    print("\n".join(missing) if missing else "all told", flush=True)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
