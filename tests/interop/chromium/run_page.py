#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Lets a headless Chromium run a page, and prints as JSON what its promise window.finished gives.

usage: run_page.py PAGE.html [--insecure] [NAME=VALUE...]

The page comes from a server of this program on 127.0.0.1 and finds the NAMEs in its query. Exits
with 77 where no Chromium is installed, with 1 when the promise is rejected or does not come.
"""

import argparse
import functools
import http.server
import json
import os
import sys
import threading
import urllib.parse

import browser


class Pages(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def serve(directory):
    handler = functools.partial(Pages, directory=directory)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def run(arguments):
    directory, name = os.path.split(os.path.abspath(arguments.page))
    query = urllib.parse.urlencode(dict(pair.split("=", 1) for pair in arguments.pairs))
    url = f"http://127.0.0.1:{serve(directory)}/{name}?{query}"
    with browser.Browser(insecure=arguments.insecure) as chromium:
        page = chromium.open(url)
        return page.value("window.finished")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("page")
    parser.add_argument("--insecure", action="store_true")
    parser.add_argument("pairs", nargs="*")
    arguments = parser.parse_intermixed_args()
    if browser.program() is None:
        print("chromium is not installed; scripts/deps test does it", file=sys.stderr)
        return 77
    try:
        print(json.dumps(run(arguments)))
    except browser.BrowserError as error:
        print(f"run_page: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
