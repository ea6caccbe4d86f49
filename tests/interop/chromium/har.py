# SPDX-License-Identifier: MIT
"""An HTTP archive of a page's network events, as Chromium's DevTools exports it.

DevTools has no command for the export: its front end makes the file of the same Network.* events,
with WebSocket messages as `_webSocketMessages` (type, time, opcode, data; binary in base64, no
control frames). https://chromium.googlesource.com/devtools/devtools-frontend, models/har.
"""

import datetime


def from_events(events):
    requests = {}
    for event in events:
        handler = HANDLERS.get(event["method"])
        if handler:
            handler(requests, event["params"])
    return {"log": {
        "version": "1.2",
        "creator": {"name": "WebInspector", "version": "537.36"},
        "pages": [],
        "entries": [entry(request) for request in requests.values() if "headers" in request],
    }}


def on_request(requests, params):
    request = params["request"]
    requests[params["requestId"]] = {
        "url": request["url"], "method": request["method"], "headers": request["headers"],
        "wall": params["wallTime"], "start": params["timestamp"], "type": params.get("type"),
    }


def on_response(requests, params):
    request = requests.get(params["requestId"])
    if request is not None:
        response = params["response"]
        request.update(status=response["status"], reason=response["statusText"],
                       answered=response["headers"], end=params["timestamp"])


def on_socket(requests, params):
    requests[params["requestId"]] = {"url": params["url"], "method": "GET", "type": "websocket",
                                     "messages": []}


def on_socket_request(requests, params):
    request = requests[params["requestId"]]
    request.update(headers=params["request"]["headers"], wall=params["wallTime"],
                   start=params["timestamp"])


def on_frame(direction):
    def handle(requests, params):
        request = requests[params["requestId"]]
        frame = params["response"]
        request["end"] = params["timestamp"]
        request["messages"].append({
            "type": direction,
            "time": request["wall"] + params["timestamp"] - request["start"],
            "opcode": frame["opcode"],
            "data": frame["payloadData"],
        })
    return handle


def on_end(requests, params):
    request = requests.get(params["requestId"])
    if request is not None:
        request["end"] = params["timestamp"]


HANDLERS = {
    "Network.requestWillBeSent": on_request,
    "Network.responseReceived": on_response,
    "Network.loadingFinished": on_end,
    "Network.webSocketCreated": on_socket,
    "Network.webSocketWillSendHandshakeRequest": on_socket_request,
    "Network.webSocketHandshakeResponseReceived": on_response,
    "Network.webSocketFrameSent": on_frame("send"),
    "Network.webSocketFrameReceived": on_frame("receive"),
    "Network.webSocketClosed": on_end,
}


def named(headers):
    return [{"name": name, "value": value} for name, value in headers.items()]


def entry(request):
    started = datetime.datetime.fromtimestamp(request["wall"], datetime.timezone.utc)
    duration = 1000 * (request.get("end", request["start"]) - request["start"])
    result = {
        "_resourceType": (request["type"] or "other").lower(),
        "startedDateTime": started.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "time": duration,
        "request": {
            "method": request["method"], "url": request["url"], "httpVersion": "HTTP/1.1",
            "headers": named(request["headers"]), "queryString": [], "cookies": [],
            "headersSize": -1, "bodySize": 0,
        },
        "response": {
            "status": request.get("status", 0), "statusText": request.get("reason", ""),
            "httpVersion": "HTTP/1.1", "headers": named(request.get("answered", {})),
            "cookies": [], "content": {"size": 0, "mimeType": "x-unknown"}, "redirectURL": "",
            "headersSize": -1, "bodySize": -1,
        },
        "cache": {},
        "timings": {"send": 0, "wait": duration, "receive": 0},
    }
    if "messages" in request:
        result["_webSocketMessages"] = request["messages"]
    return result
