# SPDX-License-Identifier: MIT
"""Runs Autobahn's fuzzing client or server. Python 2.7, which is all that the suite runs on.

usage: wstest.py SITE client|server SPEC
       wstest.py SITE check

SITE holds the suite's packages, SPEC is its JSON file of options. The first line of standard output
is JSON: the case ids, and as a server the URL, on a port that the kernel chose and that is
listened on already. What the suite prints goes to standard error. `check` imports everything.
"""

import json
import os
import site
import sys
import types

site.addsitedir(sys.argv[1])

# The suite imports these for wss and for its other tools. They would need packages in C.
import twisted.internet

twisted.internet.ssl = sys.modules["twisted.internet.ssl"] = types.ModuleType("ssl")
sys.modules["autobahntestsuite.wstest"] = types.ModuleType("wstest")

from autobahntestsuite import choosereactor  # noqa: F401 (has to come before the reactor)
from twisted.internet import reactor
from autobahntestsuite import fuzzing


def case_ids(spec):
    cases = fuzzing.CaseSet(fuzzing.CaseSetname, fuzzing.CaseBasename, fuzzing.Cases,
                            fuzzing.CaseCategories, fuzzing.CaseSubCategories)
    return cases.parseSpecCases(spec)


def start_server(spec):
    """Returns its URL."""
    listeners = []
    listen = fuzzing.listenWS

    def listen_and_tell(factory, context):
        listeners.append(listen(factory, context, interface="127.0.0.1"))

    fuzzing.listenWS = listen_and_tell
    spec["url"] = "ws://127.0.0.1:0"
    fuzzing.startServer(spec, None)
    return "ws://127.0.0.1:%d" % listeners[0].getHost().port


def main():
    if sys.argv[2] == "check":
        return
    with open(sys.argv[3]) as spec_file:
        spec = json.load(spec_file)
    report = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    ready = {"cases": case_ids(spec)}
    if sys.argv[2] == "server":
        ready["url"] = start_server(spec)
    else:
        fuzzing.startClient(spec)
    report.write(json.dumps(ready) + "\n")
    report.close()
    reactor.run()


main()
