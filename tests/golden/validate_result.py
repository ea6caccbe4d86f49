#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Validates what wskit writes against its schema, and the schema against broken ones.

usage: validate_result.py SCHEMA RESULT...
Exit code 77 (skip) when Debian's python3-jsonschema is missing."""
import copy
import json
import sys

try:
    from jsonschema import Draft202012Validator
except ImportError:
    print("SKIPPED: python3-jsonschema is not installed", file=sys.stderr)
    sys.exit(77)


def changing(result):
    """A function that pairs what is broken with a result in which it is."""

    def changed(what, change):
        broken = copy.deepcopy(result)
        change(broken)
        return what, broken

    return changed


def ping_breakages(result):
    changed = changing(result)
    yield changed("another version", lambda r: r.update(wskit_ping=2))
    yield changed("a missing section", lambda r: r.pop("round_trips"))
    yield changed("a missing count", lambda r: r["round_trips"].pop("lost"))
    yield changed("a negative time", lambda r: r["round_trips"].update(p99_us=-1))
    yield changed("a local time", lambda r: r.update(start="2026-08-22 10:00"))
    yield changed("certificates without a chain", lambda r: r["tls"].update(certificates=None))
    yield changed("an undated certificate", lambda r: r["tls"]["certificates"][0].pop("not_after"))
    yield changed("an error in words alone", lambda r: r.update(error="refused"))


def case_breakages(result):
    changed = changing(result)
    yield changed("another version", lambda r: r.update(wskit_test=2))
    yield changed("a missing section", lambda r: r.pop("counts"))
    yield changed("a missing count", lambda r: r["counts"].pop("skipped"))
    yield changed("a negative time", lambda r: r["cases"][0].update(duration_us=-1))
    yield changed("a local time", lambda r: r.update(start="2026-08-22 10:00"))
    yield changed("an unknown status", lambda r: r["cases"][0].update(status="ok"))
    yield changed("line 0", lambda r: r["cases"][0].update(line=0))
    yield changed("a failure in words alone", lambda r: r["cases"][0].update(failure="no"))
    yield changed("a failure without a message", lambda r: next(
        case["failure"] for case in r["cases"] if case["failure"]).pop("message"))


def replay_breakages(result):
    changed = changing(result)
    yield changed("another version", lambda r: r.update(wskit_replay=2))
    yield changed("a missing section", lambda r: r.pop("counts"))
    yield changed("a negative duration", lambda r: r.update(duration_s=-1))
    yield changed("a local time", lambda r: r.update(start="2026-08-22 10:00"))
    yield changed("an error in words alone", lambda r: r.update(error="refused"))
    yield changed("text for a flag", lambda r: r.update(interrupted="no"))


def breakages(result):
    if "wskit_replay" in result:
        yield from replay_breakages(result)
        return
    if "wskit_ping" in result:
        yield from ping_breakages(result)
        return
    if "wskit_test" in result:
        yield from case_breakages(result)
        return
    changed = changing(result)
    metric = next(iter(result["metrics"]))
    yield changed("another version", lambda r: r.update(wskit_result=2))
    yield changed("a missing section", lambda r: r.pop("counts"))
    yield changed("a missing count", lambda r: r["counts"].pop("lost"))
    yield changed("a negative count", lambda r: r["counts"].update(ok=-1))
    yield changed("an unknown model", lambda r: r["run"].update(model="half-open"))
    yield changed("rate and window at once", lambda r: r["run"].update(rate=1, window=1))
    yield changed("a local time", lambda r: r["run"].update(start="2026-08-22 10:00"))
    yield changed("a missing percentile", lambda r: r["metrics"][metric].pop("p99_9"))
    yield changed("another unit", lambda r: r["metrics"][metric].update(unit="ms"))
    yield changed("text for a histogram", lambda r: r["metrics"][metric].update(hdr="1,2,3"))
    if "script" in result:
        yield changed("a step without its name", lambda r: r["script"]["steps"][0].pop("name"))
        yield changed("a script without its failures", lambda r: r["script"].pop("failed"))
    yield changed("a negative start", lambda r: r["intervals"][0].update(start_s=-1))


def main(schema_path, *result_paths):
    with open(schema_path, encoding="utf-8") as file:
        schema = json.load(file)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    failures = 0
    for path in result_paths:
        with open(path, encoding="utf-8") as file:
            result = json.load(file)
        for error in validator.iter_errors(result):
            print(f"{path}: {error.json_path}: {error.message[:200]}", file=sys.stderr)
            failures += 1
        for what, broken in breakages(result):
            if validator.is_valid(broken):
                print(f"{path}: the schema permits {what}", file=sys.stderr)
                failures += 1
    if not result_paths:
        print("no result files were given", file=sys.stderr)
        failures += 1
    print(f"{len(result_paths)} result files, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
