# SPDX-License-Identifier: MIT
"""Prints as JSON what readers that are not ours find in a report.

usage: read_report.py junit FILE    junitparser: the counts, and each case with its result
       read_report.py yaml FILE     PyYAML: the YAML blocks of a TAP file
Exit code 77 (skip) when Debian's python3-junitparser or python3-yaml is missing."""
import json
import re
import sys

try:
    import junitparser
    import yaml
except ImportError as missing:
    print(f"{missing}; scripts/deps test installs it", file=sys.stderr)
    sys.exit(77)


def outcome(case):
    for result in case.result:
        return {"kind": type(result).__name__, "message": result.message, "text": result.text}
    return {"kind": "Passed"}


def junit(path):
    report = junitparser.JUnitXml.fromfile(path)
    cases = [
        {"suite": suite.name, "class": case.classname, "name": case.name, "time": case.time,
         **outcome(case)}
        for suite in report
        for case in suite
    ]
    counted = {"tests": report.tests, "failures": report.failures, "errors": report.errors}
    report.update_statistics()
    found = {"tests": report.tests, "failures": report.failures, "errors": report.errors}
    return {"written": counted, "counted": found, "skipped": report.skipped, "cases": cases}


def yaml_blocks(path):
    with open(path, encoding="utf-8") as file:
        blocks = re.findall(r"^  ---\n(.*?)^  \.\.\.\n", file.read(), re.MULTILINE | re.DOTALL)
    return [yaml.safe_load(block) for block in blocks]


reader, path = sys.argv[1:]
print(json.dumps({"junit": junit, "yaml": yaml_blocks}[reader](path)))
